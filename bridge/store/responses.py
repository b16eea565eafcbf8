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
from bridge.store.desk import Desk, derived, server_of
from bridge.store.engine import insert_new, upsert
from bridge.store.forms import PUBLICATIONS, parsed, publication_of
from bridge.store.hot import Hot
from bridge.store.people import shown_name
from bridge.store.tables import asked, form, person, publication, response
from forms.mistake import Mistake
from forms.text import Text

NOT_ASKED = Text(
    ja="「{title}」はあなたには配られていません。担当者にお問い合わせください。",
    en="“{title}” was not put to you. Please ask whoever published it.",
)
ASKER = Text(ja="{name}（{municipality}）", en="{name} ({municipality})")
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Statements that every answer needs are built once: building takes longer than running.
_WHO: sa.BindParameter[str] = sa.bindparam("user")
_FILLINGS = (
    sa.select(
        response,
        form.c.document,
        person.c.lang,
        *(c for c in publication.c if c.name not in {"id", "form", "version"}),
    )
    .join(form, (form.c.name == response.c.form) & (form.c.version == response.c.version))
    .join(publication, publication.c.id == response.c.publication, isouter=True)
    .join(person, person.c.user_id == response.c.user_id, isouter=True)
)
_MINE = Hot(_FILLINGS.where(response.c.user_id == _WHO).order_by(response.c.begun_at))
_CURRENT = Hot(sa.select(person.c.response).where(person.c.user_id == _WHO))
_KEEP = Hot(
    sa.update(response)
    .where(response.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam(name) for name in ("state", "sent", "sent_at")})
)
_BEGUN = sa.select(response.c.publication).where(response.c.user_id == _WHO, response.c.publication.is_not(None))
_WAITING = Hot(
    PUBLICATIONS.where(
        publication.c.id.in_(sa.select(asked.c.publication).where(asked.c.user_id == _WHO)),
        publication.c.id.not_in(_BEGUN),
        publication.c.closed_at.is_(None),
    )
)


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
        self._mine: Sequence[Filling] | None = None
        self._chosen: str | None = None

    def mine(self) -> Sequence[Filling]:
        if self._mine is None:  # a turn asks several times; what it writes through this desk forgets it
            self._mine = [self._filling(row) for row in _MINE.mappings(self._db, user=self._desk.who)]
        return self._mine

    def _fillings(self, query: Any) -> list[Filling]:
        return [self._filling(row) for row in self._db.execute(query).mappings()]

    def _published(self, row: Any) -> Publication:
        if row["publication"] is not None:
            return publication_of({**row, "id": row["publication"]})
        return Publication(
            id="",
            form=parsed(row["document"]),
            version=row["version"],
            number=0,
            room=self._desk.room,
            author=self._desk.who,
            published_at=row["begun_at"],
            closes_at=None,
            closed_at=None,
        )

    def _filling(self, row: Any) -> Filling:
        # People answer the version they were asked, whatever was loaded since: publications keep theirs.
        found, state = self._published(row), row["state"]
        talk = Conversation(
            found.form,
            answers=state["answers"],
            reopened=frozenset(state["reopened"]),
            sources=state["sources"],
            sent=row["sent"],
            receipt=row["receipt"],
            stage=state["stage"],
            discarding=state["discarding"],
            lang=row["lang"] if row["lang"] in ("ja", "en") else self._desk.town.language,
            preview=row["publication"] is None,
            response=row["id"],
            now=self._desk.at,
            begun=row["begun_at"],
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
        begun = {
            "id": key,
            "publication": found,
            "form": name,
            "version": version,
            "user_id": self._desk.who,
            "receipt": receipt(key),
            "state": empty,
            "begun_at": self._desk.at,
        }
        insert_new(self._db, response, begun)
        self._mine = None
        return self._fillings(_FILLINGS.where(response.c.id == key))[0]

    def keep(self, filling: Filling) -> None:
        if filling.user != self._desk.who:
            raise NotAllowed(Role.STEWARD)
        values = {"state": _to_row(filling.conversation), "sent": filling.conversation.sent, "sent_at": filling.sent_at}
        _KEEP.run(self._db, key=filling.id, **values)
        self._mine = None

    def count(self, name: str) -> int:
        where = (response.c.form == name) & response.c.sent_at.is_not(None)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(response).where(where)).scalar_one())

    def about(self, message: EventId) -> About | None:
        found = outbox.about(self._db, message)
        if found is None or found[0] != self._desk.room:
            return None
        return About(response=found[1]["response"], question=found[1]["question"], keys=found[1]["keys"])

    def current(self) -> str | None:
        if self._chosen is None:
            self._chosen = _CURRENT.value(self._db, user=self._desk.who)
        return self._chosen

    def focus(self, key: str | None) -> None:
        if key is None or self.current() != key:
            upsert(self._db, person, {"user_id": self._desk.who, "response": key})
            self._chosen = key

    def waiting(self) -> Sequence[Publication]:
        found = [publication_of(row) for row in _WAITING.mappings(self._db, user=self._desk.who)]
        return [p for p in reversed(found) if p.is_open(self._desk.at)]

    def asker(self, found: Publication) -> Text:
        town = self._desk.town.name_of(server_of(found.author))
        return ASKER.fill(name=shown_name(self._db, found.author), municipality=town)

    def all_sent(self, found: Publication) -> Sequence[Filling]:
        # Totals are made of these for whoever may see totals; single answers only leave through an editor's export.
        query = _FILLINGS.where(response.c.publication == found.id, response.c.sent_at.is_not(None))
        return self._fillings(query.order_by(response.c.sent_at, response.c.id))
