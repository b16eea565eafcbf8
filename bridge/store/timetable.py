"""What falls due: reminders, digests, and live messages that are out of date. Rows, not timers."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bots.events import RoomId, UserId
from bots.records import Digest, Live, Publication, Reminder
from bots.roles import Role
from bridge.store.desk import Desk, derived
from bridge.store.engine import upsert
from bridge.store.function_tables import matter
from bridge.store.hot import Hot
from bridge.store.publications import publications_where
from bridge.store.tables import digest, live, publication, reminder
from forms.mistake import Mistake
from forms.text import Text

NO_SUCH = Text(
    ja="{number}番のお知らせはありません。「!remind list」で番号を確かめてください。",
    en="There is no reminder {number}. See the numbers with “!remind list”.",
)
FULL = Text(
    ja="お知らせは100件までです。「!remind list」で見直してください。",
    en="You may have 100 reminders. See them with “!remind list”.",
)
MOST = 100
AT_ONCE = 100
EDITS = 20
"""So often a live message is edited; then a new one is written, so that people who scroll meet it again."""
PAUSE = timedelta(seconds=2)
# What every beat asks is built once: mostly the answer is "nothing".
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_REMINDER_DUE = Hot(sa.select(reminder.c.id).where(reminder.c.state == "due", reminder.c.due <= _NOW).limit(1))
_DIGEST_DUE = Hot(sa.select(digest.c.room_id).where(digest.c.next <= _NOW).limit(1))
_STALE = Hot(sa.select(live.c.publication).where(live.c.stale, live.c.not_before <= _NOW).limit(1))


class ReminderDesk:
    """bots.due.Reminders."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def add(self, due: datetime, *, text: str, room: RoomId | None = None) -> None:
        if len(self.mine()) >= MOST:
            raise Mistake(FULL)
        self._insert(derived("reminder", self._desk.source, due.isoformat()), due, text=text, room_id=room)

    def _insert(self, key: str, due: datetime, **values: Any) -> None:
        zone = self._desk.town.zone
        wall = due.astimezone(zone).replace(tzinfo=None).isoformat()
        row = {"publication": None, "room_id": None, "text": "", **values}
        self._db.execute(
            sa.insert(reminder).values(
                id=key, due=due, wall=wall, zone=zone.key, state="due", author=self._desk.who, **row
            )
        )

    def schedule(self, found: Publication, times: Sequence[datetime]) -> None:
        self._db.execute(sa.delete(reminder).where(reminder.c.publication == found.id, reminder.c.state == "due"))
        for due in times:
            self._insert(derived("reminder", found.id, due.isoformat()), due, publication=found.id)

    def mine(self) -> Sequence[Reminder]:
        where = (reminder.c.author == self._desk.who) & reminder.c.publication.is_(None) & (reminder.c.state == "due")
        return self._rows(where)

    def _rows(self, where: Any) -> list[Reminder]:
        query = sa.select(reminder).where(where).order_by(reminder.c.due, reminder.c.id).limit(AT_ONCE)
        return [
            Reminder(
                id=r.id,
                due=r.due,
                room=r.room_id and RoomId(r.room_id),
                user=None,
                publication=r.publication,
                text=r.text,
                author=UserId(r.author),
            )
            for r in self._db.execute(query)
        ]

    def cancel(self, number: int) -> Reminder:
        mine = self.mine()
        if not 1 <= number <= len(mine):
            raise Mistake(NO_SUCH.fill(number=number))
        gone = mine[number - 1]
        self._db.execute(sa.update(reminder).where(reminder.c.id == gone.id).values(state="cancelled"))
        return gone

    def due(self, now: datetime) -> Sequence[Reminder]:
        if _REMINDER_DUE.first(self._db, now=now) is None:
            return []
        return self._rows((reminder.c.state == "due") & (reminder.c.due <= now))

    def fired(self, found: Reminder, at: datetime) -> None:
        # The state in the condition makes it once even where two workers share the database.
        where = (reminder.c.id == found.id) & (reminder.c.state == "due")
        self._db.execute(sa.update(reminder).where(where).values(state="fired", fired_at=at, text=""))


