"""ODK's engine in a headless Chromium: walks go to its page, differences come back. Serves on 127.0.0.1 alone."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any
from urllib.parse import unquote

from tests.odk.ours import NOW
from tests.odk.pair import Pair
from tests.odk.walks import Step

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "build" / "odk" / "page.js"
SILENT_FOR = 180
"""Seconds without a word from the page after which it is taken to be dead."""
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Course:
    """A file on both sides, and the walks through it."""

    pair: Pair
    walks: tuple[tuple[Step, ...], ...]


def compare(courses: list[Course], heard: Callable[[dict[str, Any]], None]) -> None:
    """Calls `heard` with the result of each walk. Raises RuntimeError where the page dies."""
    said: Queue[tuple[str, dict[str, Any]]] = Queue()
    with _served(_pages(courses), said) as address, _browser(address):
        while True:
            try:
                path, what = said.get(timeout=SILENT_FOR)
            except Empty:
                raise RuntimeError(f"The page has said nothing for {SILENT_FOR} s.") from None
            if path == "/done":
                if "error" in what:
                    raise RuntimeError(what["error"])
                return
            heard(what)


Pages = dict[str, Callable[[], tuple[str, bytes]]]


def _pages(courses: list[Course]) -> Pages:
    plan = {
        "moment": int(NOW.timestamp() * 1000),
        "files": [{"name": course.pair.name, "walks": len(course.walks)} for course in courses],
    }
    pages: Pages = {
        "/": lambda: ("text/html", (Path(__file__).parent / "page" / "index.html").read_bytes()),
        "/page.js": lambda: ("text/javascript", BUNDLE.read_bytes()),
        "/plan.json": lambda: _json(plan),
    }
    for course in courses:
        one = course.pair
        file = {"xform": one.xform, "ids": one.ids, "beside": one.beside}
        pages[f"/files/{one.name}"] = lambda file=file: _json(file)
        for n, walk in enumerate(course.walks):
            pages[f"/walks/{one.name}/{n}"] = lambda walk=walk: _json([asdict(step) for step in walk])
    return pages


def _json(what: object) -> tuple[str, bytes]:
    return "application/json", json.dumps(what, ensure_ascii=False).encode()


@contextmanager
def _served(pages: Pages, said: Queue[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(unquote(self.path))
            self._send(200, *page()) if page else self._send(404, "text/plain", b"")

        def do_POST(self) -> None:
            what = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(200, "text/plain", b"")
            said.put((self.path, what))

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def chromium() -> str | None:
    """Where it is; None where it is not installed."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None)


@contextmanager
def _browser(address: str) -> Iterator[None]:
    program = chromium()
    assert program, "Chromium is not installed (Debian: apt-get install chromium)."
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *_OPTIONS, f"--user-data-dir={profile}", "--remote-debugging-port=0", address],
            env={**os.environ, "TZ": "Asia/Tokyo"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
