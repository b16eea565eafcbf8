"""The room that all members' Kairans share: made once, everybody invited, the list shown in it.

Whoever is first in turn does what is to be done; a little later the next, so that no dead server stops it. Where
somebody who is no member has power in it for good, all move to another room.
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
from bridge.alliance.powers import powers
from bridge.alliance.roll import Roll
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.matrix.door import Door
from bridge.matrix.lanes import where
from bridge.matrix.outbound import alliance_room
from bridge.matrix.wire import Json
from bridge.store import rolls, rooms
from bridge.store.desk import Municipality
from bridge.store.engine import Connection, Store
from bridge.store.rolls import FORFEIT, FORMER, NEW_ROOM, SHOWN_AS, shown_content

log = logging.getLogger(__name__)

LOOK = 2.0
TURN = timedelta(seconds=10)
AGAIN = 60.0
MOST_POWERFUL = 500
"""Bots with the power of the room's maker: the longest-standing; an event holds no more than 64 kB."""
PATIENCE = timedelta(minutes=10)
"""So long who can has to take the power of a member that went; then the room is given up."""
LEAVING = timedelta(minutes=1)
"""What was on its way in the former room is said by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the database says of the room. `missing`: members' bots that are neither in it nor invited.

    `forfeit`: we saw that it must be given up; `former`: the room before it, where we are still in that.
    """

    roll: Roll
    inside: bool
    missing: Sequence[str]
    waited: timedelta
    forfeit: bool
    former: str


class House:
    """`run` works for ever."""

    def __init__(self, config: Config, town: Municipality, store: Store, door: Door) -> None:
        self._config, self._town, self._store, self._door = config, town, store, door
        self._shown = self._powers = ""
        self._created: tuple[str, Json] | None = None  # the room, and the event that made it
        self._looked = -AGAIN
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
        if mine and (seen.forfeit or not seen.roll.room):
            await self._make(seen)
        if not seen.roll.room:
            return
        if not seen.inside:
            await self._enter(seen.roll)
            return
        # Its maker waits for no turn: until others have its power, nobody but it can do any of this.
        mine = mine or (await self._creation(seen.roll)).get("sender") == self._door.user_id
        if mine:
            await self._invite(seen)
        await self._empower(seen, mine=mine)
        if mine:
            await self._show(seen.roll)
        if seen.former and seen.waited > LEAVING:
            await self._leave(seen.former)

    def _look(self, connection: Connection) -> _Seen | None:
        held = rolls.current(connection)
        now = clock.now()
        if held is None or rolls.trouble_with(held, self._town, now) != "none":
            return None
        inside = bool(held.room) and rooms.is_in(connection, held.room)
        there = set(rooms.members(connection, held.room)) if inside else set()
        missing = [entry.member.bot for entry in held.entries if entry.member.bot not in there]
        known = rooms.facts(connection)
        return _Seen(
            roll=held, inside=inside, missing=missing, waited=now - rolls.since(connection, held),
            forfeit=bool(held.room) and known.get(FORFEIT) == held.room, former=known.get(FORMER, ""),
        )  # fmt: skip

    async def _make(self, seen: _Seen) -> None:
        """Its alias is ours, so that a second try after a crash finds the first; the next list then names it."""
        if (await self._store.run(rooms.facts)).get(NEW_ROOM):
            return
        instead = f"_{sha256(seen.roll.room.encode()).hexdigest()[:12]}" if seen.roll.room else ""
        name = f"{self._config.kairan.bot}_alliance{instead}"
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

    async def _creation(self, roll: Roll) -> Json:
        if self._created is None or self._created[0] != roll.room:
            self._created = roll.room, await self._door.creation(RoomId(roll.room))
        return self._created[1]

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

    async def _empower(self, seen: _Seen, *, mine: bool) -> None:
        """All members' bots may do what its maker may, and nobody else: it goes on when that server is gone for good.

        Everybody looks whether who went has power that nobody can take: a quorum must have seen that for itself.
        """
        roll, now = seen.roll, clock.monotonic()
        if self._powers == roll.id and now < self._looked + AGAIN:
            return
        room = RoomId(roll.room)
        levels = await self._door.get_state(room, "m.room.power_levels")
        bots = [entry.member.bot for entry in roll.entries]
        created = await self._creation(roll)
        found = powers(created, levels, bots=bots, chosen=_powerful(roll), own=self._door.user_id)
        if found.forfeit or (found.beyond and seen.waited > PATIENCE):
            log.info("alliance room: it is to be given up")
            await self._store.run(partial(rooms.set_fact, name=FORFEIT, value=roll.room))
        elif seen.forfeit:
            await self._store.run(partial(rooms.drop_fact, name=FORFEIT))
        if mine and found.users != levels.get("users"):
            await self._door.set_state(room, "m.room.power_levels", {**levels, "users": dict(found.users)})
        self._powers, self._looked = roll.id, now

    async def _leave(self, former: str) -> None:
        try:
            await self._door.leave(RoomId(former))
        except Refused as no:
            log.info("alliance room: left the former one already: %s", no.code)
        await self._store.run(partial(rooms.drop_fact, name=FORMER))

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
