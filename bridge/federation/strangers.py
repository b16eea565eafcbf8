"""Rooms in which somebody of an unlisted server has come to sit: the members are told once, and the bot falls silent.

A server that the room's access list shuts out says and hears nothing there, though its people still stand in the
list of members: after a revocation that is as it should be. The room of all members' Kairans
is no such room: what is said there is signed, and a member whose list is a version behind must not miss the next one.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from bots.events import RoomId
from bridge import clock
from bridge.alliance.access import bars
from bridge.errors import Refused
from bridge.letters import Touched
from bridge.matrix.door import Door
from bridge.store import moves, outbox, rooms, silence
from bridge.store.engine import Connection, Store
from bridge.store.members import ROOM as ALLIANCE
from bridge.store.neighbours import Neighbours
from bridge.store.outbox import Letter, txn
from bridge.store.rolls import FORMER
from forms.text import Text

log = logging.getLogger(__name__)

AGAIN = 60.0
TOLD = "told"
WARNING = Text(
    ja="連合の名簿にないサーバー（{servers}）の人がこの部屋にいるため、ボットはここでは応答しません。"
    "その人が退室すると、また応答します。",
    en="Somebody of a server that is not in the alliance ({servers}) is in this room, so the bot does not answer here. "
    "It will again once they have left.",
)


class Strangers:
    """`look` compares who sits where with who may; the state's access list is asked for at most once a minute."""

    def __init__(
        self, door: Door, store: Store, permitted: Neighbours, *, touched: Callable[[Touched], None]
    ) -> None:  # fmt: skip
        self._door, self._store, self._permitted, self._touched = door, store, permitted, touched
        self._judged: dict[str, tuple[frozenset[str], float]] = {}
        self._seen_at: tuple[int, int] | None = None
        self._until = 0.0

    async def look(self) -> None:
        """One look at all rooms, where somebody has moved, the list is another, or a minute has passed."""
        here = (moves.latest(), self._permitted.edition)
        if here == self._seen_at and clock.monotonic() < self._until:
            return
        await self._look_everywhere()
        self._seen_at, self._until = here, clock.monotonic() + AGAIN

    async def _look_everywhere(self) -> None:
        present, shut = await self._store.run(self._seen)
        for room in sorted(present.keys() | shut.keys()):
            servers = present.get(room, frozenset())
            if self._is_fresh(room, servers):
                continue
            loud = await self._unbarred(room, servers)
            self._touched(await self._store.run(partial(_settle, room=room, loud=loud)))
            self._judged[room] = (servers, clock.monotonic() + AGAIN)

    def _seen(self, connection: Connection) -> tuple[Mapping[str, frozenset[str]], Mapping[str, str]]:
        self._permitted.refresh(connection)
        seats = silence.seats(connection)
        present = {
            room: frozenset(server for server in servers if server not in self._permitted)
            for room, servers in seats.items()
        }
        known = rooms.facts(connection)
        for exempt in (ALLIANCE, FORMER):
            present.pop(known.get(exempt, ""), None)
        return {room: servers for room, servers in present.items() if servers}, silence.shut_rooms(connection)

    def _is_fresh(self, room: str, servers: frozenset[str]) -> bool:
        before, until = self._judged.get(room, (None, 0.0))
        return before == servers and clock.monotonic() < until

    async def _unbarred(self, room: str, servers: frozenset[str]) -> frozenset[str]:
        if not servers:
            return servers
        try:
            acl = await self._door.find_state(RoomId(room), "m.room.server_acl")
        except Refused:
            return frozenset()  # we are no longer there
        return frozenset(server for server in servers if not bars(acl, server))


def _settle(connection: Connection, room: str, loud: frozenset[str]) -> Touched:
    """What is so from now on; the warning goes out in the same transaction that notes it."""
    before = silence.shut_rooms(connection).get(room)
    if not loud:
        if before is not None:
            silence.reopen(connection, room)
        return Touched()
    if before == TOLD:
        return Touched()
    silence.shut(connection, room, TOLD)
    if rooms.owner_of(connection, room) is not None:  # nobody else is there to be told
        return Touched()
    log.info("a stranger came into a room")
    words = WARNING.fill(servers=", ".join(sorted(loud)[:3]))
    body = {"kind": "say", "text": f"{words.ja}\n{words.en}"}
    moment = clock.now()
    letter = Letter(txn=txn(f"stranger:{room}:{moment.timestamp()}", 0), lane=room, body=body)
    outbox.put(connection, [letter], moment)
    return Touched(lanes={room})