class DigestDesk:
    """bots.due.Digests."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def set(self, new: Digest) -> None:
        self._desk.need(Role.EDITOR)
        upsert(
            self._db,
            digest,
            {
                "room_id": new.room,
                "weekdays": "".join(map(str, new.weekdays)),
                "at": new.at.isoformat("minutes"),
                "next": new.next,
                "since": new.since,
                "author": new.author,
            },
        )

    def off(self, room: RoomId) -> bool:
        self._desk.need(Role.EDITOR)
        return bool(self._db.execute(sa.delete(digest).where(digest.c.room_id == room)).rowcount)

    def all(self) -> Sequence[Digest]:
        return [d for d in self._rows(sa.true()) if self._desk.is_in(d.room)]

    def _rows(self, where: Any) -> list[Digest]:
        return [
            Digest(
                room=RoomId(r.room_id),
                weekdays=tuple(map(int, r.weekdays)),
                at=time.fromisoformat(r.at),
                next=r.next,
                since=r.since,
                author=UserId(r.author),
            )
            for r in self._db.execute(sa.select(digest).where(where).order_by(digest.c.room_id))
        ]

    def due(self, now: datetime) -> Sequence[Digest]:
        return [] if _DIGEST_DUE.first(self._db, now=now) is None else self._rows(digest.c.next <= now)

    def told(self, found: Digest, *, now: datetime, next_at: datetime) -> None:
        self._db.execute(sa.update(digest).where(digest.c.room_id == found.room).values(next=next_at, since=now))


class SummaryDesk:
    """bots.due.Summaries."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def start(self, found: Publication) -> None:
        upsert(
            self._db,
            live,
            {
                "publication": found.id,
                "room_id": found.room,
                "generation": 1,
                "edits": 0,
                "stale": True,
                "not_before": self._desk.at,
            },
        )

    def due(self, now: datetime) -> Sequence[Live]:
        if _STALE.first(self._db, now=now) is None:
            return []
        rows = self._db.execute(sa.select(live).where(live.c.stale, live.c.not_before <= now)).all()
        busy: set[str] = set()
        found = []
        for row in rows:  # one a room at a time: the pause is the room's, whatever is published there
            if row.room_id not in busy:
                busy.add(row.room_id)
                found.append(self._live(row))
        return found

    def _live(self, row: Any) -> Live:
        shown = publications_where(self._db, publication.c.id == row.publication)[0]
        if row.edits > EDITS:
            return Live(publication=shown, generation=row.generation + 1, edits=0)
        return Live(publication=shown, generation=row.generation, edits=row.edits)

    def written(self, written: Live, now: datetime) -> None:
        self._db.execute(
            sa.update(live)
            .where(live.c.publication == written.publication.id)
            .values(stale=False, generation=written.generation, edits=written.edits + 1)
        )
        same_room = live.c.room_id == written.publication.room
        self._db.execute(sa.update(live).where(same_room).values(not_before=now + PAUSE))


def next_due(connection: sa.Connection, after: datetime) -> datetime | None:
    """When something falls due next, for a clock that is moved by hand."""
    moments = [
        sa.select(sa.func.min(reminder.c.due)).where(reminder.c.state == "due", reminder.c.due > after),
        sa.select(sa.func.min(publication.c.closes_at)).where(
            publication.c.closed_at.is_(None), publication.c.closes_at > after
        ),
        sa.select(sa.func.min(digest.c.next)).where(digest.c.next > after),
        sa.select(sa.func.min(matter.c.wake)).where(matter.c.state == "open", matter.c.wake > after),
    ]
    return min((found for query in moments if (found := connection.execute(query).scalar()) is not None), default=None)


def mark_stale(connection: sa.Connection, key: str) -> None:
    """The live message of this publication no longer shows the truth."""
    connection.execute(sa.update(live).where(live.c.publication == key).values(stale=True))
