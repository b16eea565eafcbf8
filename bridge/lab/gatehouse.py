"""The federation door of one homeserver in a lab, as a process of its own that dies when the lab dies."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bridge.clock import monotonic
from bridge.errors import Misconfigured
from bridge.homeserver import Settings
from bridge.lab import ports
from bridge.lab.ending import end_process

# Its standard input is a pipe that only the lab holds, as in inside.py.
_RUN = """
import os, signal, sys, threading
def watch():
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
from bridge.cli import main
sys.exit(main(["federation", "door", "--config", sys.argv[1]]))
"""
_PATIENCE = 20.0


class Gatehouse:
    """`await start()`, `await stop()`; listens at the federation port, the homeserver behind it."""

    def __init__(self, settings: Settings, held: Iterable[socket.socket]) -> None:
        self._settings, self._held = settings, tuple(held)
        self._folder = Path(settings.folder)
        self.log_path = self._folder / "door.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, or None when none is running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Write door.toml and return once somebody may knock. Raises Misconfigured."""
        if self.pid:
            return
        path = self._folder / "door.toml"
        path.write_text(_toml(self._settings), "utf-8")
        self._spawn(path)
        end = monotonic() + _PATIENCE
        while not await _listens(self._settings.federation_port):
            if not self.pid or monotonic() > end:
                raise Misconfigured(f"{self.log_path}: 門が開きません。/ The door does not open.")
            await asyncio.sleep(0.05)

    def _spawn(self, path: Path) -> None:
        for held in self._held:
            ports.let_in(held)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", _RUN, str(path)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            )

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM, and SIGKILL after a while."""
        process, self._process = self._process, None
        if process is not None:
            await end_process(process, how, patience=_PATIENCE)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.transport.abort()
    return True


def door_toml(settings: Settings, *, metrics: str = "") -> str:
    """The part of kairan.toml that a door reads."""
    training = settings.training
    assert training
    assert training.door
    assert settings.certificate
    values = {
        "listen": f"127.0.0.1:{settings.federation_port}",
        "outbound": f"127.0.0.1:{training.door[1]}",
        "homeserver": f"http://127.0.0.1:{training.door[0]}",
        "certificate": settings.certificate.chain,
        "key": settings.certificate.key,
        "metrics": metrics,
        "invites": training.invites,
    }
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    common = {"allow_file": training.allow_file, "authority": training.authority, "private": True}
    head = "".join(f"{key} = {json.dumps(value)}\n" for key, value in common.items())
    return f"[federation]\n{head}\n[federation.door]\n{lines}"


def _toml(settings: Settings) -> str:
    return f"[homeserver]\nserver_name = {json.dumps(settings.server_name)}\n\n{door_toml(settings)}"
