"""What the bot knows of rooms: who is in them, which is whose direct room, and in which it still has to knock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.store import moves, outbox
from bridge.store.engine import insert_new, upsert
from bridge.store.hot import Hot
from bridge.store.tables import direct, fact, member, room

# Statements that every event needs are built once: building takes longer than running.
_HERE: sa.BindParameter[str] = sa.bindparam("room")
_WHO: sa.BindParameter[str] = sa.bindparam("user")
_STATE = Hot(sa.select(room.c.membership, room.c.encrypted, room.c.name, room.c.alias).where(room.c.room_id == _HERE))
_EVERYBODY = sa.select(member.c.user_id).where(member.c.room_id == _HERE).order_by(member.c.user_id)
_MEMBERS = Hot(_EVERYBODY)
_JOINED = Hot(_EVERYBODY.where(member.c.membership == "join"))
_MEMBERSHIP = Hot(sa.select(member.c.membership).where(member.c.room_id == _HERE, member.c.user_id == _WHO))
_FACTS = Hot(sa.select(fact.c.name, fact.c.value))
_GIVES_ROLE = Hot(sa.select(fact.c.name).where(fact.c.value == _HERE, fact.c.name.like("room:%")))
_ROLES = Hot(
    sa.select(fact.c.name)
    .join(member, member.c.room_id == fact.c.value)
    .where(fact.c.name.like("room:%"), member.c.user_id == _WHO, member.c.membership == "join")
)
_DIRECT_ROOM = Hot(sa.select(direct.c.room_id).where(direct.c.user_id == _WHO, direct.c.state == "joined"))
_OWNER = Hot(sa.select(direct.c.user_id).where(direct.c.room_id == _HERE))
_CROWDED = Hot(
    sa.select(direct.c.user_id)
    .join(member, member.c.room_id == direct.c.room_id)
    .where(direct.c.room_id == _HERE, member.c.user_id != sa.bindparam("bot"), member.c.user_id != direct.c.user_id)
    .limit(1)
)


_DOORS = Hot(
    sa.select(direct.c.user_id, direct.c.generation, direct.c.attempts)
    .where(direct.c.state == "wanted", direct.c.next_try.is_(None) | (direct.c.next_try <= sa.bindparam("now")))
    .order_by(direct.c.attempts, direct.c.user_id)
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Door:
    """A direct room to open with `user`, for the `generation`-th time."""

    user: str
    generation: int
    attempts: int


def facts(connection: sa.Connection) -> dict[str, str]:
    """Single values by name."""
    return {row[0]: row[1] for row in _FACTS.rows(connection)}


def set_fact(connection: sa.Connection, name: str, value: str) -> None:
    """Keep a single value."""
    upsert(connection, fact, {"name": name, "value": value})


def drop_fact(connection: sa.Connection, name: str) -> None:
    """It holds no longer."""
    connection.execute(sa.delete(fact).where(fact.c.name == name))


def is_free(connection: sa.Connection, room_id: str, speaker: str | None) -> bool:
    """Whether this account may be in the room: of ours there is only one in each, the bot (None) or a function.

    Where both are called at once the bot goes.
    """
    found = connection.execute(sa.select(room.c.membership, room.c.speaker).where(room.c.room_id == room_id)).first()
    if found is None or found.membership == "left" or found.speaker == speaker:
        return True
    return speaker is None and found.membership == "invited"


def entered(connection: sa.Connection, room_id: str, speaker: str | None = None) -> None:
    """The bot, or this function account, is in the room."""
    moves.moved()
    row = {"room_id": room_id, "membership": "joined", "next_try": None, "attempts": 0, "speaker": speaker}
    upsert(connection, room, row)


def invited(connection: sa.Connection, room_id: str, inviter: str, speaker: str | None = None) -> None:
    """Somebody wants the bot, or this function account, in a room."""
    row = {"room_id": room_id, "membership": "invited", "inviter": inviter, "next_try": None, "attempts": 0}
    upsert(connection, room, {**row, "speaker": speaker})


def left(connection: sa.Connection, room_id: str) -> None:
    """The bot is no longer in the room."""
    moves.moved()
    connection.execute(sa.update(room).where(room.c.room_id == room_id).values(membership="left"))
    connection.execute(sa.delete(member).where(member.c.room_id == room_id))


def is_in(connection: sa.Connection, room_id: str) -> bool:
    """Whether the bot is in the room."""
    return state(connection, room_id)[0]


def state(connection: sa.Connection, room_id: str) -> tuple[bool, bool]:
    """(whether the bot is in the room, whether the room is encrypted): once encrypted, always."""
    found = _STATE.first(connection, room=room_id)
    return (False, False) if found is None else (found[0] == "joined", bool(found[1]))


def describe(connection: sa.Connection, room_id: str, **values: Any) -> None:
    """Keep what the room's state says: encrypted, name, alias."""
    connection.execute(sa.update(room).where(room.c.room_id == room_id).values(**values))


