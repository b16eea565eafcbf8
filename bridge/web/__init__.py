"""What Kairan shows of itself: /healthz and /metrics on a loopback port, and its avatar. No names, no texts, ever."""

from collections.abc import Iterable
from html import escape
from typing import Protocol, Self

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bridge import clock
from bridge.config import Config
from bridge.errors import Misconfigured
from bridge.store import inbox, outbox
from bridge.store.engine import Store

STALE = 90.0


class Counts(Protocol):
    """Something that counts events."""

    @property
    def handled(self) -> int: ...
    @property
    def bugs(self) -> int: ...


class Sends(Protocol):
    """Something that sends letters."""

    @property
    def sent(self) -> int: ...
    @property
    def dead(self) -> int: ...


class Syncs(Protocol):
    """Something that follows the homeserver."""

    @property
    def last_sync(self) -> float: ...


class Running(Protocol):
    """The parts of a running Kairan that can be measured."""

    @property
    def store(self) -> Store: ...
    @property
    def handling(self) -> Counts: ...
    @property
    def delivery(self) -> Sends: ...
    @property
    def intake(self) -> Syncs: ...


def avatar(municipality: str) -> str:
    """The bot's picture as SVG: the first character of its municipality on the colour of a circulating folder."""
    letter = escape(municipality[:1])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256">'
        '<rect width="256" height="256" fill="#0b6e4f"/><path d="M40 72h64l16 20h96v104H40z" fill="#f4f1de"/>'
        '<text x="128" y="176" font-family="IPAexGothic" font-size="84" text-anchor="middle" fill="#0b6e4f">'
        f"{letter}</text></svg>"
    )


class Face:
    """`async with Face(config, app) as face`: listens on config.kairan.listen; `face.address` says where."""

    def __init__(self, config: Config, app: Running, routes: Iterable[web.RouteDef] = ()) -> None:
        self._app, self._listen, self._routes = app, config.kairan.listen, tuple(routes)
        self._note = config.folder / "listen"
        self.address = ""

    async def __aenter__(self) -> Self:
        host, _, port = self._listen.rpartition(":")
        served = web.Application()
        served.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics), *self._routes])
        self._runner = web.AppRunner(served, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, int(port)).start()
        except (OSError, ValueError) as error:
            await self._runner.cleanup()
            raise Misconfigured(f"[kairan] listen = {self._listen!r}: {error}") from None
        self.address = "{}:{}".format(*self._runner.addresses[0][:2])
        self._note.write_text(self.address + "\n")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        self._note.unlink(missing_ok=True)

    async def _healthz(self, _request: web.Request) -> web.Response:
        """200 while the homeserver was heard within 90 s, else 503."""
        age = clock.monotonic() - self._app.intake.last_sync if self._app.intake.last_sync else None
        well = age is not None and age < STALE
        body = {"ok": well, "last_sync_seconds": None if age is None else round(age, 1)}
        return web.json_response(body, status=200 if well else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        registry = CollectorRegistry()
        waiting = {**await self._app.store.run(inbox.backlog)}
        letters = await self._app.store.run(outbox.backlog)
        figures = {
            "kairan_events_handled": ("Events handled since the start", self._app.handling.handled),
            "kairan_bugs": ("Events that met a bug since the start", self._app.handling.bugs),
            "kairan_letters_sent": ("Letters sent since the start", self._app.delivery.sent),
            "kairan_letters_refused": ("Letters refused since the start", self._app.delivery.dead),
            "kairan_inbox_new": ("Events to be handled", waiting.get("new", 0)),
            "kairan_inbox_waiting": ("Events that wait for a key", waiting.get("waiting", 0) + waiting.get("late", 0)),
            "kairan_outbox_ready": ("Letters to be sent", letters.get("ready", 0)),
        }
        for name, (about, value) in figures.items():
            Gauge(name, about, registry=registry).set(value)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})
