"""One database, one thread that speaks to it, one transaction at a time: what makes exactly-once easy to see.

Every piece of work is a plain function of a connection. It runs whole in the store's own thread and is committed whole
or not at all; nothing awaits inside it. See docs/decisions/0002-one-writer.md.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bridge.errors import Misconfigured, Unreachable
from bridge.store.hot import Hot

Connection = sa.Connection
"""What work is given; only this package looks inside."""
WORKING: ContextVar[sa.Connection | None] = ContextVar("WORKING", default=None)
"""The connection of the work that is being done here: for what is fetched only when it is looked at."""
T = TypeVar("T")
Note = Callable[[sa.Connection], None]
MIGRATIONS = Path(__file__).with_name("migrations")


def database_url(database: str, folder: Path) -> str:
    """A path (relative to `folder`) means SQLite; `postgresql://…` is spoken by pg8000."""
    if database.startswith(("postgresql://", "postgres://")):
        return _postgresql(database)
    if "://" in database:
        raise Misconfigured(
            f"database {database.split('://', maxsplit=1)[0]}:// is not supported; give a file name or postgresql://…"
        )
    return f"sqlite:///{(folder / database).resolve()}"


def _postgresql(database: str) -> str:
    """As libpq reads it: `?host=/folder` is a unix socket there. What pg8000 cannot do is refused, not ignored."""
    try:
        url = sa.make_url(database).set(drivername="postgresql+pg8000")
    except (sa.exc.ArgumentError, ValueError):
        raise Misconfigured("database: write postgresql://user:password@host:5432/name") from None
    host = url.query.get("host")
    if isinstance(host, str) and host.startswith("/"):
        socket = f"{host}/.s.PGSQL.{url.port or 5432}"
        url = url.difference_update_query(["host"]).set(port=None).update_query_dict({"unix_sock": socket})
    if unknown := set(url.query) - {"unix_sock"}:
        raise Misconfigured(f"database: ?{min(unknown)}=… is not supported")
    return url.render_as_string(hide_password=False)


class Store:
    """`work` gets a connection inside a transaction; what it raises rolls all of it back."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        # SQLite's one connection: taking it anew each time costs more than a query
        self._held: sa.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._notes: list[Note] = []
        options: dict[str, Any] = (
            {"poolclass": sa.pool.StaticPool, "connect_args": {"check_same_thread": False, "timeout": 10}}
            if self._sqlite
            else {"pool_size": 1, "max_overflow": 0, "pool_pre_ping": True}
        )
        self._engine = sa.create_engine(url, hide_parameters=True, **options)  # errors carry no answers into logs
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _durable)
            sa.event.listen(self._engine, "begin", _begin)

    def migrate(self, *, to: str | None = None) -> None:
        """Bring the schema up to date, or up to the version `to`. Raises Misconfigured where that cannot be done."""
        try:
            now = self.version()
            if now is not None and now > newest_migration():
                raise Misconfigured(
                    "データベースは新しい版の Kairan のものです。その版を使うか、更新前の控えを戻してください。"
                    "/ A newer Kairan made this database: run that one, or restore the copy from before."
                )
            if now != (to or newest_migration()):
                self._upgrade(to or "head")
        except sa.exc.DBAPIError as error:
            raise Misconfigured(
                "データベースを開けません。[kairan] database を確かめてください。"
                f"/ The database cannot be opened ({type(error.orig).__name__}): see [kairan] database."
            ) from None

    def _upgrade(self, to: str) -> None:
        from alembic import command  # 10 MB and a tenth of a second that most starts can do without
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            connection.commit()

    def behind(self) -> bool:
        """Whether migrations are missing."""
        return self.version() != newest_migration()

    def version(self) -> str | None:
        """The number of the last migration; None for an empty database."""
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it; None for a database server."""
        return Path(str(self._engine.url.database)) if self._sqlite else None

    def snapshot(self, work: Callable[[sa.Connection], T]) -> T:
        """Read everything as it is at one moment, while others write."""
        with self._engine.connect() as connection:
            if not self._sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            return self._looked_up(connection, work)

    def do(self, work: Callable[[sa.Connection], T]) -> T:
        """Run it here and now, in one transaction: for start-up, the command line and tests."""
        if self._sqlite:
            return self._transact(work)
        return self._thread.submit(self._transact, work).result()

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Run it in one transaction. Raises Unreachable while the database is away.

        SQLite is a local file: handing work to a thread and back costs more than most of the work, so it runs here.
        PostgreSQL is waited for in the store's thread.
        """
        if self._sqlite:
            return self._transact(work)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Look something up; changes are not kept. SQLite needs no transaction for it: nothing comes between."""
        if self._held is not None and not self._notes:
            with suppress(sa.exc.DBAPIError):  # `run` meets it again, and knows whose fault it is
                return self._looked_up(self._held, work)
        return await self.run(work)

    @staticmethod
    def _looked_up(connection: sa.Connection, work: Callable[[sa.Connection], T]) -> T:
        try:
            return at_work(connection, work)
        finally:
            connection.rollback()

    def note(self, work: Note) -> None:
        """Do it at the beginning of the next transaction: for what a crash may forget, since it is found out again.

        A commit waits for the disk (4 ms here); one that nobody needs to rely on need not be a commit of its own.
        """
        self._notes.append(work)

    def _transact(self, work: Callable[[sa.Connection], T]) -> T:
        notes = tuple(self._notes)
        try:
            result = self._committed(lambda connection: _all_of(connection, notes, work))
        except sa.exc.DBAPIError as error:
            self._let_go()
            if _is_away(error):
                raise Unreachable("the database does not answer") from error
            raise
        del self._notes[: len(notes)]  # not before they are kept
        return result

    def _committed(self, work: Callable[[sa.Connection], T]) -> T:
        if not self._sqlite:  # a connection is tried before it is used: the server may have gone meanwhile
            with self._engine.begin() as connection:
                return at_work(connection, work)
        if self._held is None:
            self._held = self._engine.connect()
        with self._held.begin():
            return at_work(self._held, work)

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def reopen(self) -> None:
        """Drop every connection, as a crash would; the next work opens a new one."""
        self._notes.clear()
        self._thread.submit(self._let_go).result()
        self._engine.dispose()

    def close(self) -> None:
        """Finish what runs and let go of the database."""
        if self._notes:
            with suppress(Unreachable):
                self.do(lambda _: None)
        self._thread.shutdown(wait=True)
        self._let_go()
        self._engine.dispose()


def at_work(connection: sa.Connection, work: Callable[[sa.Connection], T]) -> T:
    """Do it; meanwhile the connection is `WORKING`."""
    before = WORKING.set(connection)
    try:
        return work(connection)
    finally:
        WORKING.reset(before)


def _all_of(connection: sa.Connection, notes: Sequence[Note], work: Callable[[sa.Connection], T]) -> T:
    for note in notes:
        note(connection)
    return work(connection)


def _is_away(error: sa.exc.DBAPIError) -> bool:
    """Whether it will pass: by the class of pg8000's code a server goes down (57), is full (53) or lost a race (40)."""
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return getattr(error.orig, "sqlite_errorname", "") != "SQLITE_ERROR"  # SQLite's name for a wrong statement
    said = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return isinstance(said, dict) and str(said.get("C", ""))[:2] in {"08", "40", "53", "57"}


