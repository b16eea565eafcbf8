"""The federation door: stands before and behind the homeserver, and lets only the alliance through. Default deny.

For a homeserver that takes no modules it is the one live switch; beside Synapse's own whitelist it is the second.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Self

from aiohttp import web

from bridge.errors import Misconfigured
from bridge.federation.allowed import Allowed
from bridge.federation.door_in import Inward
from bridge.federation.door_out import Outward
from bridge.federation.door_settings import DoorSettings
from bridge.federation.tallies import Tallies

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
Mark = tuple[tuple[int, int], ...]


class FederationDoor:
    """`async with FederationDoor(settings) as door: await door.run()`."""

    def __init__(self, settings: DoorSettings) -> None:
        self._settings = settings
        self.allowed = Allowed(settings.allow_file, own=settings.own)
        self._tallies = Tallies()
        self._inward = Inward(settings, self.allowed, self._tallies)
        self._outward = Outward(settings, self.allowed, self._tallies)
        self._metrics: web.AppRunner | None = None
        self._mark = self._certificate()

    async def __aenter__(self) -> Self:
        try:
            await self._inward.start()
            await self._outward.start()
            await self._show()
        except (OSError, ValueError) as error:
            raise Misconfigured(f"[federation.door]: {error}") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._inward.stop()
        await self._outward.stop()
        if self._metrics:
            await self._metrics.cleanup()

    @property
    def ports(self) -> tuple[int, int]:
        """Where it listens: for what comes, for what leaves."""
        return self._inward.port, self._outward.port

    async def run(self) -> None:
        """Until cancelled: follow the list, and break off what it no longer allows."""
        log.info("the door is open for %s", "the list" if len(self.allowed.names) > 1 else "nobody yet")
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Take up a changed list or certificate."""
        gone = self.allowed.refresh()
        if gone:
            log.info("off the list: %s", len(gone))
            self._inward.drop(gone)
            self._outward.drop(gone)
        mark = self._certificate()
        if mark != self._mark:
            self._mark = mark
            self._inward.renew()

    def _certificate(self) -> Mark:
        with suppress(OSError):
            found = [path.stat() for path in self._settings.certificate or ()]
            return tuple((each.st_mtime_ns, each.st_ino) for each in found)
        return ()

    async def _show(self) -> None:
        if self._settings.metrics is None:
            return
        served = web.Application()
        served.add_routes([web.get("/metrics", self._figures), web.get("/healthz", self._healthz)])
        self._metrics = web.AppRunner(served, access_log=None, handle_signals=False)
        await self._metrics.setup()
        await web.TCPSite(self._metrics, *self._settings.metrics).start()

    async def _figures(self, _request: web.Request) -> web.Response:
        text = self._tallies.text(
            tunnels=self._outward.tunnels, allowed=len(self.allowed.names), expired=self.allowed.expired
        )
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "expired": self.allowed.expired})


def serve(settings: DoorSettings) -> None:
    """Run until SIGINT or SIGTERM. Raises Misconfigured."""
    asyncio.run(_serve(settings))


async def _serve(settings: DoorSettings) -> None:
    async with FederationDoor(settings) as door:
        running = asyncio.create_task(door.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        with suppress(asyncio.CancelledError):
            await running
