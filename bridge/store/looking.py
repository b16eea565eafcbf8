"""The database as one who only looks sees it: a moment's picture that nothing changes, beside a Kairan that runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from bridge.errors import Misconfigured
from bridge.store.engine import WORKING, newest_migration


@contextmanager
def looking(url: str) -> Iterator[sa.Connection]:
    """A connection that can write nothing and waits for nobody. Raises Misconfigured where there is nothing to see."""
    engine = _engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            _check(connection)
            before = WORKING.set(connection)
            try:
                yield connection
            finally:
                WORKING.reset(before)
    except sa.exc.DBAPIError as error:
        raise Misconfigured(
            "データベースを読めません。[kairan] database を確かめてください。"
            f"/ The database cannot be read ({type(error.orig).__name__}): see [kairan] database."
        ) from None
    finally:
        engine.dispose()


def _engine(url: str) -> sa.Engine:
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": sa.pool.StaticPool}
    if not url.startswith("sqlite"):
        return sa.create_engine(
            url, execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}, **options
        )
    path = Path(sa.make_url(url).database or "")
    engine = sa.create_engine(url, creator=lambda: _read_only(path), **options)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _read_only(path: Path) -> sqlite3.Connection:
    # In WAL a reader and the writer do not wait for each other; mode=ro refuses every statement that would write.
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10, isolation_level=None)


def _check(connection: sa.Connection) -> None:
    found = None
    if sa.inspect(connection).has_table("alembic_version"):
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found != newest_migration():
        raise Misconfigured(
            "データベースの版が違います。先に kairan run を一度動かしてください。"
            "/ The database is of another version: let kairan run bring it up to date first."
        )
