"""Answers: one row for each person and publication. They are read by their owner, and by editors once they are sent."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bots.conversation import Conversation
from bots.effects import About
from bots.events import EventId, UserId
from bots.records import Draft, Filling, NotAllowed, Publication
from bots.roles import Role
from bridge.store import outbox
from bridge.store.desk import Desk, derived
from bridge.store.engine import insert_new, upsert
from bridge.store.forms import parsed, publications_where
from bridge.store.people import language_of
from bridge.store.tables import asked, form, person, publication, response
from forms.mistake import Mistake
from forms.text import Text

NOT_ASKED = Text(
    ja="「{title}」はあなたには配られていません。担当者にお問い合わせください。",
    en="“{title}” was not put to you. Please ask whoever published it.",
)
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def receipt(response_id: str) -> str:
    """A number that can be read out on the telephone: no 0/O, 1/I/L, U."""
    number = int(response_id, 16)
    letters = []
    for _ in range(8):
        number, rest = divmod(number, len(RECEIPT_LETTERS))
        letters.append(RECEIPT_LETTERS[rest])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def _to_row(talk: Conversation) -> dict[str, Any]:
    return {
        "answers": talk.answers,
        "reopened": sorted(talk.reopened),
        "sources": talk.sources,
        "stage": talk.stage,
        "discarding": talk.discarding,
    }


class ResponseDesk:
    """bots.ports.Responses."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def mine(self) -> Sequence[Filling]:
        query = sa.select(response).where(response.c.user_id == self._desk.who).order_by(response.c.begun_at)
        return self._fillings(query)

    def _fillings(self, query: Any) -> list[Filling]:
        rows = self._db.execute(query).mappings().all()
        ids = [r["publication"] for r in rows if r["publication"] is not None]
        found = {p.id: p for p in publications_where(self._db, publication.c.id.in_(ids))} if ids else {}
        return [self._filling(r, found.get(r["publication"]) or self._unpublished(r)) for r in rows]

    def _unpublished(self, row: Any) -> Publication:
        where = (form.c.name == row["form"]) & (form.c.version == row["version"])
        document = self._db.execute(sa.select(form.c.document).where(where)).scalar_one()
        return Publication(
            id="",
            form=parsed(document),
            version=row["version"],
            number=0,
            room=self._desk.room,
            author=self._desk.who,
            published_at=row["begun_at"],
            closes_at=None,
            closed_at=None,
        )

    def _filling(self, row: Any, found: Publication) -> Filling:
        # People answer the version they were asked, whatever was loaded since: publications keep theirs.
        state = row["state"]
        talk = Conversation(
            found.form,
            answers=state["answers"],
            reopened=frozenset(state["reopened"]),
            sources=state["sources"],
            sent=row["sent"],
            receipt=row["receipt"],
            stage=state["stage"],
            discarding=state["discarding"],
            lang=language_of(self._db, row["user_id"], self._desk.town.language),
            preview=row["publication"] is None,
            response=row["id"],
        )
        return Filling(
            publication=found, conversation=talk, id=row["id"], user=UserId(row["user_id"]), sent_at=row["sent_at"]
        )

    def begin(self, found: Publication) -> Filling:
        where = (asked.c.publication == found.id) & (asked.c.user_id == self._desk.who)
        if self._db.execute(sa.select(asked.c.place).where(where)).first() is None:
            raise Mistake(NOT_ASKED.fill(title=found.form.title))
        return self._begin(derived("response", found.id, self._desk.who), found.form.name, found.version, found.id)

    def preview(self, draft: Draft) -> Filling:
        self._desk.need(Role.EDITOR)
        key = derived("preview", self._desk.who)
        self._db.execute(sa.delete(response).where(response.c.id == key))
        return self._begin(key, draft.form.name, draft.version, None)

    def _begin(self, key: str, name: str, version: int, found: str | None) -> Filling:
        empty = {"answers": {}, "reopened": [], "sources": {}, "stage": "open", "discarding": False}
        self._db.execute(
            insert_new(self._db, response).values(
                id=key,
                publication=found,
                form=name,
                version=version,
                user_id=self._desk.who,
                receipt=receipt(key),
                state=empty,
                begun_at=self._desk.at,
            )
        )
        return self._fillings(sa.select(response).where(response.c.id == key))[0]

    def keep(self, filling: Filling) -> None:
        if filling.user != self._desk.who:
            raise NotAllowed(Role.STEWARD)
        values = {"state": _to_row(filling.conversation), "sent": filling.conversation.sent, "sent_at": filling.sent_at}
        self._db.execute(sa.update(response).where(response.c.id == filling.id).values(values))

    def count(self, name: str) -> int:
        where = (response.c.form == name) & response.c.sent_at.is_not(None)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(response).where(where)).scalar_one())

    def about(self, message: EventId) -> About | None:
        found = outbox.about(self._db, message)
        if found is None or found[0] != self._desk.room:
            return None
        return About(response=found[1]["response"], question=found[1]["question"], keys=found[1]["keys"])

    def current(self) -> str | None:
        return self._db.execute(sa.select(person.c.response).where(person.c.user_id == self._desk.who)).scalar()

    def focus(self, key: str | None) -> None:
        upsert(self._db, person, {"user_id": self._desk.who, "response": key})

    def waiting(self) -> Sequence[Publication]:
        mine = sa.select(asked.c.publication).where(asked.c.user_id == self._desk.who)
        begun = sa.select(response.c.publication).where(
            response.c.user_id == self._desk.who, response.c.publication.is_not(None)
        )
        where = publication.c.id.in_(mine) & ~publication.c.id.in_(begun) & publication.c.closed_at.is_(None)
        found = publications_where(self._db, where)
        return [p for p in reversed(found) if p.is_open(self._desk.at)]

    def all_sent(self, found: Publication) -> Sequence[Filling]:
        # Totals are made of these for whoever may see totals; single answers only leave through an editor's export.
        query = sa.select(response).where(response.c.publication == found.id, response.c.sent_at.is_not(None))
        return self._fillings(query.order_by(response.c.sent_at, response.c.id))
