"""What bots decided, written as letters for the outbox: who gets it, in which language, under which transaction id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from bots.command import Effects
from bots.effects import (
    About,
    Attach,
    Counter,
    Effect,
    Here,
    Keep,
    Meet,
    Person,
    Place,
    Post,
    Refresh,
    Refuse,
    Rewrite,
    Room,
    Say,
    Submit,
    Withdraw,
)
from bots.events import EventId, RoomId, UserId
from bridge.alliance.parcel import parts_of, sealed
from bridge.store import inbox, outbox, rooms
from bridge.store.desk import Municipality, derived
from bridge.store.engine import Connection
from bridge.store.members import ROOM, members
from bridge.store.outbox import KEYS, Letter, txn
from bridge.store.people import language_of
from bridge.store.sealing import Keyring, boxed
from bridge.store.timetable import mark_stale
from bridge.store.urn import key_of
from forms.text import Lang

MOST_SHORTCUTS = 5
LONGEST = 12_000
"""Bytes of words in one letter: with their HTML, and encrypted, they must fit into an event of 64 kB."""


@dataclass(slots=True)
class Touched:
    """What to look at after the commit: lanes with letters, rooms with events, and doors to open."""

    lanes: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)
    doors: bool = False

    def add(self, other: "Touched") -> None:
        """All that the other says, too."""
        self.lanes |= other.lanes
        self.rooms |= other.rooms
        self.doors = self.doors or other.doors


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What effects are carried out for. `reply_to` is set where the event was said in a shared room."""

    connection: Connection
    source: str
    at: datetime
    who: UserId
    room: RoomId
    direct: bool
    reply_to: EventId | None


