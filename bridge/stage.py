"""A stage without Matrix: the real runtime on a real database, with rooms and a clock that the caller moves.

Transcripts are played on it (tests/conversations), each a second time with a restart between all lines. Only what is
beyond the outbox is missing: people read what the letters say (docs/decisions/0003-transcripts-on-the-real-store.md).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from bots.all import BOTS
from bots.events import (
    Edited,
    Event,
    EventId,
    Joined,
    Left,
    Located,
    Reacted,
    RoomId,
    Said,
    Sent,
    Struck,
    UserId,
    Written,
)
from bots.roles import Role
from bridge import clock
from bridge.alliance.parcel import Parcel, read_part
from bridge.alliance.signing import Key
from bridge.letters import Touched
from bridge.runtime import Runtime
from bridge.store import functions, outbox, rooms
from bridge.store.desk import Municipality
from bridge.store.engine import Store, database_url
from bridge.store.members import Listed, put_in_force
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Locked, unboxed
from bridge.store.timetable import next_due
from bridge.workbook import Unread

T = TypeVar("T")
SERVER = "tsukuba"
TOWNS = {"tsukuba": "つくば市", "nakatsu": "中津市", "tama": "多摩市"}
BOT = f"@kairan:{SERVER}"
START = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JAPAN)
PACE = timedelta(seconds=3)
"""Between two lines of a transcript: longer than the pause between two edits of a live message."""
ROLE_ROOMS = {Role.STAFF: "staff", Role.EDITOR: "editors", Role.STEWARD: "stewards"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody sees: in their direct room (`person`) or a shared `room`. `kind`: say, edit, file, picture.

    `content`: the file's. `speaker`: the function account that says it in its own room with the person.
    """

    kind: str
    text: str
    person: str | None
    room: str | None
    event_id: str
    content: bytes | None = None
    speaker: str | None = None


