"""Groups as rows: their logs, which room is which, and what our Kairan still has to do in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bots.events import RoomId, Signed, UserId
from bots.group_log import MOST_DEEDS, Deed, Group, deed_of
from bots.group_standing import standing
from bots.ports_groups import Upgraded
from bridge import clock
from bridge.alliance.parcel import read_envelope
from bridge.store import rooms
from bridge.store.desk import derived, server_of
from bridge.store.engine import insert_new, upsert
from bridge.store.group_tables import group_deed, group_place, group_task, group_upgrade
from bridge.store.hot import Hot
from bridge.store.tables import room

SPACE = ""
MOST_OF_A_STRANGER = 20
FACT = "room:group "
"""The rooms of groups are nobody's own, however few are in them (bridge/store/rooms.py)."""


# Asked every second.
_SPACE = group_place.alias()
_UNENTERED = Hot(
    sa.select(group_place.c.group_id, group_place.c.key, group_place.c.room_id)
    .join(_SPACE, (_SPACE.c.group_id == group_place.c.group_id) & (_SPACE.c.key == SPACE))
    .join(room, (room.c.room_id == _SPACE.c.room_id) & (room.c.membership == "joined"))
    .where(~sa.exists().where(sa.literal_column("r.room_id") == group_place.c.room_id).select_from(room.alias("r")))
    .where(group_place.c.key != SPACE)
)
_THEN = (group_task.c.work == "follow") | (group_task.c.work == "settle")
_TASKS = Hot(
    sa.select(group_task)
    .where(
        group_task.c.state == "wanted", group_task.c.next_try.is_(None) | (group_task.c.next_try <= sa.bindparam("now"))
    )
    .order_by(sa.case((group_task.c.work == "make", 0), (_THEN, 1), else_=2), group_task.c.since, group_task.c.id)
    .limit(sa.bindparam("most"))
)
_ASKED_TO_ENTER = Hot(
    sa.select(group_task.c.group_id, group_task.c.key, group_task.c.target).where(group_task.c.work == "enter")
)
_UPGRADED = Hot(sa.select(group_upgrade).order_by(group_upgrade.c.group_id, group_upgrade.c.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work. `target`: a person or a server; `key`: one room, or all with ""."""

    id: str
    group: str
    work: str
    key: str
    target: str
    by: str
    attempts: int


def log_of(connection: sa.Connection, group: str) -> list[tuple[Deed, str]]:
    """In the order in which they count, each with the whole of what was signed."""
    query = sa.select(group_deed.c.raw).where(group_deed.c.group_id == group).order_by(group_deed.c.n, group_deed.c.id)
    found = [(deed_of(read_envelope(raw)), raw) for raw in connection.execute(query).scalars()]
    return [(deed, raw) for deed, raw in found if deed is not None]


def group_of(connection: sa.Connection, group: str) -> Group | None:
    """As it stands now."""
    return standing(deed for deed, _ in log_of(connection, group))


def every_group(connection: sa.Connection) -> list[Group]:
    """All that stand, by name."""
    ids = connection.execute(sa.select(group_deed.c.group_id).distinct()).scalars().all()
    found = [group_of(connection, group) for group in ids]
    return sorted((group for group in found if group is not None), key=lambda group: (group.name, group.id))


def keep_deed(connection: sa.Connection, signed: Signed) -> Deed | None:
    """None where there is no room for it, it makes no sense or is known. Its signature was checked."""
    deed = deed_of(signed)
    if deed is None:
        return None
    if connection.execute(sa.select(group_deed.c.id).where(group_deed.c.id == deed.id)).first() is not None:
        return None
    if _too_many(connection, deed):
        return None
    row = {"id": deed.id, "group_id": deed.group, "n": deed.n, "signer": deed.signer, "raw": signed.raw}
    insert_new(connection, group_deed, row)
    _note_places(connection, deed.group)
    return deed


def _too_many(connection: sa.Connection, deed: Deed) -> bool:
    """So many of each member, that one which floods a log takes no place from others.

    Who stewards nothing yet may be appointed by a letter that is still on its way: a few are kept.
    """
    theirs = (group_deed.c.group_id == deed.group) & (group_deed.c.signer == deed.signer)
    count = connection.execute(sa.select(sa.func.count()).select_from(group_deed).where(theirs)).scalar_one()
    if count < MOST_OF_A_STRANGER:
        return False
    group = group_of(connection, deed.group)
    return count >= MOST_DEEDS or group is None or deed.signer not in group.servers


def _note_places(connection: sa.Connection, group: str) -> None:
    """What the log says of rooms. The log goes before what our caretaker noted."""
    found = group_of(connection, group)
    if found is None:
        return
    told = {SPACE: found.space} | {room.key: room.room for room in found.themes}
    for key, room_id in told.items():
        if room_id is not None:
            note_place(connection, group, key, room_id, by=None)


def note_place(connection: sa.Connection, group: str, key: str, room_id: str, *, by: str | None) -> None:
    """`by`: who asked for the room, while it is to be told."""
    upsert(connection, group_place, {"group_id": group, "key": key, "room_id": room_id, "by": by})
    rooms.set_fact(connection, f"{FACT}{group} {key}", room_id)


def places(connection: sa.Connection, group: str) -> dict[str, RoomId]:
    """Key → room, told or not."""
    query = sa.select(group_place.c.key, group_place.c.room_id).where(group_place.c.group_id == group)
    return {key: RoomId(room_id) for key, room_id in connection.execute(query)}


def upgraded(connection: sa.Connection, old: str, new: str) -> None:
    """Where the old one is a group's: our caretaker looks whether the group is to follow."""
    here = sa.select(group_place.c.group_id, group_place.c.key).where(group_place.c.room_id == old)
    for group, key in connection.execute(here).all():
        row = {
            "id": derived("upgraded", group, old, new), "group_id": group, "work": "follow", "key": key, "target": new,
            "by": "", "state": "wanted", "attempts": 0, "next_try": None, "since": clock.now(),
        }  # fmt: skip
        insert_new(connection, group_task, row)


def note_upgrade(connection: sa.Connection, group: str, key: str, *, before: str, room_id: str) -> None:
    """Our own Kairan made both: it is to be told."""
    upsert(connection, group_upgrade, {"group_id": group, "key": key, "before": before, "room_id": room_id})


def take_upgraded(connection: sa.Connection, own: str) -> Sequence[Upgraded]:
    """Those of groups in which somebody of ours may still say so; each once."""
    rows, found = _UPGRADED.mappings(connection), []
    for row in rows:
        group = group_of(connection, row["group_id"])
        by = next((user for user in group.stewards if server_of(user) == own), None) if group else None
        if by is not None:
            present = tuple(map(UserId, rooms.members(connection, row["before"], joined=True)))
            known = {"group": row["group_id"], "key": row["key"], "by": by, "present": present}
            found.append(Upgraded(**known, before=RoomId(row["before"]), room=RoomId(row["room_id"])))
    if rows:
        connection.execute(sa.delete(group_upgrade))
    return found


def to_enter(connection: sa.Connection) -> Sequence[tuple[str, str, RoomId]]:
    """(group, key, room) of rooms that we have nothing to do with yet, of spaces that we are in."""
    found = _UNENTERED.rows(connection)
    known = {tuple(row) for row in _ASKED_TO_ENTER.rows(connection)} if found else set()
    return [(g, k, RoomId(r)) for g, k, r in found if (g, k, r) not in known]


# -- the caretaker's work --------------------------------------------------------------------------------------------


def tasks(connection: sa.Connection, now: datetime, limit: int) -> Sequence[Task]:
    """What is to be done now; rooms are made before anything is done in them."""
    return [
        Task(
            id=row["id"], group=row["group_id"], work=row["work"], key=row["key"], target=row["target"],
            by=row["by"], attempts=row["attempts"],
        )
        for row in _TASKS.mappings(connection, now=now, most=limit)
    ]  # fmt: skip


def finish(connection: sa.Connection, task: str, state: str = "done") -> None:
    """It is done, or was `refused` for good."""
    connection.execute(sa.update(group_task).where(group_task.c.id == task).values(state=state))


def postpone(connection: sa.Connection, task: str, until: datetime) -> None:
    """Try again then."""
    again = {"next_try": until, "attempts": group_task.c.attempts + 1}
    connection.execute(sa.update(group_task).where(group_task.c.id == task).values(again))
