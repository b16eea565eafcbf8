"""What comes to the homeserver from others: a reverse proxy that lets through requests of listed servers only.

Path, query and body are passed byte for byte, because they are signed; the homeserver checks the signatures. A path
that could not be passed so, or that is not for other homeservers, is refused.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Final

import aiohttp
from aiohttp import web
from yarl import URL

from bridge.federation.allowed import Allowed
from bridge.federation.door_settings import DoorSettings
from bridge.federation.invites import LARGEST as LARGEST_INVITE
from bridge.federation.invites import invited, read_wishes
from bridge.federation.patience import Patience
from bridge.federation.tallies import Tallies
from bridge.federation.x_matrix import origin

LARGEST = 64 * 2**20
"""Bytes of a request; a transaction has at most 50 events of 64 kB and 100 small ones."""
TOTAL_SECONDS, CHUNK_SECONDS = 300.0, 20.0
EACH, STRANGERS = 64, 16
"""Requests at once of one listed server, and of all who need not say who they are."""
_OPEN: Final = frozenset({"/_matrix/key/v2/server", "/_matrix/federation/v1/version"})
_HOP = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers",
    "transfer-encoding", "upgrade", "host", "expect", "forwarded", "x-forwarded-for", "x-forwarded-host",
    "x-forwarded-proto", "x-real-ip",
})  # fmt: skip
_INVITE = re.compile(r"/_matrix/federation/v[0-9]+/invite/")
_KAIRAN, _WELL_KNOWN = "/.well-known/kairan/", "/.well-known/matrix/server"
_NOBODY = ""


class Inward:
    """`await start()`, `await stop()`; `drop(servers)` as soon as they are off the list."""

    def __init__(self, settings: DoorSettings, allowed: Allowed, tallies: Tallies) -> None:
        self._settings, self._allowed, self._tallies = settings, allowed, tallies
        self._running: dict[str, set[asyncio.Task[object]]] = {}
        self._tls: ssl.SSLContext | None = None

    async def start(self) -> None:
        """Listen."""
        timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=10)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256), auto_decompress=False, timeout=timeout, trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(), max_field_size=32_768,
        )  # fmt: skip
        served = web.Application(client_max_size=LARGEST)
        served.router.add_route("*", "/{rest:.*}", self._answer)
        self._runner = web.AppRunner(served, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        await self._runner.setup()
        assert self._runner.server
        self._patience = Patience(self._runner.server)
        host, port = self._settings.listen
        self._tls = self._context()
        limit = CHUNK_SECONDS if self._tls else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._patience.accept, host, port, ssl=self._tls, ssl_handshake_timeout=limit
        )
        self._sweeping = asyncio.create_task(self._patience.run())

    @property
    def port(self) -> int:
        """Where it listens, also when any port was to do."""
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no more and break off what is open."""
        self._server.close()
        self.drop(list(self._running))
        self._sweeping.cancel()
        await self._runner.cleanup()
        await self._http.close()

    def drop(self, servers: Iterable[str]) -> None:
        """Requests of these that are under way are broken off."""
        for server in servers:
            for task in self._running.pop(server, set()):
                task.cancel()

    def renew(self) -> None:
        """Take up a new certificate for all connections to come; a broken one leaves the last."""
        if self._tls and self._settings.certificate:
            with suppress(OSError, ssl.SSLError):
                self._tls.load_cert_chain(*self._settings.certificate)

    def _context(self) -> ssl.SSLContext | None:
        if self._settings.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._settings.certificate)
        return context

    # -- who may -----------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        with self._patience.busy(request.protocol):
            try:
                async with asyncio.timeout(TOTAL_SECONDS):
                    return await self._judged(request)
            except (TimeoutError, aiohttp.ClientError, ConnectionError):
                self._tallies.denied("inbound", "broken")
                return _no(502, "M_UNKNOWN", "The homeserver behind this door did not answer")

    async def _judged(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if request.method == "GET" and path == _WELL_KNOWN and self._settings.delegate:
            return web.json_response({"m.server": self._settings.delegate})
        if request.method in ("GET", "POST") and path.startswith(_KAIRAN):  # who asks to be let in is on no list yet
            return await self._admit(request, _NOBODY, self._face())
        if request.method in ("GET", "HEAD") and path in _OPEN:
            return await self._admit(request, _NOBODY, self._settings.homeserver)
        if not path.startswith("/_matrix/federation/"):
            return self._refuse(404, "M_UNRECOGNIZED", "path")
        return await self._of_member(request, path)

    async def _of_member(self, request: web.Request, path: str) -> web.StreamResponse:
        server = origin(request.headers.getall("Authorization", []))
        if server is None:
            return self._refuse(401, "M_UNAUTHORIZED", "no origin")
        if server not in self._allowed:
            return self._refuse(403, "M_FORBIDDEN", "expired" if self._allowed.expired else "unlisted")
        if self._settings.invites is not None and _INVITE.match(path):
            return await self._invite(request, server)
        return await self._admit(request, server, self._settings.homeserver)

    async def _invite(self, request: web.Request, server: str) -> web.StreamResponse:
        assert self._settings.invites
        body = bytearray()
        async for chunk in _body(request, LARGEST_INVITE):
            body += chunk
        who = invited(bytes(body))
        if who is None or not read_wishes(self._settings.invites).admit(*who):
            return self._refuse(403, "M_FORBIDDEN", "invite")
        return await self._admit(request, server, self._settings.homeserver, body=bytes(body))

    def _face(self) -> str:
        note = self._settings.face_note
        if self._settings.face or note is None:
            return self._settings.face
        try:
            return f"http://{note.read_text('ascii').strip()}"
        except (OSError, ValueError):
            return ""

    # -- passing on --------------------------------------------------------------------------------------------------

    async def _admit(
        self, request: web.Request, server: str, upstream: str, *, body: bytes | None = None
    ) -> web.StreamResponse:
        task = asyncio.current_task()
        running = self._running.setdefault(server, set())
        if len(running) >= (EACH if server else STRANGERS):
            return self._refuse(429, "M_LIMIT_EXCEEDED", "too many")
        assert task
        running.add(task)
        try:
            return await self._pass(request, upstream, body)
        finally:
            running.discard(task)

    async def _pass(self, request: web.Request, upstream: str, body: bytes | None) -> web.StreamResponse:
        url = URL(f"{upstream}{request.raw_path}", encoded=True) if request.raw_path.startswith("/") else URL()
        if not upstream or url.raw_path_qs != request.raw_path:
            return self._refuse(400, "M_UNRECOGNIZED", "path")
        if (request.content_length or 0) > LARGEST:
            return self._refuse(413, "M_TOO_LARGE", "large")
        data = body if body is not None else _body(request, LARGEST) if request.can_read_body else None
        async with self._http.request(
            request.method, url, headers=self._headers(request), data=data, allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as reply:  # fmt: skip
            self._tallies.passed("inbound")
            return await _returned(request, reply)

    def _headers(self, request: web.Request) -> list[tuple[str, str]]:
        kept = _end_to_end(request.headers.items(), request.headers.getall("Connection", []))
        about = (
            ("Host", self._settings.own),
            ("X-Forwarded-For", request.remote or ""),
            ("X-Forwarded-Proto", "https"),
        )
        return [*kept, *about]

    def _refuse(self, status: int, code: str, why: str) -> web.Response:
        self._tallies.denied("inbound", why)
        return _no(status, code, "Refused by the federation door")


def _no(status: int, code: str, words: str) -> web.Response:
    return web.json_response({"errcode": code, "error": words}, status=status)


def _end_to_end(headers: Iterable[tuple[str, str]], connection: Iterable[str]) -> list[tuple[str, str]]:
    named = {name.strip().lower() for line in connection for name in line.split(",")}
    return [(name, value) for name, value in headers if name.lower() not in _HOP | named]


async def _body(request: web.Request, limit: int) -> AsyncIterator[bytes]:
    """Piece by piece: nobody may send slowly for ever, or more than there may be."""
    total = 0
    while True:
        async with asyncio.timeout(CHUNK_SECONDS):
            chunk = await request.content.readany()
        if not chunk:
            return
        total += len(chunk)
        if total > limit:
            raise web.HTTPRequestEntityTooLarge(limit, total)
        yield chunk


async def _returned(request: web.Request, reply: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, reason=reply.reason)
    for name, value in _end_to_end(reply.headers.items(), reply.headers.getall("Connection", [])):
        response.headers.add(name, value)
    await response.prepare(request)
    async for chunk in reply.content.iter_any():
        await response.write(chunk)
    await response.write_eof()
    return response
