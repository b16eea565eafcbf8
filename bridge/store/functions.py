"""Function accounts as the homeserver's side sees them: which there are, which rooms are theirs, when one may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bridge.store.function_tables import function
from bridge.store.hot import Hot
from bridge.store.tables import member, outbox, room

ROOMS_OF_ONE = 5
"""So many rooms one person may have with a function: no more invitations of theirs are accepted."""

# Asked again and again: built once.
_PAIR = Hot(
    sa.select(function.c.name, member.c.user_id)
    .join(room, room.c.speaker == function.c.user_id)
    .join(member, (member.c.room_id == room.c.room_id) & (member.c.user_id != function.c.user_id))
    .where(room.c.room_id == sa.bindparam("room"))
)
_ACCOUNTS = Hot(
    sa.select(function.c.user_id, function.c.name, function.c.state)
    .where(function.c.state != "closed")
    .order_by(function.c.since, function.c.user_id)
)


@dataclass(frozen=True, slots=True)
class Account:
    """`closing`: it says what is left to say, and goes."""

    user: str
    name: str
    closing: bool


def accounts(connection: sa.Connection) -> Sequence[Account]:
    """Those that must be there."""
    return [Account(user, name, closing=state == "closing") for user, name, state in _ACCOUNTS.rows(connection)]


def closed(connection: sa.Connection, user: str) -> None:
    """It has left its rooms; where it was opened again meanwhile it stays open."""
    here = (function.c.user_id == user) & (function.c.state == "closing")
    connection.execute(sa.update(function).where(here).values(state="closed"))


def rooms_of_all(connection: sa.Connection) -> Mapping[str, str]:
    """Room → the function account that speaks in it."""
    query = sa.select(room.c.room_id, room.c.speaker).where(room.c.speaker.is_not(None), room.c.membership != "left")
    return dict(connection.execute(query).all())


def joined(connection: sa.Connection, user: str) -> Sequence[str]:
    """The rooms that this account is in."""
    query = sa.select(room.c.room_id).where(room.c.speaker == user, room.c.membership == "joined")
    return connection.execute(query.order_by(room.c.room_id)).scalars().all()


def pair_in(connection: sa.Connection, room_id: str) -> tuple[str, str] | None:
    """(name of the function, the person) that the room belongs to; None where it is no function's."""
    found = _PAIR.first(connection, room=room_id)
    return None if found is None else (found[0], found[1])


def unfit(connection: sa.Connection, user: str) -> Sequence[str]:
    """Rooms of this account that are no conversation of two (any more)."""
    two = (
        sa.select(sa.func.count())
        .select_from(member)
        .where(member.c.room_id == room.c.room_id, member.c.user_id != user)
        .scalar_subquery()
    )
    query = sa.select(room.c.room_id).where(room.c.speaker == user, room.c.membership == "joined", two != 1)
    return connection.execute(query).scalars().all()


def has_words(connection: sa.Connection, user: str) -> bool:
    """Whether something waits to be said by this account in a room that it is in."""
    query = (
        sa.select(outbox.c.seq)
        .join(room, room.c.room_id == outbox.c.lane)
        .where(room.c.speaker == user, room.c.membership == "joined", outbox.c.state == "ready")
    )
    return connection.execute(query.limit(1)).first() is not None


def called_by(connection: sa.Connection, user: str, inviter: str) -> bool:
    """Whether this person may call the function into one more room."""
    theirs = (room.c.speaker == user) & (room.c.inviter == inviter) & (room.c.membership != "left")
    count = connection.execute(sa.select(sa.func.count()).select_from(room).where(theirs)).scalar_one()
    return int(count) < ROOMS_OF_ONE