def migrations() -> tuple[str, ...]:
    """Their names, `0001_the_first_schema`, oldest first."""
    return tuple(sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def newest_migration() -> str:
    """Its number, with which its file's name begins."""
    return migrations()[-1].partition("_")[0]


def _durable(connection: Any, _record: Any) -> None:
    """WAL with FULL: a commit that returned survives a power cut."""
    connection.isolation_level = None  # SQLAlchemy's `begin` below decides, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    _BEGIN.run(connection)


_BEGIN = Hot(sa.text("BEGIN IMMEDIATE"))
_SAVE, _RELEASE = Hot(sa.text("SAVEPOINT tentative")), Hot(sa.text("RELEASE SAVEPOINT tentative"))


@contextmanager
def tentative(connection: sa.Connection) -> Iterator[None]:
    """What is done inside is undone when it raises; the transaction around it goes on."""
    # In words of our own: SQLAlchemy's begin_nested costs as much as three statements.
    _SAVE.run(connection)
    try:
        yield
    except BaseException:
        if not connection.invalidated:  # else the database went away: that is to be heard, not what fails after it
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT tentative")
            _RELEASE.run(connection)
        raise
    _RELEASE.run(connection)


def insert_new(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
    """Insert the rows, but leave one alone whose key is there already."""
    for row in rows:
        _insert_new(connection.dialect.name, table, tuple(row)).run(connection, **row)


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Hot:
    return Hot(_insert(dialect, table, names).on_conflict_do_nothing())


def upsert(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    """Insert the row, or change the one with the same primary key."""
    _upsert(connection.dialect.name, table, tuple(row)).run(connection, **row)


@lru_cache(maxsize=64)
def _upsert(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Hot:
    """Built once for each set of columns: building takes longer than running."""
    keys = [c.name for c in table.primary_key.columns]
    statement = _insert(dialect, table, names)
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    if not rest:
        return Hot(statement.on_conflict_do_nothing())
    return Hot(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def _insert(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    fixed = {c.name: c.default.arg for c in table.columns if isinstance(c.default, sa.ColumnDefault)}
    return insert.values({**fixed, **{name: sa.bindparam(name) for name in names}})
