"""bots.ports_groups.Directory on the store: colleagues of all members, as far as each wants to be found."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bots.events import UserId
from bots.ports_groups import Entry
from bridge.store import let_in
from bridge.store.alliance_tables import municipality
from bridge.store.desk import Desk, server_of
from bridge.store.engine import upsert
from bridge.store.group_tables import colleague

MOST_OF_A_MEMBER = 20_000
MOST_FOUND = 200


class DirectoryDesk:
    """bots.ports_groups.Directory."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def mine(self) -> Entry | None:
        return self.of(self._desk.who)

    def of(self, user: str) -> Entry | None:
        row = self._db.execute(sa.select(colleague).where(colleague.c.user_id == user)).mappings().first()
        return None if row is None else _entry(row)

    def keep(self, entry: Entry) -> bool:
        before = self.of(entry.user)
        if before is not None and before.n >= entry.n:
            return False
        if before is None and self._count(server_of(entry.user)) >= MOST_OF_A_MEMBER:
            return False
        row = {
            "user_id": entry.user, "n": entry.n, "shown": entry.shown, "name": entry.name, "kana": entry.kana,
            "department": entry.department, "duties": entry.duties,
        }  # fmt: skip
        upsert(self._db, colleague, row)
        if server_of(entry.user) == self._desk.town.server:
            let_in.changed(self._db)
        return True

    def _count(self, server: str) -> int:
        theirs = colleague.c.user_id.endswith(f":{server}", autoescape=True)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(colleague).where(theirs)).scalar_one())

    def find(self, words: str) -> Sequence[Entry]:
        wanted = _plain(words).split()
        names = {
            row.server: f"{row.ja} {row.en}"
            for row in self._db.execute(sa.select(municipality).where(municipality.c.kind != "partner"))
        }
        shown = self._db.execute(sa.select(colleague).where(colleague.c.shown)).mappings()
        found = [_entry(row) for row in shown if server_of(row["user_id"]) in names]
        fitting = [e for e in found if all(w in _plain(f"{_all(e)} {names[server_of(e.user)]}") for w in wanted)]
        return sorted(fitting, key=_in_order)[:MOST_FOUND]

    def own(self) -> Sequence[Entry]:
        theirs = colleague.c.user_id.endswith(f":{self._desk.town.server}", autoescape=True)
        query = sa.select(colleague).where(theirs).order_by(colleague.c.user_id)
        return [_entry(row) for row in self._db.execute(query).mappings()]


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        user=UserId(row["user_id"]), n=row["n"], shown=row["shown"], name=row["name"], kana=row["kana"],
        department=row["department"], duties=row["duties"],
    )  # fmt: skip


def _all(entry: Entry) -> str:
    return f"{entry.name} {entry.kana} {entry.department} {entry.duties}"


def _in_order(entry: Entry) -> tuple[str, str, str]:
    """The order of あいうえお: by kana, hiragana and katakana alike; who gave none comes by name after them."""
    kana = _plain(entry.kana)
    return ("" if kana else "\uffff", kana or _plain(entry.name), entry.user)


def _plain(words: str) -> str:
    """Full and half width, case, katakana and hiragana make no difference."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in folded)
