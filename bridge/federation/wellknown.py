"""What a member shows of the alliance to anybody, below /.well-known/kairan; and where newcomers ask to be let in."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from aiohttp import web

from bridge import clock
from bridge.alliance.motion import adding, fits, introduced, moment, read_change
from bridge.alliance.parcel import LONGEST_LIST
from bridge.alliance.roll import NoRoll, fingerprint
from bridge.alliance.signing import NotCanonical, canonical, parse
from bridge.federation.fetching import BASE, PATIENCE
from bridge.federation.revival import answer
from bridge.store import motions, rolls
from bridge.store.desk import Municipality
from bridge.store.engine import Connection, Store

LARGEST = 16_000
"""Bytes of an introduction."""
MOST_A_MINUTE = 20
"""Requests of all the world: a steward reads each."""
HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=10"}


class WellKnown:
    """`routes` for the web server of bridge.web."""

    def __init__(self, town: Municipality, store: Store) -> None:
        self._town, self._store = town, store
        self._asked: deque[float] = deque(maxlen=MOST_A_MINUTE)

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get(f"{BASE}/key.json", self._key),
            web.get(f"{BASE}/alliance.json", self._list),
            web.get(f"{BASE}/alliance/{{version:[0-9]{{1,9}}}}.json", self._list),
            web.post(f"{BASE}/request", self._request),
            web.post(f"{BASE}/council", self._council),
        )

    async def _key(self, _request: web.Request) -> web.Response:
        key = self._town.key
        found = {"server": self._town.server, "bot": self._town.bot, "keys": {key.id: key.public}}
        return _json(canonical(found))

    async def _list(self, request: web.Request) -> web.Response:
        wanted = request.match_info.get("version")
        raw = await self._store.run(partial(rolls.raw_at, version=int(wanted) if wanted else None))
        return _json(raw.encode()) if raw else _json(b"{}", status=404)

    async def _request(self, request: web.Request) -> web.Response:
        """202 for an introduction that is well-formed; what becomes of it is for the members to say."""
        if not self._has_time():
            return _json(b'{"error":"too many requests"}', status=429)
        raw = await _read(request, LARGEST)
        try:
            introduction = parse(raw, longest=LARGEST)
            entry = introduced(introduction)
            change = read_change(adding(introduction))
        except (NotCanonical, NoRoll):
            return _json(b'{"error":"no introduction"}', status=400)
        if not await self._store.run(partial(self._keep, raw=canonical(introduction))):
            return _json(b'{"error":"this is no member, or it is one already, or the clock is wrong"}', status=409)
        answer = {"motion": change.id, "fingerprint": fingerprint(entry.server, entry.keys)}
        return _json(canonical(answer), status=202)

    async def _council(self, request: web.Request) -> web.Response:
        """A signed message to the council, where its list is too old for the rooms; and what we say to it."""
        try:
            raw = (await _read(request, LONGEST_LIST)).decode()
        except UnicodeDecodeError:
            raw = ""
        said = await self._store.run(partial(answer, town=self._town, raw=raw, now=clock.now()))
        return _json(canonical([list(one) for one in said]))

    def _keep(self, connection: Connection, *, raw: bytes) -> bool:
        change, now = read_change(adding(parse(raw))), clock.now()
        held = rolls.current(connection)
        if held is None or rolls.trouble_with(held, self._town, now) != "none" or not fits(change, held, moment(now)):
            return False
        motions.keep(connection, change, via="", state="asked", now=now)
        return True

    def _has_time(self) -> bool:
        now = clock.monotonic()
        if len(self._asked) == MOST_A_MINUTE and now - self._asked[0] < 60:
            return False
        self._asked.append(now)
        return True


async def _read(request: web.Request, most: int) -> bytes:
    """The body, or its beginning where it is longer than that: which is then no document. Never waits for long."""
    raw = b""
    async with asyncio.timeout(PATIENCE):
        while len(raw) <= most and not request.content.at_eof():
            raw += await request.content.read(most + 1 - len(raw))
    return raw


def _json(raw: bytes, *, status: int = 200) -> web.Response:
    response = web.Response(body=raw, content_type="application/json", headers=HEADERS, status=status)
    if len(raw) > 20_000:
        response.enable_compression(web.ContentCoding.gzip)
    return response
