"""People, shared rooms, and what the bot asked back of somebody."""

import difflib
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bots.events import RoomId, UserId
from bots.records import Waiting
from bridge.store import rooms
from bridge.store.desk import Desk, server_of
from bridge.store.engine import upsert
from bridge.store.hot import Hot
from bridge.store.tables import pending, person
from forms.mistake import Mistake
from forms.text import Lang, Text, same

NO_ROOM = Text(
    ja="部屋「{name}」が見つかりません。ボットとあなたの両方が入っている部屋の名前か "
    "#エイリアス を書いてください。{near}",
    en="There is no room “{name}” that both you and the bot are in. Give its name or #alias. {near}",
)
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
LONGEST_NAME = 40
_LANGUAGE = Hot(sa.select(person.c.lang).where(person.c.user_id == sa.bindparam("user")))
PATIENCE = timedelta(minutes=10)


def shown_name(connection: sa.Connection, user: str) -> str:
    """The display name in one harmless line, else the localpart."""
    name = rooms.name_of(connection, user) or user[1:].partition(":")[0]
    clean = "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c in " 　").strip()
    return clean[:LONGEST_NAME] or user[1:].partition(":")[0][:LONGEST_NAME]


def language_of(connection: sa.Connection, user: str, default: Lang) -> Lang:
    """What this person chose, else what the municipality speaks."""
    found: Lang | None = _LANGUAGE.value(connection, user=user)
    return found if found in ("ja", "en") else default


def _plain(name: str) -> str:
    """Full-width letters and case make no other room."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


class PeopleDesk:
    """bots.ports.People."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def language(self, user: UserId) -> Lang:
        return language_of(self._db, user, self._desk.town.language)

    def speak(self, lang: Lang) -> None:
        upsert(self._db, person, {"user_id": self._desk.who, "lang": lang})

    def municipality(self, user: UserId) -> str:
        server = server_of(user)
        return self._desk.town.neighbours.name(server) if server else ""

    def name(self, user: UserId) -> str:
        return shown_name(self._db, user)


class RoomDesk:
    """bots.ports.Rooms."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def find(self, words: str) -> RoomId:
        wanted = words.strip().strip("「」\"'")
        found = rooms.shared_with(self._db, self._desk.who)
        for room in found:
            short = f"{wanted}:{self._desk.town.server}" if wanted.startswith("#") else None
            if wanted in (room["room_id"], room["alias"], room["name"]) or (short and short == room["alias"]):
                return RoomId(room["room_id"])
        for room in found:
            if room["name"] and _plain(room["name"]) == _plain(wanted):
                return RoomId(room["room_id"])
        names = [r["name"] or r["alias"] for r in found if r["name"] or r["alias"]]
        near = difflib.get_close_matches(unicodedata.normalize("NFKC", wanted), names, n=1)
        raise Mistake(NO_ROOM.fill(name=wanted[:64], near=NEAR.fill(near=near[0]) if near else same("")))

    def people(self, room: RoomId) -> Sequence[UserId]:
        joined = rooms.members(self._db, room, joined=True)
        return [UserId(u) for u in joined if self._desk.town.is_person(u)]

    def name(self, room: RoomId) -> str:
        return rooms.title(self._db, room)

    def holds(self, room: RoomId) -> bool:
        return self._desk.is_in(room)


class PendingDesk:
    """bots.ports.Pending."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def ask(self, waiting: Waiting) -> None:
        upsert(
            self._db,
            pending,
            {
                "room_id": self._desk.room,
                "user_id": self._desk.who,
                "command": waiting.command,
                "words": list(waiting.words),
                "until": self._desk.at + PATIENCE,
            },
        )

    def take(self) -> Waiting | None:
        here = (pending.c.room_id == self._desk.room) & (pending.c.user_id == self._desk.who)
        row = self._db.execute(sa.select(pending).where(here)).first()
        self._db.execute(sa.delete(pending).where(here))
        if row is None or row.until < self._desk.at:
            return None
        return Waiting(command=row.command, words=tuple(row.words))


class TownDesk:
    """bots.ports.Town."""

    def __init__(self, desk: Desk) -> None:
        self._town = desk.town

    def zone(self) -> ZoneInfo:
        return self._town.zone

    def language(self) -> Lang:
        return self._town.language
