"""Fetches what the rooms do not bring: the list for a newcomer or for who was away, and a newcomer's own word."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bridge import clock
from bridge.alliance.motion import Change, from_moment
from bridge.alliance.roll import NoRoll, Roll, read
from bridge.alliance.signing import NotCanonical, parse
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.federation.fetching import UNPACKED as LONGEST
from bridge.federation.fetching import Web
from bridge.store import motions, rolls, rooms
from bridge.store.desk import Municipality
from bridge.store.engine import Connection, Store

log = logging.getLogger(__name__)

LOOK = 2.0
LOOKED_AROUND = timedelta(minutes=10)
"""So often a member is asked whether there is a newer list, though nobody spoke of one."""
HURRIED = timedelta(seconds=20)
MOST_STEPS = 50
MOST_TRIES = 8
REQUEST = "alliance:request"
"""The fact that says whom this municipality asked to be let in: {to, introduction, sent}."""


class Courier:
    """`run` works for ever; each duty on its own."""

    def __init__(self, config: Config, town: Municipality, store: Store, web: Web) -> None:
        self._config, self._town, self._store, self._web = config, town, store, web
        self._looked: datetime | None = None
        self._asked: datetime | None = None

    async def run(self) -> None:
        """Every duty, again and again."""
        while True:
            for duty in (self._ask, self._look_up, self._catch_up):
                await _bravely(duty)
            await asyncio.sleep(LOOK)

    # -- to be let in ------------------------------------------------------------------------------------------------

    async def _ask(self) -> None:
        """Send our request; then look for a list that names us."""
        request = await self._store.run(_request)
        if request is None or not self._has_waited(request):
            return
        self._asked = clock.now()
        if not request["sent"]:
            await self._introduce(request)
        offered = await self._list(request["to"], "/alliance.json")
        if offered is None or offered.at(self._town.server) is None:
            return
        before = (
            await self._list(request["to"], f"/alliance/{offered.version - 1}.json") if offered.version > 1 else None
        )
        await self._store.run(partial(self._let_in, offered=offered, before=before))

    def _has_waited(self, request: dict[str, Any]) -> bool:
        """Often while somebody is at the telephone; votes may take days."""
        now = clock.now()
        fresh = now - from_moment(request["introduction"]["member"]["since"]) < LOOKED_AROUND
        refused = request.get("answer") is not None and not request["sent"]
        return self._asked is None or now - self._asked >= (HURRIED if refused or not fresh else timedelta(0))

    async def _introduce(self, request: dict[str, Any]) -> None:
        try:
            await self._web.post(request["to"], "/request", json.dumps(request["introduction"]).encode())
            await self._store.run(partial(_note, request={**request, "sent": True, "answer": 202}))
        except Refused as no:
            await self._store.run(partial(_note, request={**request, "answer": no.status}))

    def _let_in(self, connection: Connection, *, offered: Roll, before: Roll | None) -> None:
        self._town.neighbours.refresh(connection)
        news = rolls.trust(connection, self._town, offered, before, clock.now())
        if news is not None:
            rolls.leave_news(connection, news)
            rooms.drop_fact(connection, REQUEST)

    async def _list(self, server: str, path: str) -> Roll | None:
        try:
            return read(parse(await self._web.get(server, path), longest=LONGEST))
        except (NoRoll, NotCanonical) as wrong:
            log.warning("a list that was fetched makes no sense: %s", wrong)
        except Refused:
            return None  # it has none
        return None

    # -- who asks us -------------------------------------------------------------------------------------------------

    async def _look_up(self) -> None:
        """A request counts once the server that it speaks for shows the same key itself."""
        for change, tries in await self._store.run(partial(motions.in_state, state="asked", now=clock.now())):
            try:
                shown = parse(await self._web.get(change.server, "/key.json"))
            except (Unreachable, Refused, NotCanonical) as away:
                log.info("a newcomer's server: %s", type(away).__name__)
                await self._store.run(partial(_again, change=change, tries=tries))
                continue
            await self._store.run(partial(_looked_up, change=change, shown=shown, via=self._town.server, tries=tries))

    # -- who was away ------------------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Ask a member whether there is a newer list, and go to it step by step."""
        now = clock.now()
        held, hurry = await self._store.run(partial(self._how_old, now=now))
        if held is None or (self._looked and now - self._looked < (HURRIED if hurry else LOOKED_AROUND)):
            return
        self._looked = now
        others = [entry.server for entry in held.entries if entry.server != self._town.server]
        for server in clock.shuffled(others)[:3]:
            try:
                newest = await self._list(server, "/alliance.json")
            except Unreachable:
                continue
            if newest is not None:
                await self._follow(server, held.version, newest)
                await self._store.run(partial(rooms.drop_fact, name=rolls.BEHIND))
                return

    def _how_old(self, connection: Connection, *, now: datetime) -> tuple[Roll | None, bool]:
        held = rolls.current(connection)
        trouble = rolls.trouble_with(held, self._town, now)
        return held, trouble in ("old", "early") or rolls.BEHIND in rooms.facts(connection)

    async def _follow(self, server: str, version: int, newest: Roll) -> None:
        for number in range(version + 1, min(newest.version, version + MOST_STEPS) + 1):
            step = newest if number == newest.version else await self._list(server, f"/alliance/{number}.json")
            if step is None or not await self._store.run(partial(self._take, offered=step)):
                return
        if newest.version <= version:
            await self._store.run(partial(self._take, offered=newest))  # it may be a rival of ours

    def _take(self, connection: Connection, *, offered: Roll) -> bool:
        self._town.neighbours.refresh(connection)
        verdict, news = rolls.take(connection, self._town, offered, clock.now())
        rolls.leave_news(connection, news)
        return verdict == "next"


async def _bravely(duty: Callable[[], Awaitable[None]]) -> None:
    try:
        await duty()
    except (Unreachable, Refused) as away:
        log.info("alliance: %s", type(away).__name__)
    except Exception as bug:  # noqa: BLE001 - one duty's bug must not stop the others
        log.error("alliance: %s in %s", type(bug).__name__, duty.__name__)  # noqa: TRY400 - no values in the log


def _request(connection: Connection) -> dict[str, Any] | None:
    found = rooms.facts(connection).get(REQUEST)
    return None if found is None else dict(json.loads(found))


def _note(connection: Connection, *, request: dict[str, Any]) -> None:
    if rooms.facts(connection).get(REQUEST) is not None:
        rooms.set_fact(connection, REQUEST, json.dumps(request))


def _looked_up(connection: Connection, *, change: Change, shown: dict[str, Any], via: str, tries: int) -> None:
    entry = change.entry
    if entry is not None and shown == {"server": entry.server, "bot": entry.member.bot, "keys": dict(entry.keys)}:
        if motions.has_room(connection, via, "add"):
            motions.checked(connection, change.id, via)
        else:  # stewards can read only so many; it is looked up again later
            _again(connection, change=change, tries=tries)
    else:
        log.warning("a request to join was not by the server that it names")
        motions.drop(connection, change.id)


def _again(connection: Connection, *, change: Change, tries: int) -> None:
    if tries >= MOST_TRIES:
        motions.drop(connection, change.id)
        return
    pause = clock.back_off(tries, first=2.0, longest=300.0)
    motions.postpone(connection, change.id, clock.now() + timedelta(seconds=pause))
