"""Where `script/demo chat` finds the demos that run now: one note for each, readable by their owner only."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def _stem() -> str:
    return f"kairan-demo-{os.getuid()}-"


@contextlib.contextmanager
def noted(description: dict) -> Iterator[None]:
    """There while the demo runs."""
    path = Path(tempfile.gettempdir(), f"{_stem()}{os.getpid()}.json")
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(description, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running() -> list[dict]:
    """What the demos of this user describe, the one that was started last at the end; notes of killed ones go away."""
    found = []
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{_stem()}*.json"), key=lambda path: path.stat().st_mtime):
        if path.stat().st_uid != os.getuid():
            continue
        if _alive(int(path.stem.rpartition("-")[2])):
            found.append(json.loads(path.read_text("utf-8")))
        else:
            path.unlink(missing_ok=True)
    return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
