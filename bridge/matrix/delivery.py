"""From the outbox to the rooms: in order within a room, each letter once, however often the power fails."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bots.events import EventId, RoomId, UserId
from bridge import clock
from bridge.alliance.parcel import EVENT as PARCEL
from bridge.errors import Refused
from bridge.matrix import attachment, outbound
from bridge.matrix.crypto import Crypto
from bridge.matrix.door import Door
from bridge.matrix.keeper import Keeper
from bridge.matrix.wire import Json
from bridge.store import outbox, rooms
from bridge.store.engine import Connection, Store
from bridge.store.outbox import Outgoing
from bridge.store.sealing import Keyring, Locked, unboxed
from forms.questions.attached import MEGA
from forms.text import Text

log = logging.getLogger(__name__)

FORGOTTEN = timedelta(hours=23)
"""The homeserver knows a transaction id for 24 hours; an older letter is looked for in the room before it is sent."""
PAGES_BACK = 20

TOO_LARGE = 413
_NOT_TAKEN = Text(
    ja="「{name}」（{size}MB）は、ホームサーバーの上限（max_upload_size）を超えるため送れませんでした。"
    "サーバーの担当者にご相談ください。",
    en="“{name}” ({size} MB) could not be sent: the homeserver takes no file of this size (max_upload_size). "
    "Please ask whoever runs it.",
)


class Delivery:
    """`work(lane)` sends what a room is to get. Raises Unreachable to be called again later."""

    def __init__(self, door: Door, crypto: Crypto, store: Store, ring: Keyring) -> None:
        self._door, self._crypto, self._store = door, crypto, store
        self._ring, self._keeper = ring, Keeper(door, ring)
        self._bot = door.user_id
        self.sent = 0
        self.dead = 0

    async def work(self, lane: str) -> float | None:
        """Send everything; None when the lane is empty."""
        letter, ready = await self._store.read(partial(self._next, lane=lane, after=None))
        while letter is not None:
            event_id = await self._send(letter, ready) if ready is not None else None
            self.sent, self.dead = self.sent + (event_id is not None), self.dead + (event_id is None)
            if event_id is not None and letter.last:  # what came meanwhile wakes the lane again
                # Were it forgotten in a crash, the letter would go out again under its id: the same event.
                self._store.note(partial(outbox.sent, letter=letter, event_id=event_id))
                return None
            letter, ready = await self._store.run(partial(self._next, lane=lane, after=(letter, event_id)))
        return None

    def _next(
        self, connection: Connection, lane: str, after: tuple[Outgoing, str | None] | None
    ) -> tuple[Outgoing | None, "Ready | None"]:
        """Note what became of the letter before, and take the next with what is known of its room: one transaction."""
        if after is not None:
            letter, event_id = after
            if event_id is None:
                outbox.dead(connection, letter)
            else:
                outbox.sent(connection, letter, event_id)
        following = outbox.head(connection, lane)
        return following, None if following is None else _ready(connection, following, self._bot)

    async def _send(self, letter: Outgoing, ready: "Ready") -> str | None:
        """The event id; None when the homeserver will never take it."""
        room = RoomId(letter.lane)
        try:
            if letter.body["kind"] == "burn":
                await self._keeper.burn(letter.body["key"])
                return ""
            body = await self._opened(letter.body)
            if body is None:
                return None
            letter = replace(letter, body=body)
            if clock.now() - letter.created > FORGOTTEN and (found := await self._find(room, letter)):
                return found
            kind, content = await self._content(room, letter, ready)
            return await self._door.send_event(room, kind, content=content, txn=letter.txn)
        except Refused as no:
            log.warning("letter refused: %s %s", no.status, no.code)
            return None

    async def _opened(self, body: Json) -> Json | None:
        """What was written; None where the key is burnt: the form was sent or closed, and the words are out of date."""
        try:
            return unboxed(self._ring, body)
        except Locked as locked:
            return unboxed(self._ring, body) if await self._keeper.look(locked.name) else None

    async def _content(self, room: RoomId, letter: Outgoing, ready: "Ready") -> tuple[str, Json]:
        body = letter.body
        if body["kind"] == "react":  # reactions are never encrypted: clients could not add them up
            return "m.reaction", outbound.reaction(body["key"], ready.target or "", txn=letter.txn)
        kind = "m.room.message"
        if body["kind"] == "file":
            content = await self._file(letter, ready)
        elif body["kind"] == "object":
            kind, content = PARCEL, outbound.parcel(body, txn=letter.txn)
        else:
            content = outbound.message(body, txn=letter.txn, edits=ready.target)
        if not ready.encrypted:
            return kind, content
        members = [UserId(m) for m in ready.members]
        sealed = await self._crypto.encrypt(room, members, kind=kind, content=content)
        return "m.room.encrypted", {**sealed, outbound.MARK: letter.txn}

    async def _file(self, letter: Outgoing, ready: "Ready") -> Json:
        raw, key = await self._store.run(partial(outbox.content, key=letter.blob or "")), None
        if ready.encrypted:
            raw, key = attachment.seal(raw)
        mime = "application/octet-stream" if key else letter.body["mime"]
        try:
            address = await self._door.upload(raw, mime, name="" if key else letter.body["name"])
        except Refused as no:
            if no.status != TOO_LARGE:
                raise
            words = _NOT_TAKEN.fill(name=letter.body["name"], size=-(-len(raw) // MEGA))
            return outbound.message({"text": f"{words.ja}\n{words.en}"}, txn=letter.txn)
        return outbound.file(letter.body, txn=letter.txn, address=address, sealed=key)

    async def _find(self, room: RoomId, letter: Outgoing) -> EventId | None:
        """Our own event with this letter's mark, among those since it was written."""
        oldest = letter.created.timestamp() * 1000
        start: str | None = None
        for _ in range(PAGES_BACK):
            page = await self._door.messages(room, from_=start, direction="b", limit=100)
            chunk = [e for e in page.get("chunk", []) if isinstance(e, dict)]
            for event in chunk:
                content = event.get("content")
                if isinstance(content, dict) and content.get(outbound.MARK) == letter.txn:
                    return EventId(str(event.get("event_id"))) if event.get("sender") == self._bot else None
            start = page.get("end")
            if not chunk or not isinstance(start, str) or chunk[-1].get("origin_server_ts", 0) < oldest:
                return None
        return None


class Ready:
    """What sending needs to know of the room, read in the transaction that took the letter."""

    __slots__ = ("encrypted", "members", "target")

    def __init__(self, members: list[str], *, encrypted: bool, target: str | None) -> None:
        self.members, self.encrypted, self.target = members, encrypted, target


def _ready(connection: Connection, letter: Outgoing, bot: str) -> Ready | None:
    """None where the letter must not or cannot go: the bot is out, or a private word would reach a third person."""
    if letter.body["kind"] == "burn":
        return Ready([], encrypted=False, target=None)
    inside, encrypted = rooms.state(connection, letter.lane)
    if not inside:
        return None
    members = list(rooms.members(connection, letter.lane))
    if letter.owner is not None and not {bot, letter.owner} >= set(members):
        return None
    target = None
    reference = letter.body.get("to") if letter.body["kind"] == "react" else letter.body.get("instead_of")
    if reference is not None:
        target = outbox.event_of(connection, reference)
        if target is None and letter.body["kind"] == "react":
            return None
    return Ready(members, encrypted=encrypted, target=target)
