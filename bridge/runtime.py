"""One event: decide, and in the same transaction keep what changed and queue what is to be said. Hosts every bot.

Nothing here awaits or speaks Matrix: the caller opens the transaction, marks the event as handled in it, and commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never


from bots import ports
from bots.bot import Bot, Routine
from bots.call import Call
from bots.command import Effects, World
from bots.dispatch import dispatch
from bots.effects import (
    About,
    Attach,
    Effect,
    Here,
    Meet,
    Person,
    Place,
    Refresh,
    Refuse,
    Rewrite,
    Room,
    Say,
    Submit,
    Withdraw,
)
from bots.events import Event, EventId, Joined, Left, RoomId, Said, UserId
from bots.roles import Role
from bridge.picture import png
from bridge.store import inbox, outbox, rooms
from bridge.store.engine import Connection
from bridge.store.desk import Desk, Municipality, derived, role_of, server_of
from bridge.store.forms import FormShelf, PublicationShelf, came_back
from bridge.store.outbox import Letter, txn
from bridge.store.people import PendingDesk, PeopleDesk, RoomDesk, TownDesk, language_of
from bridge.store.responses import ResponseDesk
from bridge.store.timetable import DigestDesk, ReminderDesk, SummaryDesk, mark_stale
from forms.mistake import Mistake
from forms.text import Lang, Text

MOST_SHORTCUTS = 5
FLOOD = 120
FLOOD_WINDOW = timedelta(minutes=1)
SLOWER = Text(
    ja="短い時間にたくさんのメッセージが届いたため、いまの分は読めていません。1分ほど待ってから、続きをお書きください。",
    en="Too many messages at once: the last ones were not read. Please wait a minute, then go on.",
)
SORRY = Text(
    ja="申し訳ありません。処理できませんでした。入力済みの内容は失われていません。担当者に番号 {ref} をお伝えください。",
    en="Sorry, that could not be done. Nothing you entered is lost. Please tell your administrator the number {ref}.",
)


class Draughtsman:
    """bots.ports.Pictures."""

    def __init__(self, _desk: Desk) -> None:
        pass

    def png(self, svg: str) -> bytes:
        return png(svg)


PORTS: dict[type, Callable[[Desk], Any]] = {
    ports.Forms: FormShelf, ports.Publications: PublicationShelf, ports.Responses: ResponseDesk,
    ports.People: PeopleDesk, ports.Rooms: RoomDesk, ports.Reminders: ReminderDesk, ports.Digests: DigestDesk,
    ports.Pending: PendingDesk, ports.Summaries: SummaryDesk, ports.Pictures: Draughtsman, ports.Town: TownDesk,
}  # fmt: skip


@dataclass(slots=True)
class Touched:
    """What to look at after the commit: lanes with letters, rooms with events, and doors to open."""

    lanes: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)
    doors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occasion:
    """What effects are carried out for. `reply_to` is set where the event was said in a shared room."""

    connection: Connection
    source: str
    at: datetime
    who: UserId
    room: RoomId
    direct: bool
    reply_to: EventId | None


class Runtime:
    """`hear` and `tick` are all that happens to Kairan."""

    def __init__(self, town: Municipality, bots: Sequence[Bot], *, shortcuts: bool = True) -> None:
        self._town, self._bots, self._shortcuts = town, bots, shortcuts
        self._pace: dict[str, tuple[datetime, int]] = {}
        self.routines: tuple[Routine, ...] = tuple(r for bot in bots for r in bot.routines)

    def hear(self, connection: Connection, event: Event) -> Touched:
        """Decide about an event and queue what follows."""
        touched = Touched()
        if event.sender == self._town.bot or not self._welcome(event.sender):
            return touched
        self._come_and_go(connection, event, touched)
        occasion = _Occasion(
            connection=connection, source=event.id, at=event.at, who=event.sender, room=event.room,
            direct=event.direct, reply_to=None if event.direct else event.id,
        )  # fmt: skip
        said = self._paced(event)
        effects = self._decide(connection, event) if said is None else said
        self._carry_out(occasion, effects, touched)
        return touched

    def _welcome(self, sender: str) -> bool:
        return server_of(sender) in self._town.permitted

    def _paced(self, event: Event) -> Effects | None:
        """None at an ordinary pace; in a flood one polite word, then nothing until it ends."""
        if not isinstance(event, Said) or (not event.direct and not event.text.lstrip().startswith(("!", "！"))):
            return None
        since, count = self._pace.get(event.sender, (event.at, 0))
        if event.at - since > FLOOD_WINDOW:
            since, count = event.at, 0
        self._pace[event.sender] = (since, count + 1)
        if count < FLOOD:
            return None
        return (Say(text=SLOWER),) if count == FLOOD else ()

    def _decide(self, connection: Connection, event: Event) -> Effects:
        call = self._call(connection, event)
        world = self._world(Desk(connection=connection, town=self._town, who=call.who, role=call.role, room=call.room,
                                 at=call.at, source=event.id))  # fmt: skip
        try:
            with connection.begin_nested():
                return dispatch(self._bots, call, event, world=world)
        except Mistake as mistake:
            return (Refuse(text=mistake.text),)

    def _call(self, connection: Connection, event: Event) -> Call:
        own = server_of(event.sender) == self._town.server
        return Call(
            event=event.id, who=event.sender, room=event.room, direct=event.direct, at=event.at, zone=self._town.zone,
            role=role_of(connection, event.sender, self._town.server), mine=own,
            lang=language_of(connection, event.sender, self._town.language),
        )  # fmt: skip

    def _world(self, desk: Desk) -> World:
        return lambda port: PORTS[port](desk)

    def _come_and_go(self, connection: Connection, event: Event, touched: Touched) -> None:
        """Keep track of who is in their direct room; what waited for them follows them in."""
        match event:
            case Joined() if rooms.owner_of(connection, event.room) == event.sender:
                rooms.set_direct(connection, event.sender, "joined")
                outbox.move(connection, event.sender, event.room, dropping=True)
                came_back(connection, event.sender)
                touched.lanes.add(event.room)
            case Left() if rooms.owner_of(connection, event.room) == event.sender:
                rooms.set_direct(connection, event.sender, "gone")
                outbox.bury(connection, event.sender)
                outbox.bury(connection, event.room)
            case Said(direct=True):
                rooms.adopt(connection, event.sender, event.room)

    def tick(self, connection: Connection, routine: Routine, now: datetime) -> Touched:
        """Do what has fallen due."""
        touched = Touched()
        itself = UserId(self._town.bot)
        desk = Desk(connection=connection, town=self._town, who=itself, role=Role.STEWARD, room=RoomId(""), at=now,
                    source="")  # fmt: skip
        for done in routine(now, self._world(desk)):
            occasion = _Occasion(connection=connection, source=done.id, at=now, who=itself, room=RoomId(""),
                                 direct=False, reply_to=None)  # fmt: skip
            self._carry_out(occasion, done.effects, touched)
        return touched

    def apologise(self, connection: Connection, event: Event, reference: str) -> Touched:
        """A bug of ours: say so with a number, and go on with the next event."""
        touched = Touched()
        occasion = _Occasion(connection=connection, source=event.id, at=event.at, who=event.sender, room=event.room,
                             direct=event.direct, reply_to=None if event.direct else event.id)  # fmt: skip
        if isinstance(event, Said) and (event.direct or event.text.startswith("!")):
            self._carry_out(occasion, (Say(text=SORRY.fill(ref=reference)),), touched)
        return touched

    # -- effects → letters -------------------------------------------------------------------------------------------

    def _carry_out(self, occasion: _Occasion, effects: Effects, touched: Touched) -> None:
        letters: list[Letter] = []
        for step, effect in enumerate(effects):
            letters += self._one(occasion, effect, step, touched)
        outbox.put(occasion.connection, letters, occasion.at)
        touched.lanes.update(x.lane for x in letters if x.lane.startswith("!"))

    def _one(self, occasion: _Occasion, effect: Effect, step: int, touched: Touched) -> list[Letter]:
        match effect:
            case Say():
                return self._say(occasion, effect, step, touched, instead_of=None)
            case Refuse():
                said = Say(text=effect.text, about=effect.about)
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
            case Submit() | Withdraw():
                pass  # what it changed was kept through the port; nobody needs telling
            case _:
                assert_never(effect)
        return []

    def _say(
        self, occasion: _Occasion, said: Say, step: int, touched: Touched, instead_of: str | None
    ) -> list[Letter]:
        lane, owner, lang = self._lane(occasion, said.to, touched)
        body: dict[str, Any] = {"kind": "say", "text": said.text[lang]}
        if said.html is not None:
            body["html"] = said.html[lang]
        if said.calls:
            body["calls"] = list(said.calls)
            body["stale_at_the_door"] = True
        if isinstance(said.to, Here) and occasion.reply_to is not None:
            body["reply_to"] = occasion.reply_to
        if instead_of is not None:
            body["instead_of"] = instead_of
        about = None if said.about is None else _about(said.about)
        key = txn(occasion.source, step)
        letter = Letter(txn=key, lane=lane, owner=owner, body=body, about=about)
        return [letter, *self._shortcuts_of(occasion, said.about, key, letter)]

    def _shortcuts_of(self, occasion: _Occasion, about: About | None, key: str, letter: Letter) -> list[Letter]:
        """The bot's own reactions, so that an answer is one tap."""
        if about is None or not self._shortcuts or len(about.keys) > MOST_SHORTCUTS:
            return []
        return [
            Letter(txn=txn(key, emoji), lane=letter.lane, owner=letter.owner,
                   body={"kind": "react", "to": key, "key": emoji})
            for emoji in about.keys
        ]  # fmt: skip

    def _attach(self, occasion: _Occasion, file: Attach, step: int, touched: Touched) -> Letter:
        lane, owner, lang = self._lane(occasion, file.to, touched)
        body = {"kind": "file", "name": file.name, "mime": file.mime, "text": file.text[lang],
                "picture": list(file.picture) if file.picture else None, "size": len(file.content)}  # fmt: skip
        return Letter(txn=txn(occasion.source, step), lane=lane, owner=owner, body=body, content=file.content)

    def _lane(self, occasion: _Occasion, to: Place, touched: Touched) -> tuple[str, str | None, Lang]:
        """(lane, whose eyes only, language)."""
        speaks = self._town.language
        match to:
            case Here():
                owner = occasion.who if occasion.direct else None
                return occasion.room, owner, language_of(occasion.connection, occasion.who, speaks)
            case Room(room):
                return room, None, speaks
            case Person(user):
                lang = language_of(occasion.connection, user, speaks)
                if occasion.direct and user == occasion.who:
                    return occasion.room, user, lang
                room = rooms.direct_room(occasion.connection, user)
                if room is None:
                    self._open(occasion, user, touched)
                return room or user, user, lang

    def _open(self, occasion: _Occasion, user: str, touched: Touched) -> str:
        before = rooms.want_direct(occasion.connection, user, occasion.source)
        touched.doors = touched.doors or before in ("new", "gone", "wanted")
        return before

    def _meet(self, occasion: _Occasion, user: UserId, touched: Touched) -> None:
        """Whoever is in their room already is heard to join it again: each person is served in a transaction of their own."""
        if self._open(occasion, user, touched) != "joined":
            return
        room = rooms.direct_room(occasion.connection, user)
        if room is not None:
            met = f"$kairan:{derived('met', occasion.source, user)}"
            body = {"type": "kairan.met", "event_id": met, "sender": user, "origin_server_ts": int(occasion.at.timestamp() * 1000), "content": {}}
            inbox.record(occasion.connection, [inbox.Incoming(met, room, user, body)], occasion.at)
            touched.rooms.add(room)


def _about(about: About) -> dict[str, Any]:
    return {"response": about.response, "question": about.question, "keys": about.keys}
