"""bots.ports_groups.Groups on the store."""

import difflib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bots.events import RoomId, Signed, UserId
from bots.group_log import KIND, Deed, Do, Group, body_of
from bots.ports_groups import Made, Upgraded, Work
from bots.roles import Role
from bridge.store import groups, rooms
from bridge.store.desk import Desk, derived, role_of
from bridge.store.engine import insert_new, upsert
from bridge.store.group_tables import group_place, group_task, neighbour, paced
from bridge.store.hot import Hot
from bridge.store.members import SealDesk, members, plain
from forms.mistake import Mistake
from forms.text import Text, same

NO_GROUP = Text(
    ja="「{words}」というユーザーグループはありません。「!group find」で一覧を表示します。{near}",
    en="There is no user group “{words}”. “!group find” lists them. {near}",
)
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
# Asked every second.
_MADE = Hot(
    sa.select(group_place).where(group_place.c.by.is_not(None)).order_by(group_place.c.group_id, group_place.c.key)
)
_PACED = Hot(
    sa.select(sa.func.count())
    .select_from(paced)
    .where(paced.c.what == sa.bindparam("what"), paced.c.at > sa.bindparam("since", type_=paced.c.at.type))
)
_GREETED = Hot(sa.select(neighbour.c.server).where(neighbour.c.greeted))
SILENT = timedelta(hours=13)
"""Signs of life come every six hours: two were missed."""


class GroupDesk:
    """bots.ports_groups.Groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def all(self) -> Sequence[Group]:
        return groups.every_group(self._db)

    def find(self, words: str) -> Group:
        named = {plain(group.name): group for group in reversed(self.all())}
        wanted = plain(words)
        if wanted in named:
            return named[wanted]
        near = difflib.get_close_matches(wanted, named, n=1)
        hint = NEAR.fill(near=named[near[0]].name) if near else same("")
        raise Mistake(NO_GROUP.fill(words=words[:60], near=hint))

    def get(self, group: str) -> Group | None:
        return groups.group_of(self._db, group)

    def new_id(self) -> str:
        return f"{self._desk.town.server}/{derived('group', self._desk.source, self._desk.who)}"

    def write(self, group: str, by: UserId, do: Do) -> tuple[Signed, Group | None]:
        before = groups.group_of(self._db, group)
        body = body_of(group, before.next if before else 1, by, do)
        signed = SealDesk(self._desk).sign(KIND, body)
        groups.keep_deed(self._db, signed)
        return signed, groups.group_of(self._db, group)

    def keep(self, signed: Signed) -> Deed | None:
        return groups.keep_deed(self._db, signed)

    def log(self, group: str) -> Sequence[tuple[Deed, str]]:
        return groups.log_of(self._db, group)

    def want(self, group: str, work: Work, target: str = "", *, key: str = "", at: datetime | None = None) -> None:
        row = {
            "id": derived(*(("",) if work == "enter" else self._cause), group, work, target, key),
            "group_id": group,
            "work": work,
            "key": key,
            "target": target,
            "by": self._desk.who,
            "state": "wanted",
            "attempts": 0,
            "next_try": at,
            "since": self._desk.at,
        }
        insert_new(self._db, group_task, row)

    @property
    def _cause(self) -> tuple[str, ...]:
        """What falls due is caused by its moment."""
        return (self._desk.source or self._desk.at.isoformat(),)

    def made(self) -> Sequence[Made]:
        return [
            Made(group=row["group_id"], key=row["key"], room=RoomId(row["room_id"]), by=UserId(row["by"]))
            for row in _MADE.mappings(self._db)
        ]

    def told(self, made: Made) -> None:
        here = (group_place.c.group_id == made.group) & (group_place.c.key == made.key)
        self._db.execute(sa.update(group_place).where(here).values(by=None))

    def upgraded(self) -> Sequence[Upgraded]:
        return groups.take_upgraded(self._db, self._desk.town.server)

    def to_enter(self) -> Sequence[tuple[str, str, RoomId]]:
        return groups.to_enter(self._db)

    def people(self, room: RoomId) -> Sequence[UserId]:
        return [UserId(u) for u in rooms.members(self._db, room, joined=True) if self._desk.town.is_person(u)]

    def role(self, user: UserId) -> Role:
        return role_of(self._db, user, self._desk.town.server)

    def room_of(self, role: Role) -> RoomId | None:
        named = {Role.STAFF: "room:staff", Role.EDITOR: "room:editors", Role.STEWARD: "room:stewards"}
        found = rooms.facts(self._db).get(named[role])
        return None if found is None else RoomId(found)

    def once(self, what: str, *, most: int, within_hours: int) -> bool:
        if _PACED.value(self._db, what=what, since=self._desk.at - timedelta(hours=within_hours)) >= most:
            return False
        row = {"id": derived("paced", what, *self._cause), "what": what, "at": self._desk.at}
        insert_new(self._db, paced, row)
        return True

    def heard(self, server: str, at: datetime) -> None:
        known = sa.select(neighbour.c.greeted).where(neighbour.c.server == server)
        greeted = bool(self._db.execute(known).scalar())
        upsert(self._db, neighbour, {"server": server, "heard": at, "greeted": greeted})

    def silent(self, now: datetime) -> frozenset[str]:
        """One that was never heard since we know it counts as silent, too."""
        query = sa.select(neighbour.c.server).where(neighbour.c.heard > now - SILENT)
        alive = frozenset(self._db.execute(query).scalars())
        return frozenset(m.server for m in members(self._db)) - alive - {self._desk.town.server}

    def greeted(self) -> Sequence[str]:
        done = {row[0] for row in _GREETED.rows(self._db)}
        new = [m.server for m in members(self._db) if m.server not in done and m.server != self._desk.town.server]
        for server in new:
            insert_new(self._db, neighbour, {"server": server, "heard": None, "greeted": True})
            self._db.execute(sa.update(neighbour).where(neighbour.c.server == server).values(greeted=True))
        return new
