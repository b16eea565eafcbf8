"""An empty, migrated database for one stage after another: statements are compiled and migrations run only once."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bridge.store.engine import Store

MEMORY = Path("/dev/shm")  # a file, but of memory: nothing waits for a disk


def empty_store(place: int = 0) -> Store:
    """The Store of this process at this place, over a fresh database. Whoever used it before must be done."""
    store, database, template = _made(place)
    store.reopen()
    for beside in ("-wal", "-shm"):
        Path(f"{database}{beside}").unlink(missing_ok=True)
    shutil.copyfile(template, database)
    return store


@cache
def _made(place: int) -> tuple[Store, Path, Path]:
    folder = Path(tempfile.mkdtemp(prefix="kairan-stage-", dir=MEMORY if MEMORY.is_dir() else None))
    database, template = folder / "stage.db", folder / "template.db"
    store = Store(f"sqlite:///{database}")
    store.migrate()
    store.reopen()
    shutil.copyfile(database, template)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return store, database, template
