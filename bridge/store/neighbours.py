"""Whose people are welcome, and what people call their municipalities: kairan.toml and the alliance's list in force."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from bridge.store.alliance_tables import municipality
from forms.text import Lang

_ALL = sa.select(municipality.c.server, municipality.c.ja, municipality.c.en)


class Neighbours:
    """`server in neighbours`; `neighbours.name(server)`. The list is read again after it changed (`stale`).

    `names`: what kairan.toml calls servers; it goes before what the list says. `own` is always welcome.
    """

    def __init__(
        self, own: str, *, names: Mapping[str, str], allowed: Iterable[str] = (), language: Lang = "ja"
    ) -> None:
        self._fixed, self._given, self._language = frozenset({own, *allowed}), names, language
        self._servers, self._names = self._fixed, dict(names)
        self._stale = True
        self.edition = 0
        """Grows with every change of the list."""

    def __contains__(self, server: object) -> bool:
        return server in self._servers

    def name(self, server: str) -> str:
        """What people call the municipality of this server."""
        return self._names.get(server, server)

    def stale(self) -> None:
        """The list in force was changed in the transaction under way."""
        self._stale = True
        self.edition += 1

    def refresh(self, connection: sa.Connection) -> None:
        """At the beginning of each transaction. What came of the last one is committed by then, or undone."""
        if not self._stale:
            return
        listed = connection.execute(_ALL).all()
        self._servers = self._fixed | {row.server for row in listed}
        self._names = {row.server: row.ja if self._language == "ja" else row.en for row in listed} | dict(self._given)
        self._stale = False
