"""The few statements that every answer needs: compiled once, then handed to SQLite's driver as they are.

SQLAlchemy takes ten times as long over a small statement as SQLite does. What it would do is done here at first use:
the text, and how values go in and come out. PostgreSQL, which is waited for anyway, is asked through SQLAlchemy.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

Change = Callable[[Any], Any]
"""How a value goes into the database, or comes out of it."""


def _as_it_is(value: Any) -> Any:
    return value


class Hot:
    """One statement without IN; its values are given by the names of its `bindparam`s."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self.names: tuple[str, ...] = tuple(c.key for c in _columns(statement))
        self._sql = ""
        self._fixed: dict[str, Any] = {}  # values that the statement itself brings
        self._into: list[tuple[str, Change]] = []
        self._out: list[tuple[int, Change]] = []  # place, how it comes out

    def rows(self, connection: sa.Connection, **values: Any) -> list[Sequence[Any]]:
        """What a SELECT finds, as tuples."""
        if connection.dialect.name != "sqlite":
            return [tuple(row) for row in connection.execute(self._statement, values)]
        found = self._execute(connection, values).fetchall()
        return [self._read(row) for row in found] if self._out else found

    def first(self, connection: sa.Connection, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self.rows(connection, **values)), None)

    def value(self, connection: sa.Connection, **values: Any) -> Any:
        """The first row's first value, or None."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def mappings(self, connection: sa.Connection, **values: Any) -> list[dict[str, Any]]:
        """What a SELECT finds, by the names of its columns."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows(connection, **values)]

    def run(self, connection: sa.Connection, **values: Any) -> None:
        """Change something."""
        if connection.dialect.name == "sqlite":
            self._execute(connection, values)
        else:
            connection.execute(self._statement, values)

    def _execute(self, connection: sa.Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        if not self._sql:
            self._compile(connection.dialect)
        driver: Any = connection.connection.driver_connection
        given = {**self._fixed, **values} if self._fixed else values
        try:
            cursor: sqlite3.Cursor = driver.execute(self._sql, [change(given[name]) for name, change in self._into])
        except sqlite3.Error as error:  # as SQLAlchemy would raise it; the values stay out of it
            raise sa.exc.DBAPIError.instance(self._sql, None, error, sqlite3.Error, hide_parameters=True) from None
        return cursor

    def _compile(self, dialect: sa.Dialect) -> None:
        compiled = self._statement.compile(dialect=dialect)
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._fixed = {name: bind.effective_value for name, bind in binds if not bind.required}
        self._into = [
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is) for name, bind in binds
        ]
        results = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in _columns(self._statement)]
        self._out = [(place, out) for place, out in enumerate(results) if out is not None]
        self._sql = str(compiled)  # last: another thread goes by it

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        changed = list(row)
        for place, change in self._out:
            changed[place] = change(changed[place])
        return tuple(changed)


def _columns(statement: Any) -> Sequence[Any]:
    return tuple(statement.selected_columns) if isinstance(statement, sa.Select) else ()
