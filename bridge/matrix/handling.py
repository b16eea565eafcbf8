"""From the inbox to decisions: each room in order, each event in one transaction with all that follows from it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bots.events import Event, RoomId, Sent, Written
from bridge import clock
from bridge.alliance.parcel import Parcel
from bridge.errors import Unreachable
from bridge.letters import Touched
from bridge.matrix import attachment, inbound
from bridge.matrix.crypto import Crypto, MissingKey, Undecryptable
from bridge.matrix.door import Door
from bridge.matrix.keeper import Keeper
from bridge.matrix.lanes import where
from bridge.matrix.wire import Json
from bridge.runtime import Runtime
from bridge.store import inbox, outbox, rooms
from bridge.store.engine import Connection, Store
from bridge.store.outbox import Letter, txn
from bridge.workbook import Unread
from forms.text import Text

T = TypeVar("T")
log = logging.getLogger(__name__)

UNREADABLE = Text(
    ja="いまのメッセージは暗号の鍵が届かず、読めませんでした。お手数ですが、もう一度送ってください。",
    en="That message could not be read, because its key has not arrived. Please send it again.",
)


class Handling:
    """`work(room)` handles what a room has, one event after the other.

    `function`: the door is a function account's, and what is said is written to it.
    """

    def __init__(  # noqa: PLR0913 - what stands around it
        self,
        door: Door,
        crypto: Crypto,
        store: Store,
        runtime: Runtime,
        touched: Callable[[Touched], None],
        *,
        function: bool = False,
    ) -> None:
        self._door, self._crypto, self._store, self._runtime, self._touched = door, crypto, store, runtime, touched
        self._bot, self._function = door.user_id, function
        self._keeper = Keeper(door, runtime.keys)
        self._under_way: set[str] = set()
        self._at_a_workbook = asyncio.Lock()
        self.handled = 0
        self.bugs = 0

    async def work(self, room: str) -> float | None:
        """Seconds until the room should be looked at again, or None when it is empty."""
        self._under_way.add(room)
        try:
            return await self._work(room)
        finally:
            self._under_way.discard(room)

    async def _work(self, room: str) -> float | None:
        received = await self._begin(room)
        while received is not None:
            if received.waiting and (left := (received.until - clock.now()).total_seconds()) > 0:
                return left
            received = await (self._give_up(room) if received.waiting else self._handle(received))
        return None

    async def _begin(self, room: str) -> inbox.Received | None:
        """What can be is handled in the transaction that finds it; gives what is to be handled next."""
        try:
            following, touched = await self._store.run(partial(self._first, room=room))
        except Unreachable:
            raise
        except Exception:  # noqa: BLE001 - it comes again where bugs are reported
            return await self._store.run(partial(inbox.head, room=room))
        if touched is not None:
            self._touched(touched)
        return following

    def at_once(self, connection: Connection, room: str, touched: Touched) -> bool:
        """Handle the room's next event within the caller's transaction; False where something is left to `work`.

        What it raises must end that transaction: `work` knows what to do about bugs.
        """
        if room in self._under_way:
            return False
        following, more = self._first(connection, room)
        if more is not None:
            touched.add(more)
        return following is None

    def _first(self, connection: Connection, room: str) -> tuple[inbox.Received | None, Touched | None]:
        """The next event, handled where nothing must be waited for; and what follows it."""
        received = inbox.head(connection, room)
        if received is None or received.waiting or received.body.get("type") == "m.room.encrypted":
            return received, None
        if inbound.is_file(received.body):
            return received, None
        self.handled += 1
        return self._transact(connection, received=received, clear=received.body, content=None)

    async def _give_up(self, room: str) -> inbox.Received | None:
        """Later events go first; in a direct room the person is asked to repeat what could not be read."""
        following, lanes = await self._store.run(partial(_unreadable, room=room, bot=self._bot))
        self._touched(Touched(lanes=lanes))
        return following

    async def _handle(self, received: inbox.Received) -> inbox.Received | None:
        try:
            clear = self._clear(received)
        except MissingKey as missing:
            return await self._store.run(partial(_wait, received=received, session=missing.session_id))
        except Undecryptable:
            clear = {}  # nobody will ever read it
        content = await self._fetch(received, clear)
        following, touched = await self._decide(received, clear, content)
        self.handled += 1
        self._touched(touched)
        return following

    def _clear(self, received: inbox.Received) -> Json:
        if received.body.get("type") != "m.room.encrypted":
            return received.body
        clear = self._crypto.decrypt(received.body, RoomId(received.room_id))
        return clear if clear.get("type") in inbound.SEALED else {}

    async def _fetch(self, received: inbox.Received, clear: Json) -> bytes | None:
        if not inbound.is_file(clear):
            return None
        asked = await self._store.run(partial(self._asked, received=received, clear=clear))
        wanted = inbound.file_to_fetch(clear, asked)
        if wanted is None:
            return None
        address, sealed = wanted
        try:
            raw = await self._door.download(address, limit=inbound.fetch_limit(clear, asked))
            return attachment.unseal(raw, sealed) if sealed else raw
        except Unreachable:
            raise
        except Exception as bad:  # noqa: BLE001 - whatever is wrong with the file: it is none that we can read
            log.info("file: %s", type(bad).__name__)
            return None

    def _asked(self, connection: Connection, *, received: inbox.Received, clear: Json) -> int:
        """How many bytes the form that the person is in would take."""
        direct = self._is_direct(connection, clear, received.room_id, received.sender)
        event = self._read(clear, received.room_id, direct=direct)
        return self._runtime.wanted(connection, event) if isinstance(event, Sent | Written) else 0

    def _read(
        self, clear: Json, room: str, *, direct: bool, content: bytes | None = None
    ) -> Event | Parcel | Written | None:
        event = inbound.read(clear, room, direct=direct, content=content)
        return inbound.written(event, self._bot) if self._function else event

    async def _decide(
        self, received: inbox.Received, clear: Json, content: bytes | None
    ) -> tuple[inbox.Received | None, Touched]:
        try:
            decide = partial(self._transact, received=received, clear=clear, content=content)
            return await self._with_workbooks(decide)
        except Unreachable:
            raise
        except Exception as bug:  # noqa: BLE001 - a bug of ours costs one answer, never the room
            self.bugs += 1
            reference = txn(received.event_id, "bug")[1:9].upper()
            log.error("bug %s: %s", reference, where(bug))  # noqa: TRY400 - a traceback could quote an answer
            return await self._store.run(
                partial(self._transact, received=received, clear=clear, content=content, bug=reference)
            )

    async def _with_workbooks(self, decide: Callable[[Connection], T]) -> T:
        """One transaction; done anew for a workbook, which is read before it, one at a time, as other rooms go on."""
        while True:
            try:
                return await self._keeper.run(self._store, decide)
            except Unread as unread:
                async with self._at_a_workbook:
                    await asyncio.to_thread(self._runtime.readings.read, unread)

    def _transact(
        self,
        connection: Connection,
        *,
        received: inbox.Received,
        clear: Json,
        content: bytes | None,
        bug: str | None = None,
    ) -> tuple[inbox.Received | None, Touched]:
        """All of it or nothing: what changed, what is to be said, and that the event is done."""
        room, sender = received.room_id, received.sender
        event = self._read(clear, room, direct=self._is_direct(connection, clear, room, sender), content=content)
        touched = Touched()
        if isinstance(event, Parcel):  # its time is the word of a homeserver that is not ours
            event = replace(event, at=min(event.at, clock.now()))
        if event is not None:
            touched = self._runtime.apologise(connection, event, bug) if bug else self._runtime.hear(connection, event)
        inbox.done(connection, received.seq)
        # What comes in the meantime wakes the room again.
        return None if received.last else inbox.head(connection, room), touched

    def _is_direct(self, connection: Connection, clear: Json, room: str, sender: str) -> bool:
        if clear.get("type") in ("m.room.member", "kairan.met"):
            return rooms.owner_of(connection, room) == str(clear.get("state_key", sender))
        return rooms.is_direct(connection, room, sender, self._bot)


def _wait(connection: Connection, received: inbox.Received, session: str) -> inbox.Received | None:
    inbox.wait(connection, received.seq, session, clock.now())
    return inbox.head(connection, received.room_id)


def _unreadable(connection: Connection, room: str, bot: str) -> tuple[inbox.Received | None, set[str]]:
    now = clock.now()
    letters = [
        Letter(
            txn=txn(session, "unreadable"),
            lane=room,
            owner=sender,
            body={"kind": "say", "text": f"{UNREADABLE.ja}\n{UNREADABLE.en}"},
        )
        for session, sender in inbox.give_up_waiting(connection, room, now)
        if rooms.is_direct(connection, room, sender, bot)
    ]
    outbox.put(connection, letters, now)
    return inbox.head(connection, room), {x.lane for x in letters}
