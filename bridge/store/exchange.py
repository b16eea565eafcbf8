"""Templates between municipalities: what is handed on, to whom, and how many use one."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bots.alliance import Member
from bots.events import UserId
from bots.ports_template import MARK
from bots.roles import Role
from bridge.store.desk import Desk
from bridge.store.engine import insert_new, upsert
from bridge.store.hot import Hot
from bridge.store.template_tables import adoption, asking, lacking, template, use, users, withdrawn

A_DAY = timedelta(days=1)
PAUSE = timedelta(minutes=10)
_KNOWN = 2000

# Asked every second.
_COUNTED = sa.select(use.c.name, sa.func.count().label("count")).group_by(use.c.name).subquery()
_TO_TELL = Hot(
    sa.select(_COUNTED.c.name, _COUNTED.c.count)
    .select_from(_COUNTED.outerjoin(users, (users.c.server == sa.bindparam("own")) & (users.c.name == _COUNTED.c.name)))
    .where(
        users.c.count.is_(None)
        | ((users.c.count != _COUNTED.c.count) & (users.c.at <= sa.bindparam("since", type_=users.c.at.type)))
    )
    .order_by(_COUNTED.c.name)
)


class ExchangeDesk:
    """bots.ports_template.Exchange."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def used(self, name: str, by: Member) -> None:
        if not self._is_there(self._desk.town.server, name):
            return  # none of ours: whoever sends names without end fills no table
        secret = self._desk.town.key.sign(f"uses\0{name}\0{by.server}".encode())
        insert_new(self._db, use, {"name": name, "mark": hashlib.sha256(secret.encode()).hexdigest()})

    def counted(self, server: str, name: str, count: int) -> None:
        if self._is_there(server, name):
            upsert(self._db, users, {"server": server, "name": name, "count": count, "at": self._desk.at})

    def to_tell(self, since: datetime) -> Sequence[tuple[str, int]]:
        return [(row[0], row[1]) for row in _TO_TELL.rows(self._db, own=self._desk.town.server, since=since)]

    def copies(self, known: Sequence[str], most: int) -> Sequence[str]:
        have = set(known)
        return [row.raw for row in self._db.execute(handed_on(self._desk)) if row.id not in have][:most]

    def marked(self, marks: Sequence[str], most: int) -> Sequence[str]:
        wanted = set(marks)
        return [row.raw for row in self._db.execute(handed_on(self._desk)) if row.id[:MARK] in wanted][:most]

    def known(self) -> Sequence[str]:
        return list(self._db.execute(sa.select(template.c.id).order_by(template.c.at.desc()).limit(_KNOWN)).scalars())

    def expect(self, server: str) -> None:
        self._desk.need(Role.EDITOR)
        upsert(self._db, asking, {"server": server, "who": self._desk.who, "at": self._desk.at})

    def expecting(self, server: str, *, more: bool) -> Sequence[UserId] | None:
        here = (asking.c.server == server) & (asking.c.who != "")
        rows = self._db.execute(sa.select(asking.c.who, asking.c.at).where(here).order_by(asking.c.who)).all()
        people = [UserId(row.who) for row in rows if row.at > self._desk.at - A_DAY]
        ours = (lacking.c.server == server) & (lacking.c.asked > self._desk.at - A_DAY)
        asked = self._db.execute(sa.select(lacking.c.server).where(ours)).first() is not None
        if not more:
            self._db.execute(sa.delete(asking).where(here))
            self._db.execute(sa.delete(lacking).where(ours))
        return people if people or asked else None

    def serve(self, server: str) -> bool:
        here = (asking.c.server == server) & (asking.c.who == "")
        last = self._db.execute(sa.select(asking.c.at).where(here)).scalar()
        if last is not None and abs(self._desk.at - last) < PAUSE:
            return False
        upsert(self._db, asking, {"server": server, "who": "", "at": self._desk.at})
        return True

    def _is_there(self, server: str, name: str) -> bool:
        here = (template.c.server == server) & (template.c.name == name) & template.c.newest
        return self._db.execute(sa.select(template.c.id).where(here)).first() is not None


def handed_on(desk: Desk) -> sa.Select[tuple[str, str]]:
    """(id, raw) of what we wrote or adopted, newest first."""
    own = template.c.server == desk.town.server
    ours = sa.exists().where(adoption.c.server == template.c.server, adoption.c.name == template.c.name)
    here = (withdrawn.c.server == template.c.server) & (withdrawn.c.name == template.c.name)
    gone = sa.exists().where(here, withdrawn.c.version >= template.c.version)
    sound = template.c.found_by != ""  # what was refused is not handed on
    query = sa.select(template.c.id, template.c.raw).where(own | ours, sound, ~gone)
    return query.order_by(template.c.at.desc(), template.c.id)
