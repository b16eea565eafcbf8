"""Forms that were made from templates: where each came from, what of it is locked, what its editor is asked."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bots.events import UserId
from bots.ports_template import Adopted, Kept, Merging
from bots.roles import Role
from bridge.store.desk import Desk
from bridge.store.engine import upsert
from bridge.store.members import member_at
from bridge.store.template_tables import adoption, merging, template
from forms.form import Form
from forms.mistake import Mistake
from forms.template import Ancestor, Template, broken_lock, read_template
from forms.text import same


class AdoptionDesk:
    """bots.ports_template.Adoptions."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def adopt(self, form: str, kept: Kept) -> None:
        self._desk.need(Role.EDITOR)
        origin, who = kept.ancestor, self._desk.who
        row = {"form": form, "server": origin.server, "name": origin.name, "version": origin.version, "who": who}
        upsert(self._db, adoption, row)

    def adopted(self, form: str) -> Adopted | None:
        self._desk.need(Role.STAFF)
        row = self._db.execute(sa.select(adoption).where(adoption.c.form == form)).first()
        return None if row is None else _adopted(row)

    def adopters(self, server: str, name: str) -> Sequence[Adopted]:
        query = (
            sa.select(adoption).where(adoption.c.server == server, adoption.c.name == name).order_by(adoption.c.form)
        )
        return [_adopted(row) for row in self._db.execute(query)]

    def merging(self) -> Merging | None:
        row = self._db.execute(sa.select(merging).where(merging.c.user_id == self._desk.who)).first()
        return None if row is None else Merging(form=row.form, version=row.version, choices=row.choices)

    def ask(self, asked: Merging | None) -> None:
        self._desk.need(Role.EDITOR)
        if asked is None:
            self._db.execute(sa.delete(merging).where(merging.c.user_id == self._desk.who))
            return
        row = {"form": asked.form, "version": asked.version, "choices": dict(asked.choices)}
        upsert(self._db, merging, {"user_id": self._desk.who, **row})


def keep_locks(desk: Desk, form: Form) -> None:
    """Raise Mistake where a form that was adopted changes what a prefecture has locked in it."""
    row = desk.connection.execute(sa.select(adoption).where(adoption.c.form == form.name)).first()
    if row is None:
        return
    here = (template.c.server == row.server) & (template.c.name == row.name) & (template.c.version == row.version)
    signed = desk.connection.execute(sa.select(template.c.raw).where(here)).scalar()
    kept = None if signed is None else locks_in(signed, row.server)
    if kept is None or not kept.locked:
        return
    found = member_at(desk.connection, row.server)
    who = found[0].name if found else same(row.server)
    if (broken := broken_lock(kept.form, form, kept.locked, who=who)) is not None:
        raise Mistake(broken)


@lru_cache(maxsize=64)
def locks_in(raw: str, author: str) -> Template:
    """The template of a document that was checked when it came."""
    return read_template(json.loads(raw)["body"], author=author, may_lock=True)


def forget(connection: sa.Connection, form: str) -> None:
    """The form is deleted: nothing of it was adopted any more."""
    for table in (adoption, merging):
        connection.execute(sa.delete(table).where(table.c.form == form))


def _adopted(row: Any) -> Adopted:
    origin = Ancestor(server=row.server, name=row.name, version=row.version)
    return Adopted(form=row.form, origin=origin, who=UserId(row.who))
