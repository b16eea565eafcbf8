"""`kairan upgrade`: what a newer Kairan will do to the database, and doing it, with a copy made first."""

import argparse
import shutil
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from bridge.app import BEFORE, alone
from bridge.config import Config, read_config
from bridge.errors import Misconfigured
from bridge.store import copies
from bridge.store.engine import Store, database_url, migrations, newest_migration

ROOM = 3
"""Times the size of the database: the copy, and SQLite's own second copy of a table that it changes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan upgrade`."""
    parser.add_argument("--check", action="store_true", help="調べるだけ / only say what would be done")
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.set_defaults(command=lambda given: upgrade(read_config(given.config), check=given.check))


def upgrade(config: Config, *, check: bool) -> int:
    """Print the steps; 1 where something is in the way."""
    store = Store(database_url(config.kairan.database, config.folder))
    with closing(store):
        _say(f"Kairan {version('kairan')}")
        now = store.version()
        steps = _steps(now)
        _say(f"データベース / database: {now or '-'} → {newest_migration()}")
        for step in steps:
            _say(f"  + {step.replace('_', ' ')}")
        if not steps:
            _say("✓ 最新です / up to date")
            return 0
        obstacles = _obstacles(config, store)
        for obstacle in obstacles:
            _say(f"✗ {obstacle}")
        if obstacles or check:
            _say("" if obstacles else "✓ 更新できます: kairan upgrade / ready: kairan upgrade")
            return 1 if obstacles else 0
        return _go(config, store)


def _go(config: Config, store: Store) -> int:
    with alone(config.folder):
        copy = copies.bring_up(store, config.folder / BEFORE)
    _say(f"✓ 更新しました / done{f'; 控え / the copy from before: {copy}' if copy else ''}")
    return 0


def _steps(now: str | None) -> list[str]:
    """The migrations that are lacking. Raises Misconfigured where the database is newer than we are."""
    if now is not None and now > newest_migration():
        raise Misconfigured(
            f"データベースは新しい版の Kairan のものです（{now}）。/ a newer Kairan made this database ({now})."
        )
    return [name for name in migrations() if now is None or name.partition("_")[0] > now]


def _obstacles(config: Config, store: Store) -> list[str]:
    found = []
    try:
        alone(config.folder).close()
    except Misconfigured as running:
        found.append(f"{running} → systemctl stop kairan")
    size = store.file.stat().st_size if store.file and store.file.exists() else 0
    free = shutil.disk_usage(config.folder).free
    if free < size * ROOM:
        found.append(f"空きが足りません / not enough room on the disk: {free:,} < {size * ROOM:,} bytes")
    return found


def _say(line: str) -> None:
    if line:
        print(line)  # noqa: T201 - the command's output
