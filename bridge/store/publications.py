"""The times that forms were put to people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bots.events import RoomId, UserId
from bots.records import Asked, Draft, NotAllowed, Publication, Stage
from bots.roles import Role
from bridge.store import urn
from bridge.store.desk import Desk, derived, key_of, server_of
from bridge.store.forms import NAMES, no_form, parsed
from bridge.store.hot import Hot
from bridge.store.people import shown_name
from bridge.store.tables import asked, form, publication, response
from forms.anonymity import large
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text

NOT_PUBLISHED = Text(
    ja="フォーム「{name}」はまだ公開されていません。「!form publish {name}」で公開します。",
    en="The form “{name}” is not published yet: !form publish {name}",
)
NOT_YOURS = Text(
    ja="フォーム「{name}」は、あなたには配られていません。担当者にお問い合わせください。",
    en="The form “{name}” was not put to you. Please ask whoever published it.",
)
STILL_OPEN = Text(
    ja="「{name}」は受付中です。先に「!form close {name}」で終えてください。",
    en="“{name}” is still open. Close it first: !form close {name}",
)
NOT_THERE = Text(
    ja="その部屋に入っていないので配れません。部屋に参加してから、もう一度公開してください。",
    en="You are not in that room. Join it, then publish again.",
)
SHOWN = 30
PUBLICATIONS = (
    sa.select(publication, form.c.document)
    .join(form, (form.c.name == publication.c.form) & (form.c.version == publication.c.version))
    .order_by(publication.c.published_at.desc(), publication.c.number.desc())
)
_OVERDUE = Hot(PUBLICATIONS.where(publication.c.closed_at.is_(None), publication.c.closes_at <= sa.bindparam("now")))


class PublicationShelf:
    """bots.ports.Publications."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def publish(
        self, draft: Draft, room: RoomId, *, closes: datetime | None, audience: Sequence[UserId]
    ) -> Publication:
        self._desk.need(Role.EDITOR)
        if not self._desk.is_in(room):
            raise Mistake(NOT_THERE)
        name = draft.form.name
        before = self._rows(publication.c.form == name)
        if before and before[0].is_open(self._desk.at):
            raise Mistake(STILL_OPEN.fill(name=name))
        self._same_privacy(draft.form, before)
        key = derived("publication", self._desk.source)
        self._db.execute(
            sa.insert(publication).values(
                id=key,
                form=name,
                version=draft.version,
                number=before[0].number + 1 if before else 1,
                room_id=room,
                author=self._desk.who,
                published_at=self._desk.at,
                closes_at=closes,
            )
        )
        self._db.execute(
            sa.insert(asked),
            [{"publication": key, "user_id": user, "place": place} for place, user in enumerate(audience)],
        )
        if draft.form.privacy == "anonymous":
            urn.place(self._desk, key)
        return self.get(key)

    def _same_privacy(self, new: Form, before: Sequence[Publication]) -> None:
        """What people were told before they answered holds for the form's later versions too."""
        for found in before:
            if found.form.privacy != new.privacy and any(s in ("started", "sent") for _, s, _ in self._stages(found)):
                raise Mistake(urn.PRIVACY_FIXED.fill(name=new.name, privacy=found.form.privacy))

    def latest(self, name: str) -> Publication:
        everything = self._rows(sa.true())
        mine = [p for p in everything if self._may_see(p)]
        found = next((p for p in mine if key_of(p.form.name) == key_of(name)), None)
        if found is not None:
            return found
        if self._desk.role >= Role.STAFF and self._exists(name):
            published = any(key_of(p.form.name) == key_of(name) for p in everything)
            raise Mistake((NOT_YOURS if published else NOT_PUBLISHED).fill(name=name[:64]))
        raise Mistake(no_form(name, [p.form.name for p in mine]))

    def _exists(self, name: str) -> bool:
        names = self._db.execute(NAMES).scalars()
        return key_of(name) in {key_of(n) for n in names}

    def _may_see(self, found: Publication) -> bool:
        if self._desk.itself or self._desk.role >= Role.EDITOR:
            return True
        return self._was_asked(found) or (self._desk.role >= Role.STAFF and self._desk.is_in(found.room))

    def _was_asked(self, found: Publication) -> bool:
        where = (asked.c.publication == found.id) & (asked.c.user_id == self._desk.who)
        return self._db.execute(sa.select(asked.c.place).where(where)).first() is not None

    def get(self, key: str) -> Publication:
        return self._rows(publication.c.id == key)[0]

    def _rows(self, where: Any) -> list[Publication]:
        return publications_where(self._db, where)

    def visible(self) -> Sequence[Publication]:
        return [p for p in self._rows(sa.true()) if self._was_asked(p) or self._may_see(p)][:SHOWN]

    def in_room(self, room: RoomId) -> Sequence[Publication]:
        if not self._desk.is_in(room):
            return []
        return self._rows(publication.c.room_id == room)[:SHOWN]

    def overdue(self, now: datetime) -> Sequence[Publication]:
        return [publication_of(row) for row in _OVERDUE.mappings(self._db, now=now)]

    def close(self, found: Publication, at: datetime) -> None:
        self._desk.need(Role.EDITOR)
        self._db.execute(sa.update(publication).where(publication.c.id == found.id).values(closed_at=at))
        if found.form.privacy == "anonymous":
            urn.settle(self._desk, found)

    def reopen(self, found: Publication, closes: datetime | None) -> None:
        self._desk.need(Role.EDITOR)
        urn.check_reopening(self._db, found)
        self._db.execute(
            sa.update(publication).where(publication.c.id == found.id).values(closed_at=None, closes_at=closes)
        )

    def current(self, name: str) -> Publication | None:
        self._desk.need(Role.EDITOR)
        return next((p for p in self._rows(publication.c.form == name) if p.is_open(self._desk.at)), None)

    def renew(self, found: Publication, draft: Draft, closes: datetime | None) -> Publication:
        self._desk.need(Role.EDITOR)
        if not self._desk.is_in(found.room):
            raise Mistake(NOT_THERE)
        values = {"version": draft.version, "closes_at": closes}
        self._db.execute(sa.update(publication).where(publication.c.id == found.id).values(**values))
        return self.get(found.id)

    def asked(self, found: Publication) -> Sequence[Asked]:
        self._desk.need(Role.EDITOR)
        return [
            Asked(
                user=UserId(user),
                name=shown_name(self._db, user),
                stage=stage,
                muted=muted,
                municipality=self._desk.town.neighbours.name(server_of(user)),
            )
            for user, stage, muted in self._stages(found)
        ]

    def _stages(self, found: Publication) -> list[tuple[str, Stage, bool]]:
        query = (
            sa.select(asked.c.user_id, asked.c.muted, asked.c.unreachable, response.c.sent_at, response.c.state)
            .join(
                response,
                (response.c.publication == asked.c.publication) & (response.c.user_id == asked.c.user_id),
                isouter=True,
            )
            .where(asked.c.publication == found.id)
            .order_by(asked.c.place)
        )
        return [(r.user_id, _stage(r), r.muted) for r in self._db.execute(query)]

    def progress(self, found: Publication) -> Sequence[tuple[str, int, int, int]]:
        if not (self._desk.is_in(found.room) or self._desk.role >= Role.EDITOR):
            raise NotAllowed(Role.EDITOR)
        towns: dict[str, list[int]] = {}
        for user, stage, _ in self._stages(found):
            row = towns.setdefault(self._desk.town.neighbours.name(server_of(user)), [0, 0, 0])
            row[0] += 1
            row[1] += stage == "started"
            row[2] += stage == "sent"
        if found.form.privacy == "anonymous":
            towns = large(towns, self._desk.town.language)
        own = self._desk.town.neighbours.name(self._desk.town.server)
        ordered = sorted(towns.items(), key=lambda row: row[0] != own)
        return [(town, counts[0], counts[1], counts[2]) for town, counts in ordered]

    def mute(self, found: Publication) -> None:
        where = (asked.c.publication == found.id) & (asked.c.user_id == self._desk.who)
        self._db.execute(sa.update(asked).where(where).values(muted=True))

    def unreachable(self, user: UserId) -> Sequence[Publication]:
        mine = sa.select(asked.c.publication).where(asked.c.user_id == user, asked.c.unreachable.is_(False))
        news = [p for p in self._rows(publication.c.id.in_(mine)) if p.is_open(self._desk.at)]
        for found in news:
            where = (asked.c.publication == found.id) & (asked.c.user_id == user)
            self._db.execute(sa.update(asked).where(where).values(unreachable=True))
        return [p for p in news if not self._has_sent(p, user)]

    def _has_sent(self, found: Publication, user: str) -> bool:
        where = (response.c.publication == found.id) & (response.c.user_id == user) & response.c.sent_at.is_not(None)
        return self._db.execute(sa.select(response.c.id).where(where)).first() is not None


def _stage(row: Any) -> Stage:
    if row.sent_at is not None:
        return "sent"
    if row.unreachable:
        return "unreachable"
    begun = row.state is not None and (row.state["answers"] or row.state.get("begun"))
    return "started" if begun else "invited"


def publications_where(connection: sa.Connection, where: Any) -> list[Publication]:
    """Publications with their forms, newest first."""
    return [publication_of(row) for row in connection.execute(PUBLICATIONS.where(where)).mappings()]


def publications_of(connection: sa.Connection, name: str) -> list[Publication]:
    """Every time this form was put to people, newest first."""
    return publications_where(connection, publication.c.form == name)


def publication_of(row: Any) -> Publication:
    """A row of PUBLICATIONS."""
    return Publication(
        id=row["id"],
        form=parsed(row["document"]),
        version=row["version"],
        number=row["number"],
        room=RoomId(row["room_id"]),
        author=UserId(row["author"]),
        published_at=row["published_at"],
        closes_at=row["closes_at"],
        closed_at=row["closed_at"],
    )


def came_back(connection: sa.Connection, user: str) -> None:
    """The person can be reached again."""
    connection.execute(sa.update(asked).where(asked.c.user_id == user).values(unreachable=False))
