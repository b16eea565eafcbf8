"""The durable inbox: every event once, in order within its room, kept until it is handled."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bridge.store.engine import insert_new
from bridge.store.hot import Hot
from bridge.store.tables import inbox

PATIENCE = timedelta(seconds=30)
"""How long a room waits for a missing key before later events are handled first."""
REMEMBERED = timedelta(days=40)

_HEAD = Hot(
    sa.select(inbox)
    .where(inbox.c.room_id == sa.bindparam("room"), (inbox.c.state == "new") | (inbox.c.state == "waiting"))
    .order_by(inbox.c.seq)
    .limit(2)
)
# Its id and its day are all that is needed later: not whose it was, nor when.
_DONE = Hot(
    sa.update(inbox)
    .where(inbox.c.seq == sa.bindparam("row"))
    .values(
        state="done", body=None, session_id=None, room_id="", sender="",
        since=sa.literal_column("since / 86400000000 * 86400000000"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event as it came from the homeserver. `body` is its JSON object."""

    event_id: str
    room_id: str
    sender: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A row to handle. `waiting`: it could not be read yet, and its room waits for it until `until`."""

    seq: int
    event_id: str
    room_id: str
    sender: str
    body: dict[str, Any]
    waiting: bool
    until: datetime
    last: bool
    """Nothing waits behind it in its room."""


def record(connection: sa.Connection, events: Iterable[Incoming], now: datetime) -> None:
    """Keep the events that are not known yet."""
    rows = [
        {
            "event_id": e.event_id,
            "room_id": e.room_id,
            "sender": e.sender,
            "state": "new",
            "since": now,
            "body": json.dumps(e.body, ensure_ascii=True, separators=(",", ":")),
        }
        for e in events
    ]
    insert_new(connection, inbox, *rows)


def known(connection: sa.Connection, event_ids: Collection[str]) -> set[str]:
    """Which of these were recorded before."""
    found = connection.execute(sa.select(inbox.c.event_id).where(inbox.c.event_id.in_(list(event_ids))))
    return set(found.scalars())


def rooms_with_work(connection: sa.Connection) -> Sequence[str]:
    """Rooms in which something waits to be handled or for a key."""
    query = sa.select(inbox.c.room_id).where(inbox.c.state.in_(("new", "waiting"))).distinct()
    return connection.execute(query).scalars().all()


def head(connection: sa.Connection, room: str) -> Received | None:
    """The event that the room must handle next; one that waits for its key holds the room for PATIENCE."""
    found = _HEAD.mappings(connection, room=room)
    if not found:
        return None
    row = found[0]
    return Received(
        row["seq"],
        row["event_id"],
        row["room_id"],
        row["sender"],
        json.loads(row["body"]),
        waiting=row["state"] == "waiting",
        until=row["since"] + PATIENCE,
        last=len(found) == 1,
    )


def done(connection: sa.Connection, seq: int) -> None:
    """It was handled: only its id stays, to know it again. Its words are gone."""
    _DONE.run(connection, row=seq)


def wait(connection: sa.Connection, seq: int, session: str, now: datetime) -> None:
    """Its key is missing. A session that was waited for before does not hold the room a second time."""
    # A row that waited before (session_id is set) keeps its own beginning: a restart is no reason to wait anew.
    waited = inbox.c.state.in_(("waiting", "late")) | (inbox.c.seq == seq)
    earliest = connection.execute(
        sa.select(sa.func.min(inbox.c.since)).where(waited, inbox.c.session_id == session)
    ).scalar()
    connection.execute(
        sa.update(inbox).where(inbox.c.seq == seq).values(state="waiting", session_id=session, since=earliest or now)
    )


def give_up_waiting(connection: sa.Connection, room: str, now: datetime) -> Sequence[tuple[str, str]]:
    """What the room no longer waits for: (session, sender) of each key. When it does come its events are handled."""
    late = (inbox.c.room_id == room) & (inbox.c.state == "waiting") & (inbox.c.since <= now - PATIENCE)
    query = sa.select(inbox.c.session_id, inbox.c.sender).where(late).distinct().order_by(inbox.c.session_id)
    found = connection.execute(query).all()
    connection.execute(sa.update(inbox).where(late).values(state="late"))
    return [(session, sender) for session, sender in found]


def keys_came(connection: sa.Connection, sessions: Collection[str]) -> set[str]:
    """Events of these sessions can be read now; gives their rooms."""
    waiting = inbox.c.state.in_(("waiting", "late"))
    query = sa.select(inbox.c.room_id).where(waiting, inbox.c.session_id.in_(list(sessions))).distinct()
    rooms = set(connection.execute(query).scalars())
    if rooms:
        connection.execute(sa.update(inbox).where(waiting, inbox.c.session_id.in_(list(sessions))).values(state="new"))
    return rooms


def retry_all(connection: sa.Connection) -> None:
    """At a start: keys that came just before the end are not named again, so every waiting event is tried once more."""
    connection.execute(sa.update(inbox).where(inbox.c.state.in_(("waiting", "late"))).values(state="new"))


def backlog(connection: sa.Connection) -> dict[str, int]:
    """Rows by state, for the metrics."""
    query = sa.select(inbox.c.state, sa.func.count()).where(inbox.c.state != "done").group_by(inbox.c.state)
    return dict(connection.execute(query).all())


def forget_old(connection: sa.Connection, now: datetime) -> None:
    """Ids of events handled long ago need not be remembered: the cursor is far past them."""
    connection.execute(sa.delete(inbox).where(inbox.c.state == "done", inbox.c.since < now - REMEMBERED))
