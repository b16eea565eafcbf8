"""The rows of responses as the conversations that they are."""

from typing import Any

import sqlalchemy as sa

from bots.conversation import Conversation
from bots.events import UserId
from bots.records import Filling, Publication
from bridge.store.desk import Desk
from bridge.store.forms import parsed
from bridge.store.publications import publication_of
from bridge.store.sealing import unseal
from bridge.store.tables import form, person, publication, response
from bridge.store.urn import key_of

EMPTY: dict[str, Any] = {"answers": {}, "reopened": [], "sources": {}, "stage": "open", "discarding": False}
FILLINGS = (
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


def to_row(talk: Conversation) -> dict[str, Any]:
    """What is kept of a conversation beside the answers that were sent."""
    return {
        "answers": talk.answers,
        "reopened": sorted(talk.reopened),
        "sources": talk.sources,
        "stage": talk.stage,
        "discarding": talk.discarding,
        "narrowed": talk.narrowed,
    }


def fillings(desk: Desk, query: Any) -> list[Filling]:
    """What a query over FILLINGS finds."""
    return [filling_of(desk, row) for row in desk.connection.execute(query).mappings()]


def _published(desk: Desk, row: Any) -> Publication:
    if row["publication"] is not None:
        return publication_of({**row, "id": row["publication"]})
    return Publication(
        id="",
        form=parsed(row["document"]),
        version=row["version"],
        number=0,
        room=desk.room,
        author=desk.who,
        published_at=row["begun_at"],
        closes_at=None,
        closed_at=None,
    )


def filling_of(desk: Desk, row: Any) -> Filling:
    """A row of FILLINGS."""
    # People answer the version they were asked, whatever was loaded since: publications keep theirs.
    found, state = _published(desk, row), _state(desk, row)
    talk = Conversation(
        found.form,
        answers=state["answers"],
        reopened=frozenset(state["reopened"]),
        sources=state["sources"],
        sent={} if row["sent"] is None and row["sent_at"] is not None else row["sent"],
        receipt=row["receipt"],
        stage=state["stage"],
        discarding=state["discarding"],
        narrowed=state.get("narrowed", {}),
        lang=row["lang"] if row["lang"] in ("ja", "en") else desk.town.language,
        preview=row["publication"] is None,
        response=row["id"],
        now=desk.at,
        begun=row["begun_at"],
    )
    return Filling(
        publication=found,
        conversation=talk,
        id=row["id"],
        user=UserId(row["user_id"]),
        sent_at=row["sent_at"],
        sending=row["sending"] or 0,
    )


def _state(desk: Desk, row: Any) -> dict[str, Any]:
    """What was answered so far. A draft whose key is gone is none: the person begins again."""
    if row["sealed"] is None:
        return dict(row["state"])
    name = key_of("draft", row["id"])
    return unseal(desk.keys.of(name), bytes(row["sealed"]), name=name) or EMPTY
