"""The municipality's lists from CSV files: kept by name and version, their content once for each."""

import csv
import difflib
import io
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bots.events import UserId
from bots.ports_lists import Kept
from bots.roles import Role
from bridge.store.desk import Desk
from bridge.store.engine import insert_new
from bridge.store.list_tables import list_content, list_version
from bridge.store.resident import RESIDENT
from bridge.store.tables import form, manuscript_step
from forms.lists.known import Known
from forms.lists.reading import Listed
from forms.lists.table import Filed, list_key
from forms.mistake import Mistake
from forms.text import Text

NO_LIST = Text(ja="一覧「{name}」はありません。{near}", en="There is no list “{name}”. {near}")
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
SEE_LISTS = Text(ja="「!list show」で一覧を表示します。", en="“!list show” shows what there is.")
_NEWEST = sa.select(list_version.c.name, sa.func.max(list_version.c.number).label("number")).group_by(
    list_version.c.name
)


class ListDesk:
    """bots.ports_lists.Lists."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def known(self) -> Known:
        self._desk.need(Role.STAFF)
        hashes = self._db.execute(sa.select(list_content.c.sha256)).scalars()
        return Known({kept.name: kept.filed for kept in self.all()}, hashes)

    def all(self) -> Sequence[Kept]:
        self._desk.need(Role.STAFF)
        newest = _NEWEST.group_by(list_version.c.name).subquery()
        is_newest = (list_version.c.name == newest.c.name) & (list_version.c.number == newest.c.number)
        return self._kept(_VERSIONS.join(newest, is_newest).order_by(list_version.c.name))

    def _kept(self, query: Any) -> list[Kept]:
        return [_of(row) for row in self._db.execute(query)]

    def find(self, name: str) -> Kept:
        everything = self.all()
        found = next((kept for kept in everything if list_key(kept.name) == list_key(name)), None)
        if found is None:
            near = difflib.get_close_matches(name, [kept.name for kept in everything], n=1, cutoff=0.5)
            raise Mistake(NO_LIST.fill(name=name[:64], near=NEAR.fill(near=near[0]) if near else SEE_LISTS))
        return found

    def read(self, content: bytes, *, name: str) -> Listed:
        self._desk.need(Role.EDITOR)
        found = self._desk.readings.take_list(content, name=name)
        if isinstance(found, Text):
            raise Mistake(found)
        return found

    def keep(self, name: str, listed: Listed) -> Kept:
        self._desk.need(Role.EDITOR)
        sha256 = listed.filed.sha256
        insert_new(self._db, list_content, {"sha256": sha256, "facts": listed.filed.facts(), "packed": listed.packed})
        before = next((kept for kept in self.all() if list_key(kept.name) == list_key(name)), None)
        if before is not None and before.filed.sha256 == sha256:
            return before
        self._insert(before.name if before else name, before.number + 1 if before else 1, sha256)
        return self.find(name)

    def _insert(self, name: str, number: int, sha256: str) -> None:
        row = {"name": name, "number": number, "sha256": sha256, "author": self._desk.who, "at": self._desk.at}
        self._db.execute(sa.insert(list_version).values(**row))

    def undo(self, kept: Kept) -> Kept | None:
        self._desk.need(Role.EDITOR)
        here = list_version.c.name == kept.name
        if kept.number == 1:
            return None
        self._db.execute(sa.delete(list_version).where(here & (list_version.c.number == kept.number)))
        tidy(self._db)
        return self.find(kept.name)

    def delete(self, kept: Kept) -> None:
        self._desk.need(Role.EDITOR)
        self._db.execute(sa.delete(list_version).where(list_version.c.name == kept.name))
        tidy(self._db)

    def csv(self, sha256: str) -> bytes | None:
        self._desk.need(Role.STAFF)
        packed = self._db.execute(sa.select(list_content.c.packed).where(list_content.c.sha256 == sha256)).scalar()
        return None if packed is None else as_csv(zlib.decompress(bytes(packed)))


_VERSIONS = sa.select(list_version, list_content.c.facts).join(
    list_content, list_content.c.sha256 == list_version.c.sha256
)


def _of(row: Any) -> Kept:
    facts = {**row.facts, "file": f"{row.name}.csv"}
    return Kept(name=row.name, number=row.number, filed=Filed.of(facts), author=UserId(row.author), at=row.at)


def as_csv(content: bytes) -> bytes:
    """As Japanese Excel opens it right; read again it is the same list."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerows(line.split("\t") for line in content.decode().split("\n"))
    return page.getvalue().encode("utf-8-sig")


def missing(connection: sa.Connection, hashes: frozenset[str]) -> bool:
    """Whether the content of any of these lists is not here."""
    here = sa.select(sa.func.count()).select_from(list_content).where(list_content.c.sha256.in_(hashes))
    return bool(hashes) and connection.execute(here).scalar_one() < len(hashes)


def tidy(connection: sa.Connection) -> None:
    """Throw away the content that no name, no version of a form and no manuscript speaks of any more."""
    named = sa.select(list_version.c.sha256)
    loose = connection.execute(sa.select(list_content.c.sha256).where(list_content.c.sha256.not_in(named))).scalars()
    for sha256 in loose.all():
        spoken = (
            sa.select(column).where(column.contains(sha256)).limit(1)
            for column in (form.c.document, manuscript_step.c.document)
        )
        if not any(connection.execute(query).first() for query in spoken):
            connection.execute(sa.delete(list_content).where(list_content.c.sha256 == sha256))
            RESIDENT.forget(sha256)
