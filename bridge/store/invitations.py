"""Rooms that an account of ours was called into and has yet to enter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.store.tables import room


def waiting(
    connection: sa.Connection, now: datetime, speaker: str | None = None
) -> Sequence[tuple[str, str | None, int]]:
    """(room, inviter, attempts) of rooms that the bot, or this function account, is to enter now."""
    due = (room.c.next_try.is_(None)) | (room.c.next_try <= now)
    query = sa.select(room.c.room_id, room.c.inviter, room.c.attempts).where(room.c.membership == "invited", due)
    return [(r, i, n) for r, i, n in connection.execute(query.where(room.c.speaker.is_not_distinct_from(speaker)))]


def joining(connection: sa.Connection, room_id: str) -> None:
    """The homeserver let the bot in; the next sync brings the room."""
    connection.execute(
        sa.update(room).where(room.c.room_id == room_id, room.c.membership == "invited").values(membership="joining")
    )


def postpone_join(connection: sa.Connection, room_id: str, until: datetime | None) -> None:
    """Try again then; None: never."""
    values: dict[str, Any] = {"next_try": until, "attempts": room.c.attempts + 1}
    connection.execute(
        sa.update(room).where(room.c.room_id == room_id).values(**(values if until else {"membership": "left"}))
    )
