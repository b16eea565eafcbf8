"""The urn of an anonymous form: closed envelopes while it takes answers, and mixed ballots once it is opened.

An envelope is written in the transaction in which its owner is noted to have answered, so whoever has the files of the
database may find out whose it is; but not what is in it. The ballots are written all at once, by nobody in particular.
"""

from typing import Any

import sqlalchemy as sa

from bots.records import Publication
from bridge import clock
from bridge.store import outbox
from bridge.store.desk import Desk
from bridge.store.outbox import KEYS, Letter, txn
from bridge.store.sealing import close, lock_of, open_
from bridge.store.tables import ballot, envelope, publication, response, urn
from forms.anonymity import LEAST, guarded, mixed
from forms.mistake import Mistake
from forms.questions.base import Answers
from forms.text import Text

NOT_YET = Text(
    ja="だれの回答かが分からないよう、結果は受付の終了後、{least}人以上の回答があるときにだけ出します。",
    en="So that nobody's answers can be told, the results are shown once the form is closed, "
    "and only if {least} or more have answered.",
).fill(least=LEAST)
TOO_FEW = Text(
    ja="回答が{least}人に満たないため、結果は出しません。",
    en="Fewer than {least} have answered, so there are no results.",
).fill(least=LEAST)
PRIVACY_FIXED = Text(
    ja="「{name}」にはもう回答があるため、privacy は {privacy} のまま変えられません。"
    "変えるときは、別の name のフォームにしてください。",
    en="“{name}” has answers already, so its privacy stays {privacy}. To change it, make a form of another name.",
)
GIVEN_OUT = Text(
    ja="「{name}」は結果を出したあとなので、受付を再開できません。新しく公開してください。",
    en="The results of “{name}” are out, so it cannot take more answers. Publish it anew.",
)
LOST = Text(
    ja="回答を開くための鍵がホームサーバーから失われたため、結果を出せません。",
    en="The key to the answers is gone from the homeserver: there are no results.",
)


def key_of(kind: str, name: str) -> str:
    """What a key is called: that of a `draft` (a response's id) or of an `urn` (a publication's)."""
    return f"{kind}.{name}"


def place(desk: Desk, name: str) -> None:
    """An empty urn for a new publication. Raises Locked."""
    key = desk.keys.of(key_of("urn", name))
    desk.connection.execute(sa.insert(urn).values(publication=name, lock=lock_of(key), state="shut"))


def cast(connection: sa.Connection, name: str, answers: Answers) -> None:
    """One person's answers into the urn. Only the urn's key brings them out again."""
    lock = connection.execute(sa.select(urn.c.lock).where(urn.c.publication == name)).scalar_one()
    box = close(bytes(lock), answers, name=key_of("urn", name))
    connection.execute(sa.insert(envelope).values(id=clock.noise(16).hex(), publication=name, box=box))


def count(connection: sa.Connection, name: str) -> int:
    """How many have answered."""
    where = (response.c.publication == name) & response.c.sent_at.is_not(None)
    return int(connection.execute(sa.select(sa.func.count()).select_from(response).where(where)).scalar_one())


def settle(desk: Desk, found: Publication) -> None:
    """The form is closed: unsent drafts and their keys go; with LEAST answers the urn is opened. Raises Locked."""
    unsent = (response.c.publication == found.id) & response.c.sealed.is_not(None)
    drafts = desk.connection.execute(sa.select(response.c.id).where(unsent)).scalars().all()
    desk.connection.execute(sa.update(response).where(unsent).values(sealed=None))
    for draft in drafts:
        burn(desk, key_of("draft", draft))
    if _state(desk.connection, found.id) == "shut" and count(desk.connection, found.id) >= LEAST:
        _open(desk, found)


def _open(desk: Desk, found: Publication) -> None:
    name, connection = key_of("urn", found.id), desk.connection
    key, here = desk.keys.of(name), envelope.c.publication == found.id
    boxes = [bytes(box) for box in connection.execute(sa.select(envelope.c.box).where(here)).scalars()]
    sheets = [open_(key, box, name=name) for box in boxes]
    found_all = all(sheet is not None for sheet in sheets)
    if found_all:
        _lay_out(connection, found, mixed(found.form, [s for s in sheets if s is not None], clock.shuffled))
    connection.execute(sa.delete(envelope).where(here))
    state = "open" if found_all else "lost"
    connection.execute(sa.update(urn).where(urn.c.publication == found.id).values(state=state))
    burn(desk, name)


def _lay_out(connection: sa.Connection, found: Publication, sheets: list[dict[str, Any]]) -> None:
    names = sorted(clock.noise(16).hex() for _ in sheets)  # in the order of their keys, wherever rows lie
    rows = [{"id": n, "publication": found.id, "answers": s} for n, s in zip(names, sheets, strict=True)]
    connection.execute(sa.insert(ballot), rows)


def ballots(connection: sa.Connection, name: str) -> list[Answers]:
    """All that was in the urn, in an order that says nothing; empty while it is shut."""
    query = sa.select(ballot.c.answers).where(ballot.c.publication == name).order_by(ballot.c.id)
    return list(connection.execute(query).scalars())


def withheld(connection: sa.Connection, found: Publication) -> Text | None:
    """Why nothing of the answers is shown; None where they may be seen."""
    if not guarded(found.form):
        return None
    closed = sa.select(publication.c.closed_at).where(publication.c.id == found.id)
    if connection.execute(closed).scalar() is None:
        return NOT_YET
    if _state(connection, found.id) == "lost":
        return LOST
    return TOO_FEW if count(connection, found.id) < LEAST else None


def check_reopening(connection: sa.Connection, found: Publication) -> None:
    """Raise Mistake once the results are out: what came later would stand out against them."""
    if guarded(found.form) and withheld(connection, found) is None:
        raise Mistake(GIVEN_OUT.fill(name=found.form.name))


def _state(connection: sa.Connection, name: str) -> str | None:
    return connection.execute(sa.select(urn.c.state).where(urn.c.publication == name)).scalar()


def burn(desk: Desk, name: str) -> None:
    """Destroy a key, here and at the homeserver, once this transaction is committed."""
    desk.keys.drop(name)  # if it is not committed, the homeserver still has it
    letter = Letter(txn=txn(name, "burn"), lane=KEYS, body={"kind": "burn", "key": name, "passing": True})
    outbox.put(desk.connection, [letter], desk.at)


def forget(desk: Desk, form_name: str) -> None:
    """Everything in the urns of a form, and the keys to it."""
    ids = sa.select(publication.c.id).where(publication.c.form == form_name)
    for name in desk.connection.execute(sa.select(urn.c.publication).where(urn.c.publication.in_(ids))).scalars().all():
        burn(desk, key_of("urn", name))
    drafts = sa.select(response.c.id).where(response.c.publication.in_(ids), response.c.sealed.is_not(None))
    for draft in desk.connection.execute(drafts).scalars().all():
        burn(desk, key_of("draft", draft))
    for table in (envelope, ballot, urn):
        desk.connection.execute(sa.delete(table).where(table.c.publication.in_(ids)))
