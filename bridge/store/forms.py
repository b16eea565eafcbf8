"""The municipality's forms."""

import difflib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bots.events import UserId
from bots.records import Draft
from bots.roles import Role
from bridge.library import library
from bridge.store import adoptions, attachments, lists, manuscripts, urn
from bridge.store.desk import Desk, key_of
from bridge.store.engine import insert_new
from bridge.store.resident import CONTEXT
from bridge.store.tables import asked, form, live, publication, reminder, response, total
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text

NO_FORM = Text(ja="フォーム「{name}」はありません。{near}", en="There is no form “{name}”. {near}")
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
SEE_LIST = Text(ja="「!form list」で一覧を表示します。", en="“!form list” shows what there is.")
NO_VERSION = Text(
    ja="フォーム「{name}」に第{version}版はありません（第1版から第{newest}版まで）。",
    en="“{name}” has no version {version} (there are 1 to {newest}).",
)
WITHOUT_LIST = Text(
    ja="このフォームが使う一覧（{names}）が、ここにはありません。CSVに「!list keep 名前」と書き添えて、"
    "先に送ってください。",
    en="The lists of this form ({names}) are not here. Send their CSV files first, with the caption “!list keep NAME”.",
)
NAMES = sa.select(form.c.name).where(form.c.version > 0).distinct()  # below 0 are steps of manuscripts, to be played


@lru_cache(maxsize=256)
def parsed(document: str) -> Form:
    """The form of a stored document."""
    return Form.model_validate_json(document, context=CONTEXT)


class FormShelf:
    """bots.ports.Forms."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def save(self, new: Form) -> int:
        self._desk.need(Role.EDITOR)
        adoptions.keep_locks(self._desk, new)
        if lists.missing(self._db, new.draws()):
            raise Mistake(WITHOUT_LIST.fill(names="、".join(table.file for table in new.tables.values())))
        document = new.model_dump_json(exclude_defaults=True)
        newest = self._newest(new.name)
        if newest is not None and newest.document == document:
            return int(newest.version)
        version = 1 if newest is None else newest.version + 1
        self._db.execute(
            sa.insert(form).values(name=new.name, version=version, document=document, author=self._desk.who)
        )
        return int(version)

    def _newest(self, name: str) -> Any:
        query = sa.select(form).where(form.c.name == name, form.c.version > 0).order_by(form.c.version.desc()).limit(1)
        return self._db.execute(query).first()

    def get(self, name: str) -> Draft:
        self._desk.need(Role.STAFF)
        names = {key_of(n): n for n in self._db.execute(NAMES).scalars()}
        found = names.get(key_of(name))
        if found is None:
            raise Mistake(no_form(name, list(names.values())))
        row = self._newest(found)
        return Draft(form=parsed(row.document), version=row.version, author=UserId(row.author))

    def drafts(self) -> Sequence[Draft]:
        self._desk.need(Role.STAFF)
        names = self._db.execute(NAMES.order_by(form.c.name)).scalars().all()
        return [self.get(name) for name in names]

    def version(self, name: str, version: int) -> Draft:
        newest = self.get(name)
        where = (form.c.name == newest.form.name) & (form.c.version == version)
        row = self._db.execute(sa.select(form).where(where)).first() if 0 < version <= newest.version else None
        if row is None:
            words = {"name": newest.form.name, "version": version, "newest": newest.version}
            raise Mistake(NO_VERSION.fill(**words))
        return Draft(form=parsed(row.document), version=version, author=UserId(row.author))

    def rehearse(self, new: Form, step: int) -> Draft:
        self._desk.need(Role.EDITOR)
        played = sa.select(response.c.version).where(response.c.form == new.name)
        old = (form.c.name == new.name) & (form.c.version < 0) & form.c.version.not_in(played)
        self._db.execute(sa.delete(form).where(old))
        values = {"name": new.name, "version": -step, "author": self._desk.who}
        document = new.model_dump_json(exclude_defaults=True)
        insert_new(self._db, form, {"document": document, **values})
        return Draft(form=new, version=-step, author=self._desk.who)

    def library(self) -> Sequence[Form]:
        return tuple(library().values())

    def delete(self, name: str) -> None:
        self._desk.need(Role.EDITOR)
        written = manuscripts.manuscript_named(self._db, name)
        if written is not None and self._newest(written) is None:
            manuscripts.forget(self._db, written)  # it was never published or loaded
            return
        draft = self.get(name)
        ids = sa.select(publication.c.id).where(publication.c.form == draft.form.name)
        urn.forget(self._desk, draft.form.name)
        adoptions.forget(self._db, draft.form.name)
        attachments.forget(self._db, sa.select(response.c.id).where(response.c.form == draft.form.name))
        for table in (asked, live, reminder, total):
            self._db.execute(sa.delete(table).where(table.c.publication.in_(ids)))
        manuscripts.forget(self._db, draft.form.name)
        for table, column in ((response, response.c.form), (publication, publication.c.form), (form, form.c.name)):
            self._db.execute(sa.delete(table).where(column == draft.form.name))
        lists.tidy(self._db)


def no_form(name: str, names: Sequence[str]) -> Text:
    """That there is none of this name, with the nearest one that there is."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return NO_FORM.fill(name=name[:64], near=NEAR.fill(near=near[0]) if near else SEE_LIST)
