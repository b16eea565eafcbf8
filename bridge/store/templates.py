"""Templates as they are kept: as they were signed, and indexed for search."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bots.events import Signed
from bots.ports_template import Kept, Shelved
from bots.roles import Role
from bridge.store.desk import Desk, key_of
from bridge.store.engine import insert_new, upsert
from bridge.store.members import SealDesk, member_at
from bridge.store.template_tables import template, users, withdrawn
from bridge.store.template_words import found_by, holding
from forms.mistake import Mistake
from forms.template import Ancestor, Template, read_template
from forms.template.document import UNREADABLE
from forms.text import Text, same

NO_TEMPLATE = Text(
    ja="ひな形「{name}」は見つかりません。「!template search 言葉」で探してください。"
    "ほかの自治体から取り寄せるときは「!template fetch 自治体名」です。",
    en="There is no template “{name}”. Look for it with “!template search WORDS”, "
    "or get what another municipality keeps: “!template fetch MUNICIPALITY”.",
)
SEVERAL = Text(
    ja="「{name}」は複数の自治体にあります。次のどれかを書いてください: {which}",
    en="Several municipalities have “{name}”. Please give one of: {which}",
)
WITHDRAWN = Text(
    ja="ひな形「{name}」は、作った自治体が取り下げました。「!template search」でほかのものを探してください。",
    en="“{name}” was withdrawn by its author. Please look for another with “!template search”.",
)
REFUSED = Text(ja="ひな形「{name}」は使えません。{why}", en="“{name}” cannot be used. {why}")
MOST_FOUND = 200


class TemplateDesk:
    """bots.ports_template.Templates."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db, self._seals = desk, desk.connection, SealDesk(desk)

    # -- what is there -----------------------------------------------------------------------------------------------

    def keep(self, signed: Signed) -> Template | None:
        name, version = signed.body.get("name"), signed.body.get("version")
        if not isinstance(name, str) or not isinstance(version, int) or not 0 < version < 10**6 or len(name) > 64:
            raise Mistake(UNREADABLE)
        if self._db.execute(sa.select(template.c.id).where(*_at(signed.signer, name, version))).first():
            return None
        try:
            found, refused = self._read(signed), None
        except Mistake as mistake:
            found, refused = None, REFUSED.fill(name=name, why=mistake.text)
        self._shelve(signed, found, refused)
        if refused is not None:
            raise Mistake(refused)
        return found

    def _shelve(self, signed: Signed, found: Template | None, refused: Text | None) -> None:
        name, version = signed.body["name"], signed.body["version"]
        newest = found is not None and version > self.newest(signed.signer, name)
        if newest:
            self._db.execute(sa.update(template).where(*_of(template, signed.signer, name)).values(newest=False))
        title = found.form.title if found else same(name)
        row = {
            "server": signed.signer, "name": name, "version": version, "id": signed.id, "raw": signed.raw,
            "at": self._desk.at, "ja": title.ja, "en": title.en, "newest": newest,
            "found_by": found_by(found.form, self._named(signed.signer)) if found else "",
            "refused": {"ja": refused.ja, "en": refused.en} if refused else None,
        }  # fmt: skip
        insert_new(self._db, template, row)

    def _named(self, server: str) -> str:
        found = member_at(self._db, server)
        return f"{found[0].name.ja} {found[0].name.en}" if found else ""

    def _read(self, signed: Signed) -> Template:
        """Only a prefecture locks: as the list in force has it, and for who has left, as it was taken in."""
        found = member_at(self._db, signed.signer)
        prefecture = found is None or found[0].kind == "prefecture"
        return read_template(signed.body, author=signed.signer, may_lock=prefecture)

    def search(self, words: str) -> Sequence[Shelved]:
        self._desk.need(Role.STAFF)
        counted = sa.and_(users.c.server == template.c.server, users.c.name == template.c.name)
        query = (
            sa.select(template.c.server, template.c.name, template.c.version, template.c.ja, template.c.en,
                      sa.func.coalesce(users.c.count, 0).label("users"))
            .select_from(template.outerjoin(users, counted).outerjoin(withdrawn, _taken_back()))
            .where(template.c.newest, withdrawn.c.version.is_(None), *holding(words))
            .order_by(sa.desc("users"), template.c.name, template.c.server)
            .limit(MOST_FOUND)
        )  # fmt: skip
        return [_shelved(row) for row in self._db.execute(query)]

    def find(self, words: str) -> Kept:
        self._desk.need(Role.STAFF)
        name, _, server = words.partition("@")
        query = sa.select(template.c.server, template.c.name, template.c.version, withdrawn.c.version.label("gone"))
        query = query.select_from(template.outerjoin(withdrawn, _taken_back())).where(template.c.newest)
        rows = [r for r in self._db.execute(query) if key_of(r.name) == key_of(name) and server in ("", r.server)]
        if not rows:
            self._say_why_not(words, name, server)
        there = [row for row in rows if row.gone is None]
        if not there:
            raise Mistake(WITHDRAWN.fill(name=rows[0].name))
        if len(there) > 1:
            which = same(" ".join(sorted(f"{row.name}@{row.server}" for row in there)))
            raise Mistake(SEVERAL.fill(name=there[0].name, which=which))
        return self.version(Ancestor(server=there[0].server, name=there[0].name, version=there[0].version))

    def _say_why_not(self, words: str, name: str, server: str) -> None:
        rows = self._db.execute(
            sa.select(template.c.server, template.c.name, template.c.refused).where(template.c.refused.is_not(None))
        )
        for row in rows:
            if row.refused and key_of(row.name) == key_of(name) and server in ("", row.server):
                raise Mistake(Text(**row.refused))
        raise Mistake(NO_TEMPLATE.fill(name=words[:64]))

    def version(self, origin: Ancestor) -> Kept:
        row = self._db.execute(sa.select(template).where(*_at(origin.server, origin.name, origin.version))).first()
        if row is None:
            raise Mistake(NO_TEMPLATE.fill(name=f"{origin.name}@{origin.server}"))
        signed = self._seals.check(row.raw)
        if (signed.signer, signed.id) != (row.server, row.id):
            raise Mistake(NO_TEMPLATE.fill(name=f"{origin.name}@{origin.server}"))
        gone = self._db.execute(sa.select(withdrawn.c.version).where(*_of(withdrawn, origin.server, origin.name)))
        until = gone.scalar() or 0
        count = self._db.execute(sa.select(users.c.count).where(*_of(users, origin.server, origin.name))).scalar()
        return Kept(template=self._read(signed), signed=signed, withdrawn=until >= origin.version, users=count or 0)

    def newest(self, server: str, name: str) -> int:
        here = [*_of(template, server, name), template.c.newest]
        return self._db.execute(sa.select(template.c.version).where(*here)).scalar() or 0

    def withdraw(self, server: str, name: str, version: int) -> bool:
        until = self._db.execute(sa.select(withdrawn.c.version).where(*_of(withdrawn, server, name))).scalar() or 0
        if version > until:
            upsert(self._db, withdrawn, {"server": server, "name": name, "version": version})
        return version > until


def _taken_back() -> sa.ColumnElement[bool]:
    return sa.and_(
        withdrawn.c.server == template.c.server,
        withdrawn.c.name == template.c.name,
        withdrawn.c.version >= template.c.version,
    )


def _of(table: sa.Table, server: str, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.server == server, table.c.name == name)


def _at(server: str, name: str, version: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (*_of(template, server, name), template.c.version == version)


def _shelved(row: Any) -> Shelved:
    title = Text(ja=row.ja, en=row.en)
    return Shelved(server=row.server, name=row.name, version=row.version, title=title, users=row.users)
