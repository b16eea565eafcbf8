"""What a sending leaves behind: its number, by which the next export knows where to begin, and the totals.

Both are written in the transaction that keeps the response: a reader never sees one without the other.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bots.records import Filling, Publication
from bridge.store import rooms
from bridge.store.tables import response, total
from forms.export import Withdrawn
from forms.form import Form
from forms.tally import Tally, tally
from forms.totals import RESPONSES, Entry, change, entries, restored

_BEFORE = sa.select(response.c.publication, response.c.sent, response.c.sent_at, response.c.sending).where(
    response.c.id == sa.bindparam("key")
)
_COUNTER = "sendings"


def kept(connection: sa.Connection, filling: Filling) -> int | None:
    """To be called before a response is stored: counts it, and gives the number of its last sending, None without one.

    A correction is sent anew and so has a new number; a withdrawal has one too, so that it can be told.
    """
    before = connection.execute(_BEFORE, {"key": filling.id}).one()
    sent = filling.conversation.sent if filling.sent_at is not None else None
    if before.publication is None or (before.sent == sent and before.sent_at == filling.sent_at):
        return before.sending  # type: ignore[no-any-return]
    found = filling.publication
    if _keeps_totals(found.form):
        server = filling.user.partition(":")[2]
        _add(connection, found.id, change(found.form, server, before=before.sent, after=sent).items())
    return before.sending if sent is None and before.sent is None else _next(connection)


def _keeps_totals(form: Form) -> bool:
    """Of anonymous answers nothing is kept from which a change of the totals could be told."""
    return form.privacy != "anonymous"


def _next(connection: sa.Connection) -> int:
    """One more than ever before, whatever was withdrawn or deleted since."""
    number = last(connection) + 1
    rooms.set_fact(connection, _COUNTER, str(number))
    return number


def last(connection: sa.Connection) -> int:
    """The number of the last sending there ever was; 0 before the first."""
    return int(rooms.facts(connection).get(_COUNTER, "0"))


def withdrawn(connection: sa.Connection, publication: str, after: int) -> tuple[Withdrawn, ...]:
    """What was taken back later than the sending `after`, in that order."""
    gone = response.c.sent_at.is_(None) & (response.c.sending > after)
    query = sa.select(response.c.receipt, response.c.sending).where(response.c.publication == publication, gone)
    return tuple(Withdrawn(*row) for row in connection.execute(query.order_by(response.c.sending)))


def totals(connection: sa.Connection, found: Publication, name_of: Callable[[str], str]) -> Tally:
    """The tally of a publication by municipality (`name_of` gives it for a server).

    Where the totals do not agree with the responses (they are older than the totals are), all are counted anew.
    """
    rows = _rows(connection, found.id)
    if _keeps_totals(found.form) and sum(n for e, n in rows if e.question == RESPONSES) == _sent(connection, found.id):
        return restored(found.form, ((e._replace(group=name_of(e.group)), n) for e, n in rows))
    where = (response.c.publication == found.id) & response.c.sent_at.is_not(None)
    sent = connection.execute(sa.select(response.c.user_id, response.c.sent).where(where)).all()
    whole = entries(tally(found.form, ((user.partition(":")[2], answers) for user, answers in sent)))
    if _keeps_totals(found.form):
        connection.execute(sa.delete(total).where(total.c.publication == found.id))
        _add(connection, found.id, whole.items())
    return restored(found.form, ((e._replace(group=name_of(e.group)), n) for e, n in whole.items()))


def _rows(connection: sa.Connection, publication: str) -> list[tuple[Entry, int]]:
    query = sa.select(total).where(total.c.publication == publication, total.c.n != 0)
    return [(Entry(r.server, r.question, r.what, r.value), r.n) for r in connection.execute(query)]


def _sent(connection: sa.Connection, publication: str) -> int:
    where = (response.c.publication == publication) & response.c.sent_at.is_not(None)
    return connection.execute(sa.select(sa.func.count()).select_from(response).where(where)).scalar_one()


def _add(connection: sa.Connection, publication: str, changes: Iterable[tuple[Entry, int]]) -> None:
    """Each row goes up or down by `n`; one that comes to nothing is taken out, so that what was withdrawn is gone."""
    changes = list(changes)
    if changes:
        rows = [dict(zip(_KEYS, (publication, *entry), strict=True), n=n) for entry, n in changes]
        connection.execute(_up_or_down(connection.dialect.name), rows)
    if any(n < 0 for _, n in changes):
        connection.execute(sa.delete(total).where(total.c.publication == publication, total.c.n == 0))


_KEYS = ("publication", "server", "question", "what", "value")


@lru_cache(maxsize=2)
def _up_or_down(dialect: str) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(total)
    return statement.on_conflict_do_update(index_elements=list(_KEYS), set_={"n": total.c.n + statement.excluded.n})
