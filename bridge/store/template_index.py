"""bots.ports_template.Index on the store: who hands on which templates, and what we lack of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa

from bots.ports_template import MARK
from bridge.store.desk import Desk
from bridge.store.engine import insert_new, upsert
from bridge.store.exchange import handed_on
from bridge.store.hot import Hot
from bridge.store.members import members
from bridge.store.template_tables import lacking, template, told, withdrawn

A_MINUTE, PAUSE = 10, timedelta(minutes=10)
"""How many members are asked within a minute; and how long one has for its answer before it is asked again."""
_ALL = ""

# Asked every second.
_TOLD = Hot(sa.select(told.c.server, told.c.at))
_WAITING = Hot(sa.select(lacking).where(lacking.c.asked.is_(None)).order_by(lacking.c.at, lacking.c.server))


class IndexDesk:
    """bots.ports_template.Index."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def ours(self, most: int) -> tuple[Sequence[str], Mapping[str, int]]:
        marks = [row.id[:MARK] for row in self._db.execute(handed_on(self._desk).limit(most))]
        gone = sa.select(withdrawn.c.name, withdrawn.c.version).where(withdrawn.c.server == self._desk.town.server)
        return marks, dict(self._db.execute(gone.order_by(withdrawn.c.name)).all())

    def note(self, server: str, marks: Sequence[str]) -> None:
        wanted = self._missing(marks)
        if not wanted:
            return
        before = self._db.execute(sa.select(lacking.c.asked).where(lacking.c.server == server)).scalar()
        if before is None or before < self._desk.at - PAUSE:
            upsert(self._db, lacking, {"server": server, "marks": wanted, "at": self._desk.at, "asked": None})

    def _missing(self, marks: Sequence[str]) -> list[str]:
        here = set(self._db.execute(sa.select(sa.func.substr(template.c.id, 1, MARK))).scalars())
        return [mark for mark in dict.fromkeys(marks) if mark not in here]

    def turns(self) -> Sequence[tuple[str, Sequence[str]]]:
        waiting = _WAITING.mappings(self._db)
        if not waiting:
            return ()
        lately = lacking.c.asked > self._desk.at - timedelta(minutes=1)
        free = A_MINUTE - int(
            self._db.execute(sa.select(sa.func.count()).select_from(lacking).where(lately)).scalar_one()
        )
        given = []
        for row in waiting[: max(0, free)]:
            here = lacking.c.server == row["server"]
            wanted = self._missing(row["marks"])  # another member may have given it meanwhile
            if not wanted or row["server"] not in self._others():
                self._db.execute(sa.delete(lacking).where(here))
                continue
            self._db.execute(sa.update(lacking).where(here).values(marks=wanted, asked=self._desk.at))
            given.append((row["server"], wanted))
        return given

    def _others(self) -> Sequence[str]:
        return [member.server for member in members(self._db) if member.server != self._desk.town.server]

    def untold(self) -> Sequence[str]:
        done = frozenset(row[0] for row in _TOLD.rows(self._db))
        new = [server for server in self._others() if server not in done]
        insert_new(self._db, told, *({"server": server, "at": self._desk.at} for server in new))
        gone = done - {_ALL, *self._others()}
        if gone:  # who comes again is new again
            self._db.execute(sa.delete(told).where(told.c.server.in_(gone)))
        return new

    def is_time(self, *, hours: int) -> bool:
        last = next((at for server, at in _TOLD.rows(self._db) if server == _ALL), None)
        if last is not None and abs(self._desk.at - last) < timedelta(hours=hours):
            return False
        upsert(self._db, told, {"server": _ALL, "at": self._desk.at})
        return last is not None