class Writer:
    """`carry_out` puts the effects of one occasion into the outbox, within the caller's transaction."""

    def __init__(self, town: Municipality, keys: Keyring, *, shortcuts: bool) -> None:
        self._town, self._keys, self._shortcuts = town, keys, shortcuts

    def carry_out(self, occasion: Occasion, effects: Effects, touched: Touched) -> None:
        letters: list[Letter] = []
        for step, effect in enumerate(effects):
            letters += self._one(occasion, effect, step, touched)
        outbox.put(occasion.connection, letters, occasion.at)
        touched.lanes.update(x.lane for x in letters if x.lane.startswith("!"))
        if self._keys.burnt():
            touched.lanes.add(KEYS)

    def _one(self, occasion: Occasion, effect: Effect, step: int, touched: Touched) -> list[Letter]:
        match effect:
            case Say():
                return self._say(occasion, effect, step, touched, instead_of=None)
            case Refuse():
                said = Say(text=effect.text, about=effect.about, passing=effect.passing, sealed=effect.sealed)
                return self._say(occasion, said, step, touched, instead_of=None)
            case Rewrite():
                instead = txn(effect.first, 0) if effect.first else None
                return self._say(occasion, effect.say, step, touched, instead_of=instead)
            case Attach():
                return [self._attach(occasion, effect, step, touched)]
            case Meet():
                self._meet(occasion, effect.user, touched)
            case Refresh():
                mark_stale(occasion.connection, effect.publication)
            case Post():
                return self._post(occasion, effect, step, touched)
            case Submit() | Withdraw() | Keep():
                pass  # what it changed was kept through the port; nobody needs telling
            case _:
                assert_never(effect)
        return []

    def _say(self, occasion: Occasion, said: Say, step: int, touched: Touched, instead_of: str | None) -> list[Letter]:
        lane, owner, lang = self._lane(occasion, said.to, touched)
        *before, text = [said.text[lang]] if said.html is not None else _parts(said.text[lang])
        body: dict[str, Any] = {"kind": "say", "text": text}
        if said.html is not None:
            body["html"] = said.html[lang]
        if said.calls:
            body["calls"] = list(said.calls)
        if said.fades:
            body["fades"] = True
        if isinstance(said.to, Here) and occasion.reply_to is not None:
            body["reply_to"] = occasion.reply_to
        if instead_of is not None:
            body["instead_of"] = instead_of
        about = None if said.about is None else _about(said.about)
        key = txn(occasion.source, step)
        letter = Letter(txn=key, lane=lane, owner=owner, body=self._closed(said, body), about=about)
        first = [
            Letter(txn=txn(key, n), lane=lane, owner=owner, body=self._closed(said, {"kind": "say", "text": part}))
            for n, part in enumerate(before)
        ]
        return [*first, letter, *self._shortcuts_of(said.about, key, letter)]

    def _closed(self, said: Say, body: dict[str, Any]) -> dict[str, Any]:
        """What may not be read while it waits, or leave a trace, is marked so."""
        if said.sealed is not None:
            return boxed(self._keys, body, name=key_of("draft", said.sealed))
        return {**body, "passing": True} if said.passing else body

    def _shortcuts_of(self, about: About | None, key: str, letter: Letter) -> list[Letter]:
        """The bot's own reactions, so that an answer is one tap."""
        if about is None or not self._shortcuts or len(about.keys) > MOST_SHORTCUTS:
            return []
        return [
            Letter(
                txn=txn(key, emoji),
                lane=letter.lane,
                owner=letter.owner,
                body={"kind": "react", "to": key, "key": emoji},
            )
            for emoji in about.keys
        ]

    def _attach(self, occasion: Occasion, file: Attach, step: int, touched: Touched) -> Letter:
        lane, owner, lang = self._lane(occasion, file.to, touched)
        body = {
            "kind": "file",
            "name": file.name,
            "mime": file.mime,
            "text": file.text[lang],
            "picture": list(file.picture) if file.picture else None,
            "size": len(file.content),
        }
        about = None if file.about is None else _about(file.about)
        key = txn(occasion.source, step)
        return Letter(txn=key, lane=lane, owner=owner, body=body, content=file.content, about=about)

    def _post(self, occasion: Occasion, post: Post, step: int, touched: Touched) -> list[Letter]:
        """One letter for each part and lane: the room of all, or the direct room with another Kairan."""
        key = txn(occasion.source, step)
        town, at = self._town, occasion.at
        signed = sealed(post.kind, post.body, server=town.server, key=town.key, at=at, to=post.to, cause=key)
        parts = parts_of(signed.raw, key)
        return [
            Letter(txn=txn(key, f"{to} {n}"), lane=lane, owner=owner, body={"kind": "object", "part": dict(part)})
            for to, lane, owner in self._reached(occasion, post, touched)
            for n, part in enumerate(parts)
        ]

    def _reached(self, occasion: Occasion, post: Post, touched: Touched) -> Iterator[tuple[str, str, str | None]]:
        """(whom, lane, whose eyes only). Who is not (yet) in the room of all gets their own; twice is heard once."""
        connection = occasion.connection
        shared = rooms.facts(connection).get(ROOM)
        there: frozenset[str] = frozenset()
        if post.to is None and shared is not None and rooms.is_in(connection, shared):
            there = frozenset(rooms.members(connection, shared, joined=True))
            yield "", shared, None
        for member in members(connection):
            if member.server != self._town.server and post.to in (None, member.server) and member.bot not in there:
                lane, owner, _ = self._lane(occasion, Person(member.bot), touched)
                yield member.server, lane, owner

    def _lane(self, occasion: Occasion, to: Place, touched: Touched) -> tuple[str, str | None, Lang]:
        """(lane, whose eyes only, language)."""
        speaks = self._town.language
        match to:
            case Here():
                owner = occasion.who if occasion.direct else None
                return occasion.room, owner, language_of(occasion.connection, occasion.who, speaks)
            case Room(room):
                return room, None, speaks
            case Counter(room, person):
                return room, person, language_of(occasion.connection, person, speaks)
            case Person(user):
                lang = language_of(occasion.connection, user, speaks)
                if occasion.direct and user == occasion.who:
                    return occasion.room, user, lang
                entered = rooms.direct_room(occasion.connection, user)
                if entered is None:
                    self._open(occasion, user, touched)
                return entered or user, user, lang

    def _open(self, occasion: Occasion, user: str, touched: Touched) -> str:
        before = rooms.want_direct(occasion.connection, user, occasion.source)
        touched.doors = touched.doors or before in ("new", "gone", "wanted")
        return before

    def _meet(self, occasion: Occasion, user: UserId, touched: Touched) -> None:
        """Who is in their room already is heard to join it again: each is served in a transaction of their own."""
        if self._open(occasion, user, touched) != "joined":
            return
        room = rooms.direct_room(occasion.connection, user)
        if room is not None:
            met = f"$kairan:{derived('met', occasion.source, user)}"
            body = {
                "type": "kairan.met",
                "event_id": met,
                "sender": user,
                "origin_server_ts": int(occasion.at.timestamp() * 1000),
                "content": {},
            }
            inbox.record(occasion.connection, [inbox.Incoming(met, room, user, body)], occasion.at)
            touched.rooms.add(room)


def _about(about: About) -> dict[str, Any]:
    of = {} if about.bot == "form" else {"bot": about.bot}
    return {"response": about.response, "question": about.question, "keys": about.keys, **of}


def _parts(text: str) -> list[str]:
    """What is too long for one event, cut where lines end: the names of five hundred people, say."""
    if len(text) <= LONGEST // 4:
        return [text]
    rows = [row[at : at + LONGEST // 4] for row in text.split("\n") for at in range(0, max(len(row), 1), LONGEST // 4)]
    parts = [rows[0]]
    for row in rows[1:]:
        longer = f"{parts[-1]}\n{row}"
        if len(longer.encode("utf-8", "replace")) > LONGEST:
            parts.append(row)
        else:
            parts[-1] = longer
    return parts
