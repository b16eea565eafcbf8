"""How long a connection may be open without asking anything: whoever dribbles a request's head is sent away."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from bridge import clock

SECONDS = 20.0
MOST = 1000


class Patience:
    """`accept` makes a protocol for each connection; `busy(protocol)` while it has a request that was read."""

    def __init__(self, server: web.Server, *, seconds: float = SECONDS, most: int = MOST) -> None:
        self._server, self._seconds, self._most = server, seconds, most
        self._waiting: dict[Any, float] = {}
        self._busy: set[Any] = set()

    def accept(self) -> Any:
        """For `loop.create_server`. With too many open, the one that has waited longest goes."""
        protocol = self._server()
        if len(self._waiting) + len(self._busy) >= self._most and self._waiting:
            self._send_away(next(iter(self._waiting)))
        self._waiting[protocol] = clock.monotonic()
        return protocol

    @contextmanager
    def busy(self, protocol: Any) -> Iterator[None]:
        """A request came whole enough to be judged; others limit how long that takes."""
        self._waiting.pop(protocol, None)
        self._busy.add(protocol)
        try:
            yield
        finally:
            self._busy.discard(protocol)
            self._waiting[protocol] = clock.monotonic()

    async def run(self) -> None:
        """For ever: every now and then, those who wait too long go."""
        while True:
            await asyncio.sleep(self._seconds / 10)
            late = clock.monotonic() - self._seconds
            for protocol in [protocol for protocol, since in self._waiting.items() if since < late]:
                self._send_away(protocol)

    def _send_away(self, protocol: Any) -> None:
        self._waiting.pop(protocol, None)
        if protocol.transport is not None:
            protocol.transport.abort()
