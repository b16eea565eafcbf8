"""Whose invitations our people want: kept for the federation door, and bots.ports_groups.Invitations."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bridge.store import rooms
from bridge.store.alliance_tables import municipality
from bridge.store.desk import Desk, server_of
from bridge.store.engine import insert_new
from bridge.store.group_tables import colleague, let_in

MOST = 200
_TURN = "invitations"
"""The fact that says how often anything of this was changed."""
Mark = tuple[str, frozenset[str]]


class InvitationDesk:
    """bots.ports_groups.Invitations."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def mine(self) -> Sequence[str]:
        query = sa.select(let_in.c.whom).where(let_in.c.user_id == self._desk.who).order_by(let_in.c.whom)
        return list(self._db.execute(query).scalars())

    def allow(self, whom: str) -> bool:
        if server_of(self._desk.who) != self._desk.town.server or len(self.mine()) >= MOST:
            return False
        insert_new(self._db, let_in, {"user_id": self._desk.who, "whom": whom})
        changed(self._db)
        return True

    def disallow(self, whom: str) -> bool:
        mine = (let_in.c.user_id == self._desk.who) & (let_in.c.whom == whom)
        gone = self._db.execute(sa.delete(let_in).where(mine)).rowcount > 0
        changed(self._db)
        return gone


def changed(connection: sa.Connection) -> None:
    """In the transaction that changes whom somebody lets in, or whether the directory shows them."""
    before = rooms.facts(connection).get(_TURN, "0")
    rooms.set_fact(connection, _TURN, str(int(before) + 1))


def mark(connection: sa.Connection) -> Mark:
    """Another one where anything of the following may have changed."""
    return rooms.facts(connection).get(_TURN, ""), kairans(connection)


def kairans(connection: sa.Connection) -> frozenset[str]:
    """Of the members in force."""
    return frozenset(connection.execute(sa.select(municipality.c.bot)).scalars())


def shown(connection: sa.Connection, own: str) -> frozenset[str]:
    """Our own people whom the directory shows."""
    found = connection.execute(sa.select(colleague.c.user_id).where(colleague.c.shown)).scalars()
    return frozenset(user for user in found if server_of(user) == own)


def lists(connection: sa.Connection, own: str) -> Mapping[str, frozenset[str]]:
    """Person → servers and people whom they let in."""
    found: dict[str, frozenset[str]] = {}
    for user, whom in connection.execute(sa.select(let_in.c.user_id, let_in.c.whom)):
        if server_of(user) == own:
            found[user] = found.get(user, frozenset()) | {whom}
    return found