class Stage:
    """`cast`: name → (role, server). All are in the shared room 行政DX from the start.

    `database`: a file in `folder`, or the address of an empty PostgreSQL database. `store`: one over an empty database
    that the caller keeps, so that many stages one after another need not compile their statements anew.
    """

    def __init__(  # noqa: PLR0913 - what a test may choose
        self,
        folder: Path,
        cast: Mapping[str, tuple[Role, str]],
        *,
        room: str = "行政DX",
        database: str = "stage.db",
        store: Store | None = None,
        server: str = SERVER,
    ) -> None:
        self.server, self.bot = server, f"@kairan:{server}"
        self._store, self._lent = store or Store(database_url(database, folder)), store is not None
        if not self._lent:
            self._store.migrate()
        self._users = {name: f"@{name}:{server}" for name, (_, server) in cast.items()}
        self._names = {user: name for name, user in self._users.items()}
        self.now = START
        self._count = 0
        self.posted: list[tuple[str | None, Mapping[str, Any]]] = []
        self._kept: dict[str, bytes] = {}  # keys, as the homeserver keeps them: they outlive a restart
        self._open()
        self._store.do(partial(self._furnish, cast=cast, room=room))

    def _open(self) -> None:
        town = Municipality(
            bot=self.bot,
            server=self.server,
            neighbours=Neighbours(self.server, names=TOWNS, allowed=TOWNS),
            zone=clock.JAPAN,
            language="ja",
            key=Key.of(self.server),
        )
        self.town = town
        self._runtime = Runtime(town, BOTS, shortcuts=False)

    def _furnish(self, connection: sa.Connection, cast: Mapping[str, tuple[Role, str]], room: str) -> None:
        self._room(connection, f"!{room}", room)
        for role, key in ROLE_ROOMS.items():
            rooms.set_fact(connection, f"room:{key}", f"!{key}")
            self._room(connection, f"!{key}", key)
            members = [n for n, (r, s) in cast.items() if r >= role and s == self.server]
            for name in members:
                rooms.set_member(connection, f"!{key}", self._users[name], membership="join", name=name)
        for name, user in self._users.items():
            rooms.set_member(connection, f"!{room}", user, membership="join", name=name)

    def _room(self, connection: sa.Connection, room_id: str, name: str) -> None:
        rooms.entered(connection, room_id)
        rooms.describe(connection, room_id, name=name)
        rooms.set_member(connection, room_id, self.bot, membership="join", name="Kairan")

    def close(self) -> None:
        """Let go of the database."""
        (self._store.reopen if self._lent else self._store.close)()

    def restart(self) -> None:
        """As after a power cut: all that was not committed is gone."""
        self._store.reopen()
        self._open()

    # -- what people do ----------------------------------------------------------------------------------------------

    def say(self, who: str, text: str, *, room: str | None = None, replies_to: str | None = None) -> str:
        """Say it in the shared room, or in the direct room with the bot. Gives the event id."""
        return self._play(Said, who, room, text=text, replies_to=replies_to and EventId(replies_to))

    def send(self, who: str, name: str, content: bytes | None, *, room: str | None = None, caption: str = "") -> str:
        """Send a file; None for one that is too large to fetch."""
        return self._play(Sent, who, room, name=name, caption=caption, content=content)

    def locate(self, who: str, lat: float, lon: float, accuracy: float | None = None) -> str:
        """Share a place on the map."""
        return self._play(Located, who, None, lat=lat, lon=lon, accuracy=accuracy)

    def react(self, who: str, target: str, key: str) -> str:
        """React to a message."""
        return self._play(Reacted, who, None, target=EventId(target), key=key)

    def edit(self, who: str, target: str, text: str) -> str:
        """Change an earlier message."""
        return self._play(Edited, who, None, target=EventId(target), text=text)

    def strike(self, who: str, target: str) -> str:
        """Redact an earlier message."""
        return self._play(Struck, who, None, target=EventId(target))

    def leave(self, who: str) -> str:
        """Leave the direct room."""
        user = self._users[who]
        room = self._store.do(partial(rooms.direct_room, user=user)) or f"!dm-{who}"
        event_id = self._play(Left, who, None)
        self._store.do(lambda c: rooms.set_member(c, room, user, membership="leave", name=None))
        return event_id

    def _play(self, kind: type[Any], who: str, room: str | None, **values: Any) -> str:
        user = UserId(self._users[who])
        self.now += PACE
        event_id = self._id()
        place = f"!{room}" if room else self._direct(user)
        event = kind(id=EventId(event_id), room=RoomId(place), sender=user, at=self.now, direct=room is None, **values)
        self._hear(event)
        return event_id

    def _id(self) -> str:
        self._count += 1
        return f"${self._count}"

    def _direct(self, user: str) -> str:
        """People may always speak to the bot: their client opens a room."""
        found = self._store.do(partial(rooms.direct_room, user=user))
        if found is None:
            self._store.do(partial(rooms.want_direct, user=user, source="self"))
            self._store.do(partial(self._enter, user=user))
            found = f"!dm-{self._names[user]}"
        return found

    def _enter(self, connection: sa.Connection, user: str) -> None:
        room = f"!dm-{self._names[user]}"
        self._room(connection, room, room)
        rooms.describe(connection, room, encrypted=True)
        rooms.set_member(connection, room, user, membership="join", name=self._names[user])
        rooms.opened(connection, user, room)

    def receive(self, sender: str, part: Mapping[str, Any]) -> None:
        """A part of a document comes from another town's Kairan."""
        where = {"id": EventId(self._id()), "room": RoomId("!post"), "sender": UserId(sender), "at": self.now}
        parcel = read_part(part, {**where, "direct": True})
        if parcel is not None:
            self._hear(parcel)

    def meet(self, listed: Sequence[Listed]) -> None:
        """From now on these towns are in an alliance."""
        for one in listed:
            self._names.setdefault(one.member.bot, f"kairan-{one.member.server}")
        self._store.do(lambda c: put_in_force(c, self.town.neighbours, listed))

    def _hear(self, event: Event | Parcel | Written) -> None:
        self._follow(self._do(partial(self._runtime.hear, event=event)))

    def _do(self, work: Callable[[sa.Connection], T]) -> T:
        """One transaction; once more for each key that must be fetched, or workbook that must be read, first."""
        while True:
            try:
                return self._store.do(work)
            except Locked as locked:
                key = self._kept.setdefault(locked.name, self._runtime.keys.new(locked.name))
                self._runtime.keys.hold(locked.name, key)
            except Unread as unread:
                self._runtime.readings.read(unread)

    def _follow(self, *touched: Touched) -> None:
        """Open doors, and let everybody who is met come in at once."""
        while wanted := self._store.do(lambda c: rooms.doors(c, self.now, 1)):
            self._store.do(partial(self._enter, user=wanted[0].user))
            self._hear(self._joined(wanted[0].user))
        for room in (room for one in touched for room in sorted(one.rooms)):
            owner = self._store.do(partial(rooms.owner_of, room_id=room))
            if owner is not None:
                self._hear(self._joined(owner))

    def _joined(self, user: str) -> Joined:
        room = RoomId(f"!dm-{self._names[user]}")
        return Joined(id=EventId(self._id()), room=room, sender=UserId(user), at=self.now, direct=True)

    # -- what the clock does -----------------------------------------------------------------------------------------

    def move(self, to: datetime) -> None:
        """The clock goes on to `to`; what falls due on the way happens when it is due."""
        while (due := self._store.do(partial(next_due, after=self.now))) is not None and due < to:
            self.now = due
            self.tick()
        self.now = to
        self.tick()

    def sleep(self, to: datetime) -> None:
        """Kairan is not running until `to`: what fell due meanwhile happens only now."""
        self.now = to
        self.restart()
        self.tick()

    def tick(self) -> None:
        """What is due happens, and so does what follows from it a little later."""
        for moment in (self.now, self.now + PACE):
            self._follow(*self._do(partial(self._tick, moment=moment)))

    def _tick(self, connection: sa.Connection, moment: datetime) -> list[Touched]:
        return [self._runtime.tick(connection, routine, moment) for routine in self._runtime.routines]

    # -- what people see ---------------------------------------------------------------------------------------------

    def read(self) -> list[Heard]:
        """Everything said since the last time, in order."""
        return self._do(lambda c: list(self._letters(c)))

    def _letters(self, connection: sa.Connection) -> Iterator[Heard]:
        while heads := [outbox.head(connection, lane) for lane in outbox.lanes(connection)]:
            letter = min((head for head in heads if head is not None), key=lambda head: head.seq)
            body = unboxed(self._runtime.keys, letter.body) or {"kind": "lost"}
            event_id = self._id()
            content = outbox.content(connection, letter.blob) if letter.blob else None
            outbox.sent(connection, letter, event_id)
            if body["kind"] == "burn":
                self._kept.pop(body["key"], None)
            elif body["kind"] == "object":
                self.posted.append((rooms.owner_of(connection, letter.lane), body["part"]))
            elif body["kind"] != "react":
                yield self._heard(connection, replace(letter, body=body), event_id, content)

    def _heard(self, connection: sa.Connection, letter: outbox.Outgoing, event_id: str, content: bytes | None) -> Heard:
        speaker, owner = functions.pair_in(connection, letter.lane) or (None, rooms.owner_of(connection, letter.lane))
        body = letter.body
        kind = "edit" if "instead_of" in body else "picture" if body.get("picture") else body["kind"]
        text = f"[{body['name']}] {body['text']}" if body["kind"] == "file" else body["text"]
        person, room = (self._names[owner], None) if owner else (None, letter.lane[1:])
        return Heard(kind, text, person, room, event_id, content, speaker)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """For tests: what the database holds."""
        return self._store.do(lambda c: [tuple(row) for row in c.execute(sa.text(statement))])
