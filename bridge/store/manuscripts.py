"""Forms that are being written: every step of each is kept, and where each editor is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bots.drafting.state import Drafting, Manuscript, Step, Write, form_of, highest_id
from bots.events import UserId
from bots.roles import Role
from bridge.store.adoptions import keep_locks
from bridge.store.desk import Desk, key_of
from bridge.store.engine import upsert
from bridge.store.people import language_of, shown_name
from bridge.store.tables import drafting, form, manuscript, manuscript_step
from forms.mistake import Mistake
from forms.text import Text

TAKEN = Text(
    ja="「{name}」という名前のフォームはもうあります。直すときは「!form edit {name}」、"
    "新しく作るときは別の題名にしてください。",
    en="There is a form “{name}” already. To change it: !form edit {name}. For a new one, choose another title.",
)


class ManuscriptDesk:
    """bots.ports.Manuscripts."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def begin(self, new: Manuscript, what: Text) -> Manuscript:
        self._desk.need(Role.EDITOR)
        taken = {key_of(name) for name in self._db.execute(sa.select(manuscript.c.name)).scalars()}
        if new.version == 0:
            forms = self._db.execute(sa.select(form.c.name).where(form.c.version > 0).distinct()).scalars()
            taken |= {key_of(name) for name in forms}
        if key_of(new.name) in taken:
            raise Mistake(TAKEN.fill(name=new.name))
        given = max(map(highest_id, (new.document, *self._versions(new.name))))
        values = {"name": new.name, "step": 1, "given": given, "version": new.version}
        self._db.execute(sa.insert(manuscript).values(**values))
        self._insert(new.name, number=1, after=0, document=new.document, what=what)
        return self._get(new.name)

    def _versions(self, name: str) -> Sequence[str]:
        """An id that some version used is not given again."""
        return self._db.execute(sa.select(form.c.document).where(form.c.name == name)).scalars().all()

    def _insert(self, name: str, *, number: int, after: int, document: str, what: Text) -> None:
        self._db.execute(
            sa.insert(manuscript_step).values(
                name=name,
                number=number,
                after=after,
                author=self._desk.who,
                at=self._desk.at,
                what={"ja": what.ja, "en": what.en},
                document=document,
            )
        )

    def find(self, name: str) -> Manuscript | None:
        self._desk.need(Role.EDITOR)
        found = manuscript_named(self._db, name)
        return None if found is None else self._get(found)

    def all(self) -> Sequence[Manuscript]:
        self._desk.need(Role.EDITOR)
        names = self._db.execute(sa.select(manuscript.c.name).order_by(manuscript.c.name)).scalars().all()
        return [self._get(name) for name in names]

    def _get(self, name: str) -> Manuscript:
        row = self._db.execute(sa.select(manuscript).where(manuscript.c.name == name)).one()
        steps = manuscript_step.c
        query = sa.select(steps.number, steps.after, steps.author, steps.what).where(steps.name == name)
        rows = {r.number: r for r in self._db.execute(query.order_by(steps.number))}
        names = {author: shown_name(self._db, author) for author in {r.author for r in rows.values()}}
        return Manuscript(
            name,
            self._document(name, row.step),
            step=row.step,
            last=max(rows),
            given=row.given,
            version=row.version,
            past=tuple(_step(r, names) for r in _led_to(rows, row.step)),
            ahead=tuple(_step(r, names) for r in _follows(rows, row.step)),
        )

    def _document(self, name: str, step: int) -> str:
        where = (manuscript_step.c.name == name) & (manuscript_step.c.number == step)
        return str(self._db.execute(sa.select(manuscript_step.c.document).where(where)).scalar_one())

    def write(self, now: Manuscript, step: Write, *, version: int | None = None) -> Manuscript:
        self._desk.need(Role.EDITOR)
        if (whole := form_of(step.document)) is not None:
            keep_locks(self._desk, whole)
        number = now.last + 1
        self._insert(now.name, number=number, after=now.step, document=step.document, what=step.what)
        given = max(now.given, step.given, highest_id(step.document))
        values = {"step": number, "given": given, "version": now.version if version is None else version}
        self._change(now, **values)
        return self._get(now.name)

    def _change(self, now: Manuscript, **values: int) -> None:
        self._db.execute(sa.update(manuscript).where(manuscript.c.name == now.name).values(**values))

    def stand(self, now: Manuscript, step: int) -> Manuscript:
        self._desk.need(Role.EDITOR)
        self._change(now, step=step)
        return self._get(now.name)

    def saved(self, now: Manuscript, version: int) -> None:
        self._desk.need(Role.EDITOR)
        self._change(now, version=version)

    def mine(self) -> Drafting | None:
        row = self._db.execute(sa.select(drafting).where(drafting.c.user_id == self._desk.who)).first()
        if row is None:
            return None
        now = self._get(row.manuscript)
        seen = now if row.seen == now.step else replace(now, step=row.seen, document=self._document(now.name, row.seen))
        lang = language_of(self._db, self._desk.who, self._desk.town.language)
        return Drafting(now, seen, me=self._desk.who, lang=lang, **row.state)

    def keep(self, talk: Drafting) -> None:
        state = {"focus": talk.focus, "waiting": dict(talk.waiting), "stage": talk.stage, "sources": dict(talk.sources)}
        row = {"manuscript": talk.manuscript.name, "seen": talk.seen.step, "state": state}
        upsert(self._db, drafting, {"user_id": self._desk.who, **row})


def manuscript_named(connection: sa.Connection, name: str) -> str | None:
    """Its name as it is kept; None where there is none."""
    names = connection.execute(sa.select(manuscript.c.name)).scalars()
    return next((n for n in names if key_of(n) == key_of(name)), None)


def _step(row: Any, names: Mapping[str, str]) -> Step:
    return Step(row.number, UserId(row.author), names[row.author], Text(**row.what))


def _led_to(rows: Mapping[int, Any], step: int) -> list[Any]:
    """The steps that led to this one, oldest first."""
    way = []
    while step in rows:
        way.append(rows[step])
        step = rows[step].after
    return way[::-1]


def _follows(rows: Mapping[int, Any], step: int) -> list[Any]:
    """What was undone last from here on: of several ways the newest."""
    newest = {row.after: row for row in rows.values()}
    way = []
    while step in newest:
        way.append(newest[step])
        step = newest[step].number
    return way


def forget(connection: sa.Connection, name: str) -> None:
    """The form is deleted: so is everything that was written for it."""
    for table, column in (
        (manuscript, manuscript.c.name),
        (manuscript_step, manuscript_step.c.name),
        (drafting, drafting.c.manuscript),
    ):
        connection.execute(sa.delete(table).where(column == name))
