"""Inquiries as rows: bots.ports_inquiry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bots.effects import Place, Room
from bots.events import RoomId, UserId
from bots.inquiry_records import Asked, Asking, Filed, Table, wakes
from bots.records import NotAllowed
from bots.roles import Role
from bridge.store import rooms
from bridge.store.desk import Desk, derived, server_of
from bridge.store.engine import insert_new
from bridge.store.forms import parsed
from bridge.store.hot import Hot
from bridge.store.inquiry_tables import inquiry, inquiry_body, inquiry_release
from bridge.store.members import is_member, keys_ever
from bridge.store.tables import publication
from bridge.store.timetable import EDITS, PAUSE
from forms.form import Form
from forms.inquiry import PATIENCE, Body, Kind, Released
from forms.inquiry_release import read, written
from forms.inquiry_suppression import Truth
from forms.mistake import Mistake
from forms.text import Text

NO_SUCH = Text(
    ja="{number}番の照会はありません。「!inquiry list」で番号を確かめてください。",
    en="There is no inquiry {number}. See the numbers with “!inquiry list”.",
)
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_WAKING = Hot(sa.select(inquiry.c.number).where(inquiry.c.wake <= _NOW, inquiry.c.closed_at.is_(None)))
_STALE = Hot(sa.select(inquiry.c.number).where(inquiry.c.stale, inquiry.c.not_before <= _NOW).limit(1))


class InquiryDesk:
    """bots.ports_inquiry.Inquiries."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def send(  # noqa: PLR0913 - the port's own
        self, form: Form, document: str, *, kind: Kind, deadline: datetime, to: Sequence[str], room: RoomId | None
    ) -> Asking:
        self._desk.need(Role.EDITOR)
        asking = Asking(
            number=self._next(),
            id=derived("inquiry", self._desk.source),
            document=document,
            form=form,
            kind=kind,
            deadline=deadline,
            at=self._desk.at,
            author=self._desk.who,
            room=room,
            bodies=tuple(Body(server=server) for server in to),
        )
        first = wakes(asking.at, deadline, PATIENCE)[0][0]
        live = {"wake": first, "stale": True, "not_before": asking.at, "generation": 1, "edits": 0}
        row = {"number": asking.number, "asker": self._desk.town.server, **_common(asking), **live}
        self._db.execute(sa.insert(inquiry).values(author=asking.author, room_id=room, **row))
        bodies = [{"number": asking.number, "place": n, **_body_row(body)} for n, body in enumerate(asking.bodies)]
        self._db.execute(sa.insert(inquiry_body), bodies)
        return asking

    def _next(self) -> int:
        return int(self._db.execute(sa.select(sa.func.coalesce(sa.func.max(inquiry.c.number), 0))).scalar_one()) + 1

    def all(self) -> Sequence[Asking | Asked]:
        self._desk.need(Role.STAFF)
        return self._rows(sa.true())

    def get(self, number: int) -> Asking | Asked:
        self._desk.need(Role.STAFF)
        found = self._rows(inquiry.c.number == number)
        if not found:
            raise Mistake(NO_SUCH.fill(number=number))
        return found[0]

    def ours(self, id_: str) -> Asking | None:
        found = self._rows((inquiry.c.asker == self._desk.town.server) & (inquiry.c.id == id_))
        return found[0] if found and isinstance(found[0], Asking) else None

    def theirs(self, asker: str, id_: str) -> Asked | None:
        found = self._rows((inquiry.c.asker == asker) & (inquiry.c.id == id_))
        return found[0] if found and isinstance(found[0], Asked) else None

    def waiting(self, asker: str) -> int:
        where = (inquiry.c.asker == asker) & inquiry.c.closed_at.is_(None)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(inquiry).where(where)).scalar_one())

    def sent_since(self, at: datetime) -> int:
        where = (inquiry.c.asker == self._desk.town.server) & (inquiry.c.at > at)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(inquiry).where(where)).scalar_one())

    def _rows(self, where: Any) -> list[Asking | Asked]:
        rows = self._db.execute(sa.select(inquiry).where(where).order_by(inquiry.c.number.desc())).mappings().all()
        return [self._inquiry(row) for row in rows]

    def _inquiry(self, row: Any) -> Asking | Asked:
        names = ("number", "id", "document", "kind", "deadline", "at", "closed_at")
        known = {name: row[name] for name in names} | {"form": parsed(row["document"])}
        if row["asker"] == self._desk.town.server:
            room = row["room_id"] and RoomId(row["room_id"])
            return Asking(**known, author=UserId(row["author"]), room=room, bodies=self._bodies(row, known["form"]))
        return Asked(
            **known,
            asker=row["asker"],
            told=row["told"],
            said=row["said"],
            accepted=row["accepted"],
            publication=row["publication"] and self._still(row["publication"]),
            last=_read(row["last"], known["form"], row["kind"]),
            draft=_read(row["draft"], known["form"], row["kind"]),
            past=tuple(_truths(one) for one in row["past"] or ()),
            draft_truth=_truths(row["draft_truth"] or {}),
            draft_by=row["draft_by"] and UserId(row["draft_by"]),
            pleaded_at=row["pleaded_at"],
        )

    def _still(self, key: str) -> str | None:
        """The publication; None where its form was deleted since."""
        found = self._db.execute(sa.select(publication.c.id).where(publication.c.id == key)).scalar()
        return None if found is None else str(found)

    def _bodies(self, row: Any, form: Form) -> tuple[Body, ...]:
        query = sa.select(inquiry_body).where(inquiry_body.c.number == row["number"]).order_by(inquiry_body.c.place)
        names = ("server", "told", "said", "reason", "asked", "released_at", "seal", "warning")
        return tuple(
            Body(**{name: one[name] for name in names}, released=_read(one["released"], form, row["kind"]))
            for one in self._db.execute(query).mappings()
        )

    def receive(self, asked: Asked) -> Asked:
        row = {"number": self._next(), "asker": asked.asker, **_common(asked), **_their(asked)}
        self._db.execute(sa.insert(inquiry).values(**row))
        found = self.theirs(asked.asker, asked.id)
        assert found is not None
        return found

    def keep(self, kept: Asking | Asked) -> None:
        who = self._desk.who
        if not (self._desk.itself or is_member(self._db, who)):
            self._desk.need(Role.EDITOR)
        here = inquiry.c.number == kept.number
        if isinstance(kept, Asked):
            if self._foreign() and server_of(who) != kept.asker:
                raise NotAllowed(Role.EDITOR)
            values = {"closed_at": kept.closed_at, **_their(kept)}
            self._db.execute(sa.update(inquiry).where(here).values(**values))
            return
        self._db.execute(sa.update(inquiry).where(here).values(closed_at=kept.closed_at, stale=True))
        for body in kept.bodies:
            if not self._foreign() or body.server == server_of(who):
                one = (inquiry_body.c.number == kept.number) & (inquiry_body.c.server == body.server)
                self._db.execute(sa.update(inquiry_body).where(one).values(**_body_row(body)))

    def _foreign(self) -> bool:
        return server_of(self._desk.who) != self._desk.town.server

    def file(self, asking: Asking, filed: Filed) -> None:
        insert_new(self._db, inquiry_release, {"number": asking.number, **asdict(filed)})

    def filed(self, asking: Asking) -> Sequence[Filed]:
        self._desk.need(Role.EDITOR)
        order = (inquiry_release.c.server, inquiry_release.c.version)
        query = sa.select(inquiry_release).where(inquiry_release.c.number == asking.number).order_by(*order)
        return [Filed(server=r.server, version=r.version, raw=r.raw) for r in self._db.execute(query)]

    def keys(self, servers: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        return {server: keys_ever(self._db, server) for server in sorted(servers)}

    def stewards(self) -> Place | None:
        room = rooms.facts(self._db).get("room:stewards")
        return None if room is None else Room(RoomId(room))

    def waking(self, now: datetime) -> Sequence[Asking]:
        numbers = [row[0] for row in _WAKING.rows(self._db, now=now)]
        return [one for n in numbers for one in self._rows(inquiry.c.number == n) if isinstance(one, Asking)]

    def woken(self, asking: Asking, now: datetime) -> int:
        following = next((m for m, _ in wakes(asking.at, asking.deadline, PATIENCE) if m > now), None)
        here = inquiry.c.number == asking.number
        values = {"wake": following, "wakes": inquiry.c.wakes + 1, "stale": True}
        self._db.execute(sa.update(inquiry).where(here).values(**values))
        return int(self._db.execute(sa.select(inquiry.c.wakes).where(here)).scalar_one())

    def tables(self, now: datetime) -> Sequence[Table]:
        if _STALE.first(self._db, now=now) is None:
            return []
        rows = self._db.execute(sa.select(inquiry).where(inquiry.c.stale, inquiry.c.not_before <= now)).mappings().all()
        busy, found = set[str | None](), []
        for row in rows:  # one a room at a time
            if (row["room_id"] or row["author"]) not in busy:
                busy.add(row["room_id"] or row["author"])
                found.append(self._table(row))
        return found

    def _table(self, row: Any) -> Table:
        asking = self._inquiry(row)
        assert isinstance(asking, Asking)
        if row["edits"] > EDITS:
            return Table(asking=asking, generation=row["generation"] + 1, edits=0)
        return Table(asking=asking, generation=row["generation"], edits=row["edits"])

    def written(self, table: Table, now: datetime) -> None:
        values = {"stale": False, "generation": table.generation, "edits": table.edits + 1}
        self._db.execute(sa.update(inquiry).where(inquiry.c.number == table.asking.number).values(**values))
        place = inquiry.c.room_id == table.asking.room if table.asking.room else inquiry.c.author == table.asking.author
        self._db.execute(sa.update(inquiry).where(place).values(not_before=now + PAUSE))


def _common(one: Asking | Asked) -> dict[str, Any]:
    names = ("id", "document", "kind", "deadline", "at", "closed_at")
    return {name: getattr(one, name) for name in names}


def _their(asked: Asked) -> dict[str, Any]:
    names = ("told", "said", "accepted", "publication", "draft_by", "pleaded_at")
    releases = {name: getattr(asked, name) and written(getattr(asked, name)) for name in ("last", "draft")}
    behind = {
        "past": [_truth_row(one) for one in asked.past] or None,
        "draft_truth": _truth_row(asked.draft_truth) or None,
    }
    return {name: getattr(asked, name) for name in names} | releases | behind


def _truth_row(truths: Mapping[str, Truth]) -> dict[str, Any]:
    return {name: asdict(truth) for name, truth in truths.items()}


def _truths(row: Mapping[str, Any]) -> Mapping[str, Truth]:
    return {name: Truth(**one) for name, one in row.items()}


def _body_row(body: Body) -> dict[str, Any]:
    names = ("server", "told", "said", "reason", "asked", "released_at", "seal", "warning")
    return {name: getattr(body, name) for name in names} | {"released": body.released and written(body.released)}


def _read(row: Any, form: Form, kind: Kind) -> Released | None:
    return None if row is None else read(row, form, kind)