def set_member(connection: sa.Connection, room_id: str, user: str, *, membership: str, name: str | None) -> None:
    """Follow a membership event."""
    moves.moved()
    if membership in ("join", "invite"):
        upsert(connection, member, {"room_id": room_id, "user_id": user, "membership": membership, "name": name})
        return
    connection.execute(sa.delete(member).where(member.c.room_id == room_id, member.c.user_id == user))


def members(connection: sa.Connection, room_id: str, *, joined: bool = False) -> Sequence[str]:
    """Who is in the room (or invited, unless `joined`), in a stable order."""
    return [row[0] for row in (_JOINED if joined else _MEMBERS).rows(connection, room=room_id)]


def holds(connection: sa.Connection, room_id: str, user: str) -> bool:
    """Whether the person has joined the room."""
    return _membership(connection, room_id, user) == "join"


def roles(connection: sa.Connection, user: str) -> frozenset[str]:
    """The facts `room:…` that name a room which this person has joined."""
    return frozenset(row[0] for row in _ROLES.rows(connection, user=user))


def _membership(connection: sa.Connection, room_id: str, user: str) -> str | None:
    found: str | None = _MEMBERSHIP.value(connection, room=room_id, user=user)
    return found


def name_of(connection: sa.Connection, user: str) -> str | None:
    """A display name they use in some room we share."""
    query = sa.select(member.c.name).where(member.c.user_id == user, member.c.name.is_not(None))
    return connection.execute(query.order_by(member.c.room_id).limit(1)).scalar()


def title(connection: sa.Connection, room_id: str) -> str:
    """What the room is called: its name, its alias, else its id."""
    row = connection.execute(sa.select(room.c.name, room.c.alias).where(room.c.room_id == room_id)).first()
    return (row and (row[0] or row[1])) or room_id


def shared_with(connection: sa.Connection, user: str) -> Sequence[Mapping[str, Any]]:
    """Rooms that the bot and this person are both in: room_id, name, alias."""
    query = (
        sa.select(room.c.room_id, room.c.name, room.c.alias)
        .join(member, member.c.room_id == room.c.room_id)
        .where(member.c.user_id == user, member.c.membership == "join", room.c.membership == "joined")
        .where(room.c.speaker.is_(None))
    )
    return [dict(r) for r in connection.execute(query).mappings()]


def shared(connection: sa.Connection, bot: str) -> Sequence[str]:
    """Rooms that the bot is in and that are nobody's direct room."""
    owned = sa.select(direct.c.room_id).where(direct.c.room_id.is_not(None))
    here = sa.select(room.c.room_id).join(member, member.c.room_id == room.c.room_id)
    query = here.where(room.c.membership == "joined", member.c.user_id == bot, room.c.room_id.not_in(owned))
    return list(connection.execute(query.order_by(room.c.room_id)).scalars())


# -- direct rooms ----------------------------------------------------------------------------------------------------


def is_direct(connection: sa.Connection, room_id: str, user: str, bot: str) -> bool:
    """Whether this person and the bot are alone there (others who were only invited count as present).

    A room that gives a role is nobody's own, however few have the role.
    """
    if set(members(connection, room_id)) != {user, bot}:
        return False
    return _GIVES_ROLE.first(connection, room=room_id) is None


def direct_room(connection: sa.Connection, user: str) -> str | None:
    """The direct room that the person is in, if any."""
    found: str | None = _DIRECT_ROOM.value(connection, user=user)
    return found


def owner_of(connection: sa.Connection, room_id: str) -> str | None:
    """Whose direct room the bot opened here."""
    found: str | None = _OWNER.value(connection, room=room_id)
    return found


