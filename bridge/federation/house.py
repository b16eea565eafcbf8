"""The room that all members' Kairans share: made once, everybody invited, the list shown in it.

Whoever is first in turn does what is to be done; a little later the next, so that no dead server stops it.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256

from bots.events import RoomId, UserId
from bridge import clock
from bridge.alliance.roll import Roll
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.matrix.door import Door
from bridge.matrix.lanes import where
from bridge.matrix.outbound import alliance_room
from bridge.store import rolls, rooms
from bridge.store.council_desk import NEW_ROOM
from bridge.store.desk import Municipality
from bridge.store.engine import Connection, Store
from bridge.store.rolls import SHOWN_AS, shown_content

log = logging.getLogger(__name__)

LOOK = 2.0
TURN = timedelta(seconds=10)
AGAIN = 60.0
MOST_POWERFUL = 500
"""Bots with the power of the room's maker: the longest-standing; an event holds no more than 64 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the database says of the room. `missing`: members' bots that are neither in it nor invited."""

    roll: Roll
    inside: bool
    missing: Sequence[str]
    waited: timedelta


class House:
    """`run` works for ever."""

    def __init__(self, config: Config, town: Municipality, store: Store, door: Door) -> None:
        self._config, self._town, self._store, self._door = config, town, store, door
        self._shown = self._powers = ""
        self._maker: tuple[str, str] | None = None  # the room, and who made it
        self._invited: dict[str, float] = {}

    async def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self._once()
            except (Unreachable, Refused) as away:
                log.info("alliance room: %s", type(away).__name__)
            except Exception as bug:  # noqa: BLE001 - it is looked at again
                log.error("alliance room: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            await asyncio.sleep(LOOK)

    async def _once(self) -> None:
        seen = await self._store.run(self._look)
        if seen is None:
            return
        mine = seen.waited >= TURN * _turn(seen.roll, self._town.server)
        if not seen.roll.room:
            if mine:
                await self._make()
        elif not seen.inside:
            await self._enter(seen.roll)
        elif mine or await self._made_by_us(seen.roll):
            # Its maker waits for no turn: until others have its power, nobody but it can do any of this.
            await self._invite(seen)
            await self._empower(seen.roll)
            await self._show(seen.roll)

    def _look(self, connection: Connection) -> _Seen | None:
        held = rolls.current(connection)
        now = clock.now()
        if held is None or rolls.trouble_with(held, self._town, now) != "none":
            return None
        inside = bool(held.room) and rooms.is_in(connection, held.room)
        there = set(rooms.members(connection, held.room)) if inside else set()
        missing = [entry.member.bot for entry in held.entries if entry.member.bot not in there]
        return _Seen(roll=held, inside=inside, missing=missing, waited=now - rolls.since(connection, held))

    async def _make(self) -> None:
        """Its alias is ours, so that a second try after a crash finds the first; the next list then names it."""
        if (await self._store.run(rooms.facts)).get(NEW_ROOM):
            return
        name = f"{self._config.kairan.bot}_alliance"
        try:
            room = await self._door.resolve(f"#{name}:{self._town.server}")
        except Refused:
            room = await self._door.create_room(alliance_room(alias=name))
        await self._store.run(partial(rooms.set_fact, name=NEW_ROOM, value=room))

    async def _enter(self, roll: Roll) -> None:
        """Somebody inside has invited us, or soon will."""
        via = [entry.server for entry in roll.entries if entry.server != self._town.server][:5]
        try:
            await self._door.join(roll.room, via=via)
        except Refused as no:
            log.info("alliance room: not yet let in: %s", no.code)

    async def _made_by_us(self, roll: Roll) -> bool:
        if self._maker is None or self._maker[0] != roll.room:
            self._maker = roll.room, await self._door.creator(RoomId(roll.room))
        return self._maker[1] == self._door.user_id

    async def _invite(self, seen: _Seen) -> None:
        now = clock.monotonic()
        for bot in seen.missing:
            if now - self._invited.get(bot, -AGAIN) < AGAIN:
                continue  # whoever declined is asked again, but not all the time
            try:
                await self._door.invite(RoomId(seen.roll.room), UserId(bot))
                self._invited[bot] = now
            except Refused as no:
                log.info("alliance room: cannot invite: %s", no.code)
            except Unreachable:  # a dead member keeps nobody else waiting
                self._invited[bot] = now

    async def _empower(self, roll: Roll) -> None:
        """All members' bots may do what its maker may: the room goes on when that server is gone for good."""
        if self._powers == roll.id:
            return
        room = RoomId(roll.room)
        levels = await self._door.get_state(room, "m.room.power_levels")
        users = dict(levels.get("users") or {})
        creator = await self._door.creator(room)
        wanted = {bot: 100 for bot in _powerful(roll) if bot != creator}
        # Nobody can take a power that equals their own; its maker's is above all.
        ours = creator == self._door.user_id
        gone = {u for u in users if u not in wanted and u.startswith("@kairan")} if ours else set()
        should = {user: level for user, level in users.items() if user not in gone} | wanted
        if should != users:
            await self._door.set_state(room, "m.room.power_levels", {**levels, "users": should})
        self._powers = roll.id

    async def _show(self, roll: Roll) -> None:
        """The list itself, where it fits into an event; else that there is a newer one."""
        if self._shown == roll.id:
            return
        room = RoomId(roll.room)
        try:
            version = (await self._door.get_state(room, SHOWN_AS)).get("version")
        except Refused:
            version = None
        if type(version) is not int or version < roll.version:
            await self._door.set_state(room, SHOWN_AS, shown_content(roll))
        self._shown = roll.id


def _powerful(roll: Roll) -> Sequence[str]:
    standing = sorted(roll.entries, key=lambda entry: (entry.since, entry.server))
    return [entry.member.bot for entry in standing[:MOST_POWERFUL]]


def _turn(roll: Roll, server: str) -> int:
    order = sorted(roll.entries, key=lambda e: sha256(f"{roll.version} {e.server}".encode()).digest())
    return [entry.server for entry in order].index(server)
