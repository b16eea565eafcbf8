"""bots.ports_function.Functions on the store: rosters, open matters, and what was written in them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bots.events import UserId, Written
from bots.ports_function import Function, Line, Matter, Note, Pace
from bots.roles import Role
from bridge.store import rooms
from bridge.store.desk import Desk, key_of, role_of
from bridge.store.engine import insert_new, upsert
from bridge.store.function_rows import function_row, matter_row, note_row, read_function, read_matter, read_note
from bridge.store.function_tables import function, matter, note
from bridge.store.hot import Hot
from bridge.store.people import shown_name
from bridge.store.tables import person
from forms.mistake import Mistake
from forms.text import Text, same

MOST = 50
A_MINUTE = timedelta(minutes=1)
NOTES_A_MINUTE, MOST_NOTES, MOST_BYTES = 20, 200, 50 * 1024 * 1024
"""What one person may write before an office has had time to read it."""
SHOWN = 20
TAKEN = Text(ja="「{name}」という窓口はもうあります。", en="There is a function “{name}” already.")
TAKEN_ACCOUNT = Text(
    ja="アカウント名 {user} はもう使われています。別の名前を書いてください。",
    en="The account {user} is in use. Please give another name.",
)
ACCOUNT = Text(
    ja="アカウント名は、半角の英小文字と数字20字以内で書いてください。例: account kodomo",
    en="Please give an account name of at most 20 small letters and digits, e.g. account kodomo.",
)
FULL = Text(ja="窓口は{most}までです。", en="There may be {most} functions.").fill(most=MOST)
NO_SUCH = Text(
    ja="「{words}」という窓口はありません。{near}「!function list」で一覧を表示します。",
    en="There is no function “{words}”. {near}“!function list” lists them.",
)
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”? ")
NO_MATTER = Text(
    ja="{number}番の用件は、あなたの窓口にはありません（完了したものは消えています）。"
    "「!function list」で確かめてください。",
    en="There is no open matter {number} of yours. “!function list” shows those that are open.",
)
NOBODY = Text(
    ja="「{word}」さんは職員の部屋にいません。名前か @名前:サーバー で書いてください。",
    en="There is no “{word}” among the staff. Please write a name or @name:server.",
)
SEVERAL = Text(
    ja="「{word}」にあたる人が{count}人います。@名前:サーバー の形で書いてください: {people}",
    en="“{word}” may be any of {count}. Please write @name:server: {people}",
)
_ACCOUNT = re.compile(r"[a-z0-9]{1,20}")
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_DUE = Hot(sa.select(matter.c.number).where(matter.c.state == "open", matter.c.wake <= sa.bindparam("now")).limit(1))


class FunctionDesk:
    """bots.ports_function.Functions."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    # -- the accounts ------------------------------------------------------------------------------------------------

    def create(self, name: str, *, account: str | None, duties: str) -> Function:
        self._desk.need(Role.EDITOR)
        key = key_of(name)
        before = self._db.execute(sa.select(function).where(function.c.key == key)).first()
        if before is not None and before.state == "open":
            raise Mistake(TAKEN.fill(name=name))
        if before is None and self._count() >= MOST:
            raise Mistake(FULL)
        user = before.user_id if before is not None else self._account(account)
        made = Function(user=user, name=name, duties=duties, lines=(), chief=self._desk.who, signed=False)
        upsert(self._db, function, {**function_row(made), "key": key, "state": "open", "since": self._desk.at})
        return made

    def _count(self) -> int:
        return int(self._db.execute(sa.select(sa.func.count()).select_from(function)).scalar_one())

    def _account(self, wanted: str | None) -> UserId:
        if wanted is not None and not _ACCOUNT.fullmatch(wanted):
            raise Mistake(ACCOUNT)
        localpart = self._desk.town.bot[1:].partition(":")[0]
        user = UserId(f"@{localpart}_{wanted or f'f{self._count() + 1}'}:{self._desk.town.server}")
        if self._db.execute(sa.select(function.c.name).where(function.c.user_id == user)).first() is not None:
            raise Mistake(TAKEN_ACCOUNT.fill(user=user))
        return user

    def all(self) -> Sequence[Function]:
        self._desk.need(Role.STAFF)
        query = sa.select(function).where(function.c.state == "open").order_by(function.c.key)
        return [self._as_of_now(read_function(row)) for row in self._db.execute(query)]

    def _as_of_now(self, found: Function) -> Function:
        """Who is no longer staff is on no roster: what people write is not for them. A chief is always there."""
        lines = tuple(Line(line.shift, tuple(u for u in line.people if self._is_staff(u))) for line in found.lines)
        chief = found.chief
        if not self._is_staff(chief):
            room = rooms.facts(self._db).get("room:stewards", "")
            stewards = (UserId(u) for u in rooms.members(self._db, room, joined=True))
            chief = next((u for u in stewards if self._is_staff(u)), chief)
        return replace(found, lines=lines, chief=chief)

    def _is_staff(self, user: str) -> bool:
        return self._desk.town.is_person(user) and role_of(self._db, user, self._desk.town.server) >= Role.STAFF

    def find(self, words: str) -> Function:
        known = {key_of(f.name): f for f in self.all()}
        wanted = key_of(words)
        if wanted in known:
            return known[wanted]
        near = difflib.get_close_matches(wanted, known, n=1)
        hint = NEAR.fill(near=known[near[0]].name) if near else same("")
        raise Mistake(NO_SUCH.fill(words=words[:60], near=hint))

    def get(self, user: UserId) -> Function | None:
        query = sa.select(function).where(function.c.user_id == user, function.c.state == "open")
        row = self._db.execute(query).first()
        return None if row is None else self._as_of_now(read_function(row))

    def change(self, found: Function) -> None:
        self._desk.need(Role.EDITOR)
        self._db.execute(sa.update(function).where(function.c.user_id == found.user).values(function_row(found)))

    def retire(self, found: Function) -> None:
        self._desk.need(Role.EDITOR)
        self._db.execute(sa.update(function).where(function.c.user_id == found.user).values(state="closing"))

    def colleague(self, word: str) -> UserId:
        bare = word.removesuffix("さん").lstrip("@")
        room = rooms.facts(self._db).get("room:staff", "")
        staff = [UserId(u) for u in rooms.members(self._db, room, joined=True) if self._desk.town.is_person(u)]
        exactly = [u for u in staff if bare in (u[1:], u[1:].partition(":")[0])]
        named = [u for u in staff if key_of(shown_name(self._db, u)) == key_of(bare)]
        found = exactly or named or [u for u in staff if key_of(bare) in key_of(shown_name(self._db, u))]
        if not found:
            raise Mistake(NOBODY.fill(word=word[:60]))
        if len(found) > 1:
            raise Mistake(SEVERAL.fill(word=word[:60], count=len(found), people="、".join(found[:5])))
        return found[0]

    # -- what is asked of them ---------------------------------------------------------------------------------------

    def standing(self, event: Written) -> Matter | None:
        here = (matter.c.function == event.to) & (matter.c.person == event.sender) & (matter.c.state == "open")
        row = self._db.execute(sa.select(matter).where(here)).first()
        if row is None:
            return None
        self._db.execute(sa.update(matter).where(here).values(room_id=event.room))
        return read_matter(row, room=event.room)

    def begun(self, event: Written) -> Matter:
        if (found := self.standing(event)) is not None:
            return found
        last = self._db.execute(sa.select(sa.func.max(matter.c.number))).scalar() or 0
        fresh = Matter(number=last + 1, function=event.to, person=event.sender, room=event.room)
        insert_new(self._db, matter, {**matter_row(fresh), "state": "open", "stopped": None})
        self._speaks(event)
        return fresh

    def _speaks(self, event: Written) -> None:
        """Who never chose a language is answered in the one that they write."""
        if event.text.strip() and not _JAPANESE.search(event.text) and re.search("[A-Za-z]{2}", event.text):
            insert_new(self._db, person, {"user_id": event.sender, "lang": "en", "response": None})

    def pace(self, found: Matter) -> Pace:
        theirs = (note.c.matter == found.number) & (note.c.by == found.person)
        count, size = sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(note.c.content)), 0)
        total, held = self._db.execute(sa.select(count, size).where(theirs)).one()
        fresh = theirs & (note.c.at > self._desk.at - A_MINUTE)
        recent = self._db.execute(sa.select(count).where(fresh)).scalar_one()
        if recent < NOTES_A_MINUTE and total < MOST_NOTES and held < MOST_BYTES:
            return "fine"
        here = matter.c.number == found.number
        stopped = self._db.execute(sa.select(matter.c.stopped).where(here)).scalar()
        if stopped is not None and stopped > self._desk.at - A_MINUTE:
            return "silent"
        self._db.execute(sa.update(matter).where(here).values(stopped=self._desk.at))
        return "stop"

    def note(self, found: Matter, written: Note) -> None:
        last = self._db.execute(sa.select(sa.func.max(note.c.n)).where(note.c.matter == found.number)).scalar() or 0
        self._db.execute(sa.insert(note).values(matter=found.number, n=last + 1, at=self._desk.at, **note_row(written)))

    def correct(self, found: Matter, event: Written) -> bool:
        theirs = (note.c.matter == found.number) & (note.c.source == event.target) & (note.c.by == event.sender)
        struck = not event.text.strip()
        change = sa.delete(note).where(theirs) if struck else sa.update(note).where(theirs).values(text=event.text)
        return bool(self._db.execute(change).rowcount)

    def notes(self, found: Matter) -> Sequence[Note]:
        query = sa.select(note).where(note.c.matter == found.number).order_by(note.c.n.desc()).limit(SHOWN)
        rows = self._db.execute(query).all()
        return [read_note(row) for row in reversed(rows)]

    def open(self, of: Function | None = None) -> Sequence[Matter]:
        query = sa.select(matter).where(matter.c.state == "open").order_by(matter.c.number)
        if of is not None:
            query = query.where(matter.c.function == of.user)
        return [read_matter(row) for row in self._db.execute(query) if of is not None or self._serves(row.function)]

    def _serves(self, user: str) -> bool:
        if self._desk.itself:
            return True
        found = self.get(UserId(user))
        return found is not None and self._desk.who in found.staff and self._desk.role >= Role.STAFF

    def matter(self, number: int) -> Matter:
        query = sa.select(matter).where(matter.c.number == number, matter.c.state == "open")
        row = self._db.execute(query).first()
        if row is None or not self._serves(row.function):
            raise Mistake(NO_MATTER.fill(number=number))
        return read_matter(row)

    def keep(self, found: Matter) -> None:
        self._db.execute(sa.update(matter).where(matter.c.number == found.number).values(matter_row(found)))

    def close(self, found: Matter) -> None:
        self._db.execute(sa.delete(note).where(note.c.matter == found.number))
        nothing: dict[str, Any] = {"person": "", "room_id": "", "taker": None, "reached": [], "waits": None}
        nothing |= {"wake": None, "told": None, "stopped": None, "held": False, "state": "done"}
        self._db.execute(sa.update(matter).where(matter.c.number == found.number).values(nothing))

    def reachable(self, found: Matter) -> bool:
        return rooms.is_in(self._db, found.room) and rooms.holds(self._db, found.room, found.person)

    def due(self, now: datetime) -> Sequence[Matter]:
        if _DUE.first(self._db, now=now) is None:
            return []
        query = sa.select(matter).where(matter.c.state == "open", matter.c.wake <= now)
        return [read_matter(row) for row in self._db.execute(query.order_by(matter.c.wake, matter.c.number).limit(100))]