def want_direct(connection: sa.Connection, user: str, source: str) -> str:
    """Make sure that a direct room is open or will be opened; gives its state before this: new, gone, joined, …"""
    row = connection.execute(sa.select(direct.c.state, direct.c.generation).where(direct.c.user_id == user)).first()
    if row is None:
        fresh = {"user_id": user, "state": "wanted", "generation": 1, "attempts": 0, "source": source}
        insert_new(connection, direct, fresh)
        return "new"
    if row.state == "gone":
        connection.execute(
            sa.update(direct)
            .where(direct.c.user_id == user)
            .values(state="wanted", generation=row.generation + 1, attempts=0, next_try=None, source=source)
        )
    return str(row.state)


def doors(connection: sa.Connection, now: datetime, limit: int) -> Sequence[Door]:
    """Direct rooms to open now; those first that were tried least."""
    return [Door(*row) for row in _DOORS.rows(connection, now=now, most=limit)]


def seal(connection: sa.Connection, room_id: str) -> None:
    """We made this room encrypted: nothing goes into it in clear, whatever its first sync has told so far."""
    fresh = {"room_id": room_id, "membership": "joining", "encrypted": True, "attempts": 0}
    insert_new(connection, room, fresh)
    connection.execute(sa.update(room).where(room.c.room_id == room_id).values(encrypted=True))


def opened(connection: sa.Connection, user: str, room_id: str) -> None:
    """The direct room exists and its owner is invited (or has already come in)."""
    inside = _membership(connection, room_id, user) == "join"
    connection.execute(
        sa.update(direct)
        .where(direct.c.user_id == user)
        .values(room_id=room_id, state="joined" if inside else "invited")
    )


def crowded(connection: sa.Connection, room_id: str, bot: str) -> bool:
    """Whether somebody else was let into a direct room: then it is nobody's own any more, and another is wanted."""
    owner: str | None = _CROWDED.value(connection, room=room_id, bot=bot)
    if owner is None:
        return False
    again = {"room_id": None, "state": "wanted", "generation": direct.c.generation + 1, "attempts": 0, "next_try": None}
    connection.execute(sa.update(direct).where(direct.c.user_id == owner).values(again))
    outbox.move(connection, room_id, owner)
    return True


def set_direct(connection: sa.Connection, user: str, state: str) -> None:
    """The owner came in (`joined`) or went (`gone`)."""
    connection.execute(sa.update(direct).where(direct.c.user_id == user).values(state=state))


def postpone_door(connection: sa.Connection, user: str, until: datetime) -> None:
    """Knock again later."""
    connection.execute(
        sa.update(direct).where(direct.c.user_id == user).values(next_try=until, attempts=direct.c.attempts + 1)
    )


def adopt(connection: sa.Connection, user: str, room_id: str) -> None:
    """An encrypted room that somebody opened to talk with the bot serves as their direct room, when they have none."""
    found = _STATE.first(connection, room=room_id)
    if found is None:
        return
    _, encrypted, name, alias = found
    if not encrypted or name or alias:
        return  # a room with a name may be meant for more people later
    row = connection.execute(sa.select(direct.c.state).where(direct.c.user_id == user)).first()
    if row is None:
        upsert(
            connection,
            direct,
            {"user_id": user, "room_id": room_id, "state": "joined", "generation": 1, "attempts": 0, "source": room_id},
        )


def joined_among(connection: sa.Connection, room_ids: Sequence[str]) -> frozenset[str]:
    """Which of these the bot is in, as far as we know."""
    query = sa.select(room.c.room_id).where(room.c.room_id.in_(room_ids), room.c.membership == "joined")
    return frozenset(connection.execute(query).scalars())


def replace_members(connection: sa.Connection, room_id: str, found: Sequence[tuple[str, str, str | None]]) -> None:
    """These are all the members: (user id, membership, display name)."""
    moves.moved()
    connection.execute(sa.delete(member).where(member.c.room_id == room_id))
    kept = [one for one in found if one[1] in {"join", "invite"}]
    rows = ({"room_id": room_id, "user_id": u, "membership": m, "name": n} for u, m, n in kept)
    insert_new(connection, member, *rows)
