"""The durable outbox: what was decided is written here in the same transaction, and sent in order within its lane."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bridge.store.engine import insert_new
from bridge.store.hot import Hot
from bridge.store.tables import blob, outbox

_HEAD = Hot(
    sa.select(outbox)
    .where(outbox.c.lane == sa.bindparam("lane"), outbox.c.state == "ready")
    .order_by(outbox.c.seq)
    .limit(2)
)
_GONE = sa.delete(outbox).where(outbox.c.seq == sa.bindparam("row"))
_SENT = Hot(
    sa.update(outbox)
    .where(outbox.c.seq == sa.bindparam("row"))
    .values(state="sent", event_id=sa.bindparam("event"), body=None, blob=None)
)
_LANES = Hot(sa.select(outbox.c.lane).where(outbox.c.state == "ready", outbox.c.lane.like("!%")).distinct())

REMEMBERED = timedelta(days=400)
KEYS = "!keys"
"""The lane of keys to be destroyed at the homeserver. No room is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to send. `txn` is derived from what caused it, so that it can never be sent twice.

    `lane`: a room id, or a person's user id: then it waits until they are in their direct room.
    `body`: a plain description that bridge/matrix/outbound.py turns into an event. With `passing` nothing
    is left of the letter once it is sent, not even that there was one.
    `owner`: it is for this person's eyes only.
    """

    txn: str
    lane: str
    body: dict[str, Any]
    owner: str | None = None
    about: dict[str, Any] | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row to send."""

    seq: int
    txn: str
    lane: str
    owner: str | None
    body: dict[str, Any]
    blob: str | None
    created: datetime
    last: bool
    """Nothing waits behind it in its lane."""


def txn(source: str, step: int | str) -> str:
    """The Matrix transaction id of the `step`-th effect of `source` (an event id or the id of something due)."""
    return "k" + hashlib.sha256(f"{source}\0{step}".encode()).hexdigest()[:31]


def put(connection: sa.Connection, letters: Sequence[Letter], now: datetime) -> None:
    """Queue them, in this order."""
    rows = [
        {
            "txn": x.txn,
            "lane": x.lane,
            "state": "ready",
            "owner": x.owner,
            "body": x.body,
            "about": x.about,
            "blob": _keep(connection, x.content),
            "created": now,
        }
        for x in letters
    ]
    insert_new(connection, outbox, *rows)


def _keep(connection: sa.Connection, content: bytes | None) -> str | None:
    if content is None:
        return None
    key = hashlib.sha256(content).hexdigest()
    insert_new(connection, blob, {"hash": key, "content": content})
    return key


def lanes(connection: sa.Connection) -> Sequence[str]:
    """Rooms with something to send."""
    return [lane for (lane,) in _LANES.rows(connection)]


def head(connection: sa.Connection, lane: str) -> Outgoing | None:
    """What the lane must send next."""
    found = _HEAD.mappings(connection, lane=lane)
    if not found:
        return None
    row = found[0]
    return Outgoing(
        row["seq"],
        row["txn"],
        row["lane"],
        row["owner"],
        row["body"],
        row["blob"],
        row["created"],
        last=len(found) == 1,
    )


def content(connection: sa.Connection, key: str) -> bytes:
    """The bytes of a file to send."""
    found = connection.execute(sa.select(blob.c.content).where(blob.c.hash == key)).scalar_one()
    return bytes(found)


def sent(connection: sa.Connection, letter: Outgoing, event_id: str) -> None:
    """It is in the room: its id stays, its words go."""
    if letter.body.get("passing"):
        connection.execute(_GONE, {"row": letter.seq})
    else:
        _SENT.run(connection, row=letter.seq, event=event_id)
    _let_go(connection, letter)


def dead(connection: sa.Connection, letter: Outgoing) -> None:
    """It can never be sent."""
    if letter.body.get("passing"):
        connection.execute(_GONE, {"row": letter.seq})
    else:
        here = outbox.c.seq == letter.seq
        connection.execute(sa.update(outbox).where(here).values(state="dead", body=None, blob=None))
    _let_go(connection, letter)


def _let_go(connection: sa.Connection, letter: Outgoing) -> None:
    if letter.blob is not None:
        used = sa.select(outbox.c.seq).where(outbox.c.blob == letter.blob).exists()
        connection.execute(sa.delete(blob).where(blob.c.hash == letter.blob, ~used))


def forget_old(connection: sa.Connection, now: datetime) -> None:
    """What was sent long ago is no longer replied to, reacted to or edited."""
    gone = outbox.c.state.in_(("sent", "dead")) & (outbox.c.created < now - REMEMBERED)
    connection.execute(sa.delete(outbox).where(gone))


def event_of(connection: sa.Connection, transaction: str) -> str | None:
    """The event that a letter became; None when it is not sent (yet)."""
    return connection.execute(sa.select(outbox.c.event_id).where(outbox.c.txn == transaction)).scalar()


def move(connection: sa.Connection, from_lane: str, to_lane: str, *, dropping: bool = False) -> None:
    """The lane's letters go elsewhere. `dropping`: reminders queued before a closed door are not delivered late."""
    waiting = (outbox.c.lane == from_lane) & (outbox.c.state == "ready")
    if dropping:
        rows = connection.execute(sa.select(outbox.c.seq, outbox.c.body).where(waiting)).all()
        stale = [seq for seq, body in rows if body.get("fades")]
        connection.execute(sa.update(outbox).where(outbox.c.seq.in_(stale)).values(state="dead", body=None))
    connection.execute(sa.update(outbox).where(waiting).values(lane=to_lane))


def bury(connection: sa.Connection, lane: str) -> None:
    """Nobody is there to read what waits in this lane: words and files go."""
    waiting = (outbox.c.lane == lane) & (outbox.c.state == "ready")
    connection.execute(sa.update(outbox).where(waiting).values(state="dead", body=None, blob=None))
    used = sa.select(outbox.c.blob).where(outbox.c.blob.is_not(None))
    connection.execute(sa.delete(blob).where(blob.c.hash.not_in(used)))


def about(connection: sa.Connection, event_id: str) -> tuple[str, dict[str, Any]] | None:
    """(lane, what it asks) of one of our own messages."""
    row = connection.execute(sa.select(outbox.c.lane, outbox.c.about).where(outbox.c.event_id == event_id)).first()
    return (row[0], row[1]) if row is not None and row[1] is not None else None


def backlog(connection: sa.Connection) -> dict[str, int]:
    """Rows by state, for the metrics."""
    query = sa.select(outbox.c.state, sa.func.count()).where(outbox.c.state != "sent").group_by(outbox.c.state)
    return dict(connection.execute(query).all())
