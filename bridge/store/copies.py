"""Copies of a database: one SQLite file each, whichever database it was; and such a copy into an empty database.

A copy is of one moment, and taken while others write. What it holds is what the rows hold: nothing of anonymous forms
can be read from it, as their keys are not in the database (docs/decisions/0006-anonymous.md).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bridge.errors import Misconfigured
from bridge.store.engine import Store, newest_migration

AT_ONCE = 500
BOOKKEEPING = "alembic_version"


def copy_file(source: Path, into: Path) -> None:
    """Any SQLite file, as it is at this moment, into one new file; raises Misconfigured where it is damaged."""
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(into)) as new:
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise Misconfigured(f"{source}: 写せません / cannot be copied: {error}") from None
    _finish(into)


def _finish(copy: Path) -> None:
    """Let this one file be all of it, with no log beside it, and whole."""
    with closing(sqlite3.connect(copy)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    check_file(copy)


def check_file(path: Path) -> None:
    """Raise Misconfigured unless SQLite finds every page of it in order."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = str(copy.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Misconfigured(f"{path}: 壊れています / is damaged: {found}")


def take(store: Store, into: Path) -> None:
    """The store's database as a SQLite file."""
    if store.file is not None:
        copy_file(store.file, into)
        return
    copy = Store(f"sqlite:///{into}")
    try:
        copy.migrate(to=store.version())
        store.snapshot(lambda old: copy.do(lambda new: _all_rows(old, new)))
    finally:
        copy.close()
    _finish(into)


def put_back(copy: Path, store: Store) -> None:
    """The copy into the store's database, which must be empty. Raises Misconfigured."""
    check_file(copy)
    if store.version() is not None:
        raise Misconfigured("データベースが空ではありません。/ The database is not empty.")
    old = Store(f"sqlite:///{copy}")
    try:
        store.migrate(to=old.version())
        old.snapshot(lambda rows: store.do(lambda new: _all_rows(rows, new)))
    finally:
        old.close()


def bring_up(store: Store, folder: Path) -> Path | None:
    """Migrate; what is in the database is copied into `folder` first, where it takes the place of an older copy.

    Returns where the copy lies. Raises Misconfigured, and then nothing was migrated.
    """
    try:
        was = store.version()
    except sa.exc.DBAPIError:
        was = None  # `migrate` says it in words
    copy = None
    if was is not None and was < newest_migration():
        copy = _laid_aside(store, folder, name=f"kairan-{was}.db")
    store.migrate()
    return copy


def _laid_aside(store: Store, folder: Path, *, name: str) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        new = folder / f"{name}.new"
        new.unlink(missing_ok=True)
        take(store, new)
        for old in folder.glob("kairan-*.db"):
            old.unlink()
        return new.replace(folder / name)
    except (OSError, sa.exc.DBAPIError) as error:
        raise Misconfigured(
            f"{folder}: 更新前の控えを取れません。更新していません。/ no copy could be made, so nothing was migrated"
            f" ({type(error).__name__})."
        ) from None


def version_of(copy: Path) -> str:
    """The number of its last migration. The file is not touched."""
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as database:
        return str(database.execute(f"SELECT version_num FROM {BOOKKEEPING}").fetchone()[0])  # noqa: S608 - our own name


def attached(copy: Path) -> list[dict[str, Any]]:
    """The files in people's answers: what they are and what they weigh, without whose they are."""
    with closing(sqlite3.connect(copy)) as database:
        there = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'attachment'").fetchone()
        rows = database.execute("SELECT DISTINCT sha256, size FROM attachment ORDER BY 1").fetchall() if there else []
    return [{"sha256": digest, "size": size} for digest, size in rows]


def _all_rows(old: sa.Connection, new: sa.Connection) -> None:
    """Table by table as the older side has them. Both sides were made by the same migrations."""
    tables, theirs = _reflected(old), _reflected(new)
    for name, table in tables.items():
        target = theirs[name]
        for rows in _batches(old, table):
            new.execute(sa.insert(target).values({c.name: _as_is(c, new.dialect.name) for c in target.columns}), rows)
        if new.dialect.name == "postgresql":
            _go_on_counting(new, target)


def _reflected(connection: sa.Connection) -> dict[str, sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in metadata.sorted_tables if table.name != BOOKKEEPING}


def _batches(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    """In the order of their keys: of what came when, the copy tells no more than the rows do."""
    columns = [_text_of(column) for column in table.columns]
    rows = connection.execution_options(stream_results=True).execute(
        sa.select(*columns).order_by(*table.primary_key.columns)
    )
    for some in rows.mappings().partitions(AT_ONCE):
        yield [dict(row) for row in some]


def _text_of(column: sa.Column[Any]) -> Any:
    """JSON is copied letter by letter: NULL and the JSON value null stay what they were."""
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text).label(column.name)
    return column


def _as_is(column: sa.Column[Any], dialect: str) -> Any:
    if not isinstance(column.type, sa.JSON):
        return sa.bindparam(column.name)
    text = sa.bindparam(column.name, type_=sa.Text)
    return sa.cast(text, column.type) if dialect == "postgresql" else text  # SQLite would make a number of it


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    for column in table.primary_key.columns:
        if column.autoincrement and isinstance(column.type, sa.Integer) and column.server_default is not None:
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            where = sa.func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(sa.select(sa.func.setval(where, highest)).where(highest.is_not(None)))
