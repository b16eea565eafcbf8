"""Templates as they are kept: raw and signed, indexed for search; what was adopted, and what is locked in it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jaconv
import sqlalchemy as sa

from bots.alliance import Member
from bots.events import Signed, UserId
from bots.ports_template import Adopted, Kept, Merging, Shelved
from bots.roles import Role
from bridge.store.desk import Desk, key_of
from bridge.store.engine import insert_new, upsert
from bridge.store.members import SealDesk, member_at
from bridge.store.tables import adoption, asking, merging, template, use, users, withdrawn
from forms.form import Form
from forms.mistake import Mistake
from forms.reading.words import folded
from forms.template import Ancestor, Template, broken_lock, read_template
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
A_DAY = timedelta(days=1)
PAUSE = timedelta(minutes=10)
_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"))


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
            found, refused = None, mistake.text
        title = found.form.title if found else same(name)
        self._shelve(signed, name, version, title, found, refused)
        if refused is not None:
            raise Mistake(REFUSED.fill(name=name, why=refused))
        return found

    def _shelve(  # noqa: PLR0913 - the columns of one row
        self, signed: Signed, name: str, version: int, title: Text, found: Template | None, refused: Text | None
    ) -> None:
        newest = found is not None and version > self.newest(signed.signer, name)
        if newest:
            here = (template.c.server == signed.signer) & (template.c.name == name)
            self._db.execute(sa.update(template).where(here).values(newest=False))
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
            .where(template.c.newest, withdrawn.c.version.is_(None), *_holding(words))
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
                raise Mistake(REFUSED.fill(name=row.name, why=Text(**row.refused)))
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
        return Kept(
            template=self._read(signed), signed=signed, withdrawn=until >= origin.version, users=count or 0
        )

    def newest(self, server: str, name: str) -> int:
        here = [*_of(template, server, name), template.c.newest]
        return self._db.execute(sa.select(template.c.version).where(*here)).scalar() or 0

    def withdraw(self, server: str, name: str, version: int) -> bool:
        until = self._db.execute(sa.select(withdrawn.c.version).where(*_of(withdrawn, server, name))).scalar() or 0
        if version > until:
            upsert(self._db, withdrawn, {"server": server, "name": name, "version": version})
        return version > until

    # -- what was made from it ---------------------------------------------------------------------------------------

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
        query = sa.select(adoption).where(*_of(adoption, server, name)).order_by(adoption.c.form)
        return [_adopted(row) for row in self._db.execute(query)]

    def check(self, form: Form) -> None:
        keep_locks(self._desk, form)

    # -- taking in a new version -------------------------------------------------------------------------------------

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

    # -- how many use it ---------------------------------------------------------------------------------------------

    def used(self, name: str, by: Member) -> None:
        if not self.newest(self._desk.town.server, name):
            return  # none of ours: whoever sends names without end fills no table
        secret = self._desk.town.key.sign(f"uses\0{name}\0{by.server}".encode())
        insert_new(self._db, use, {"name": name, "mark": hashlib.sha256(secret.encode()).hexdigest()})

    def counted(self, server: str, name: str, count: int) -> None:
        if self.newest(server, name):
            upsert(self._db, users, {"server": server, "name": name, "count": count, "at": self._desk.at})

    def to_tell(self, since: datetime) -> Sequence[tuple[str, int]]:
        own = self._desk.town.server
        number = sa.select(use.c.name, sa.func.count().label("count")).group_by(use.c.name).subquery()
        told = number.outerjoin(users, (users.c.server == own) & (users.c.name == number.c.name))
        news = users.c.count.is_(None) | ((users.c.count != number.c.count) & (users.c.at <= since))
        query = sa.select(number.c.name, number.c.count).select_from(told).where(news).order_by(number.c.name)
        return [(row[0], row[1]) for row in self._db.execute(query)]

    # -- handing on --------------------------------------------------------------------------------------------------

    def copies(self, known: Sequence[str], most: int) -> Sequence[str]:
        own = template.c.server == self._desk.town.server
        ours = sa.exists().where(adoption.c.server == template.c.server, adoption.c.name == template.c.name)
        query = sa.select(template.c.id, template.c.raw).where(own | ours, template.c.refused.is_(None))
        have = set(known)
        rows = self._db.execute(query.order_by(template.c.at.desc(), template.c.id))
        return [row.raw for row in rows if row.id not in have][:most]

    def known(self) -> Sequence[str]:
        return list(self._db.execute(sa.select(template.c.id).order_by(template.c.at.desc()).limit(2000)).scalars())

    def expect(self, server: str) -> None:
        self._desk.need(Role.EDITOR)
        upsert(self._db, asking, {"server": server, "who": self._desk.who, "at": self._desk.at})

    def expecting(self, server: str) -> Sequence[UserId]:
        here = (asking.c.server == server) & (asking.c.who != "")
        rows = self._db.execute(sa.select(asking.c.who, asking.c.at).where(here).order_by(asking.c.who)).all()
        self._db.execute(sa.delete(asking).where(here))
        return [UserId(row.who) for row in rows if row.at > self._desk.at - A_DAY]

    def serve(self, server: str) -> bool:
        here = (asking.c.server == server) & (asking.c.who == "")
        last = self._db.execute(sa.select(asking.c.at).where(here)).scalar()
        if last is not None and abs(self._desk.at - last) < PAUSE:
            return False
        upsert(self._db, asking, {"server": server, "who": "", "at": self._desk.at})
        return True


def keep_locks(desk: Desk, form: Form) -> None:
    """Raise Mistake where a form that was adopted changes what a prefecture has locked in it."""
    row = desk.connection.execute(sa.select(adoption).where(adoption.c.form == form.name)).first()
    if row is None:
        return
    signed = desk.connection.execute(
        sa.select(template.c.raw).where(*_at(row.server, row.name, row.version))
    ).scalar()
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
    import json  # noqa: PLC0415 - beside its one use

    return read_template(json.loads(raw)["body"], author=author, may_lock=True)


def forget(connection: sa.Connection, form: str) -> None:
    """The form is deleted: nothing of it was adopted any more."""
    for table in (adoption, merging):
        connection.execute(sa.delete(table).where(table.c.form == form))


def found_by(form: Form, author: str) -> str:
    """All its words in one spelling, its name in Latin letters too."""
    labels = (o.label for q in form.asked for o in q.options()[:50])
    texts = (form.title, form.about, *(q.title for q in form.asked), *labels)
    words = "\n".join(folded(f"{t.ja} {t.en}") for t in texts if t is not None)
    return f"{folded(form.name)}\n{_shortened(form.name)}\n{folded(author)}\n{words}"[:100_000]


def _shortened(latin: str) -> str:
    """gakudou-nyuusho → gakudonyusho: however somebody writes long vowels."""
    latin = latin.casefold().replace("-", "")
    for long, short in _LONG:
        latin = latin.replace(long, short)
    return latin


def _holding(words: str) -> Iterable[sa.ColumnElement[bool]]:
    """Each word as it is written; a word in kana also by what it reads in Latin letters."""
    for word in words[:200].split()[:10]:
        spelled = {folded(word)}
        if all("\u3041" <= c <= "\u309f" or c == "ー" for c in folded(word)) and len(word) > 1:
            spelled.add(_shortened(jaconv.kana2alphabet(folded(word)).replace("ー", "")))
        yield sa.or_(*(template.c.found_by.contains(one, autoescape=True) for one in sorted(spelled) if one))


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


def _adopted(row: Any) -> Adopted:
    origin = Ancestor(server=row.server, name=row.name, version=row.version)
    return Adopted(form=row.form, origin=origin, who=UserId(row.who))
