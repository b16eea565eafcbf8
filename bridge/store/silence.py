"""Rooms in which the bot is silent, because somebody sits there who should not; and who sits where."""

from collections.abc import Mapping

import sqlalchemy as sa

from bridge.store import rooms
from bridge.store.hot import Hot
from bridge.store.tables import fact, member, room

_SHUT = "shut:"
_IS_SHUT = Hot(sa.select(fact.c.value).where(fact.c.name == sa.bindparam("name")))


def seats(connection: sa.Connection) -> Mapping[str, frozenset[str]]:
    """Room → servers of those who have joined it, for all rooms that the bot itself is in."""
    server = sa.func.substr(member.c.user_id, sa.func.instr(member.c.user_id, ":") + 1)
    if connection.dialect.name == "postgresql":
        server = sa.func.substr(member.c.user_id, sa.func.strpos(member.c.user_id, ":") + 1)
    query = (
        sa.select(member.c.room_id, server.label("server"))
        .join(room, room.c.room_id == member.c.room_id)
        .where(room.c.membership == "joined", member.c.membership == "join", room.c.speaker.is_(None))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.room_id, set()).add(row.server)
    return {name: frozenset(servers) for name, servers in found.items()}


def shut(connection: sa.Connection, room_id: str, why: str) -> None:
    """The bot hears nothing there until it is reopened."""
    rooms.set_fact(connection, f"{_SHUT}{room_id}", why)


def reopen(connection: sa.Connection, room_id: str) -> None:
    """It hears again."""
    rooms.drop_fact(connection, f"{_SHUT}{room_id}")


def is_shut(connection: sa.Connection, room_id: str) -> bool:
    """Whether the bot hears nothing there."""
    return _IS_SHUT.first(connection, name=f"{_SHUT}{room_id}") is not None


def shut_rooms(connection: sa.Connection) -> Mapping[str, str]:
    """Room → why."""
    query = sa.select(fact.c.name, fact.c.value).where(fact.c.name.like(f"{_SHUT}%"))
    return {row.name.removeprefix(_SHUT): row.value for row in connection.execute(query)}
