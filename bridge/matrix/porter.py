"""Enters the rooms that one account of ours was invited to, and leaves those where an unlisted server can hear."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bots.events import RoomId
from bridge import clock
from bridge.alliance.access import bars, servers_of
from bridge.errors import Refused, Unreachable
from bridge.matrix.door import Door
from bridge.matrix.errands import Errand
from bridge.store import invitations, rooms
from bridge.store.desk import server_of
from bridge.store.engine import Store
from bridge.store.members import ROOM as ALLIANCE
from bridge.store.neighbours import Neighbours

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=3)
WIDTH = 8


class Porter:
    """`speaker`: the function account whose door it is; None for the bot."""

    def __init__(self, door: Door, store: Store, permitted: Neighbours, *, speaker: str | None = None) -> None:
        self._door, self._store, self._permitted, self._speaker = door, store, permitted, speaker
        # Rooms of servers that do not answer keep nobody of our own waiting.
        self._near, self._far = asyncio.Semaphore(WIDTH), asyncio.Semaphore(WIDTH)

    async def enter_all(self) -> None:
        """Whatever waits. Raises Unreachable where the database is away."""
        for _, enter in await self.waiting():
            await enter()

    async def waiting(self) -> Sequence[tuple[str, Errand]]:
        """(room, what enters it) of whatever waits."""
        found = await self._store.run(partial(invitations.waiting, now=clock.now(), speaker=self._speaker))
        return [(room, partial(self._enter, room, inviter, attempts)) for room, inviter, attempts in found]

    async def _enter(self, room: str, inviter: str | None, attempts: int) -> None:
        via = [server_of(inviter)] if inviter else []
        own = server_of(self._door.user_id)
        try:
            async with self._near if via == [own] else self._far:
                await self._door.join(room, via=via)
        except Unreachable:
            await self._store.run(partial(invitations.postpone_join, room_id=room, until=later(attempts)))
        except Refused as no:
            until = later(attempts) if attempts < 3 else None
            log.info("join refused: %s %s", no.status, no.code)
            await self._store.run(partial(invitations.postpone_join, room_id=room, until=until))
        else:
            await self._store.run(partial(invitations.joining, room_id=room))
            await self._leave_strangers(RoomId(room))

    async def _leave_strangers(self, room: RoomId) -> None:
        """Who is in a room is seen from inside only: where an unlisted server can hear, we do not stay."""
        try:
            present = servers_of((await self._door.members(room)).get("chunk"))
            unlisted = [server for server in present if server not in self._permitted]
            if not unlisted or (await self._store.run(rooms.facts)).get(ALLIANCE) == room:
                return
            acl = await self._door.find_state(room, "m.room.server_acl")
            if all(bars(acl, server) for server in unlisted):
                return
            log.info("left a room at once: an unlisted server is in it")
            await self._door.leave(room)
        except (Unreachable, Refused):
            return  # what sits there is found when the room is looked at again


def later(attempts: int) -> datetime:
    """When to try again."""
    seconds = clock.back_off(attempts, first=1.0, longest=LONGEST_PAUSE.total_seconds())
    return clock.now() + timedelta(seconds=seconds)
