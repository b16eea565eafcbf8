"""Opening the database at a start: brought up to date first, in a child process where there is something to do.

Migrating loads 10 MB of tools that are never needed again and that Python cannot give back; a child takes them with it.
"""

import logging
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from bridge.errors import Misconfigured
from bridge.store.copies import bring_up
from bridge.store.engine import Store

log = logging.getLogger(__name__)


def opened(url: str, before: Path) -> Store:
    """The store, its schema up to date; a copy of what was there is in `before`. Raises Misconfigured.

    Only while there are no threads: the child is a fork.
    """
    if _is_behind(url):
        copy = _aside(url, before)
        if copy is not None:
            log.info("the database was migrated; a copy from before is %s", copy)
    return Store(url)


def _is_behind(url: str) -> bool:
    """Also where it cannot be opened: bringing it up says that in words."""
    store = Store(url)
    try:
        if store.file is not None and store.file.parent.is_dir():
            store.file.touch(mode=0o600)  # its log and its index get the same
        return store.behind()
    except sa.exc.DBAPIError:
        return True
    finally:
        store.close()


def _aside(url: str, before: Path) -> Path | None:
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_bring_up, args=(url, before, there))
    child.start()
    there.close()
    try:
        found = here.recv()
    except EOFError:
        raise RuntimeError("migrating the database failed; see above") from None
    finally:
        child.join()
        here.close()
    if isinstance(found, Misconfigured):
        raise found
    return Path(found) if found else None


def _bring_up(url: str, before: Path, there: Connection) -> None:
    store = Store(url)
    try:
        copy = bring_up(store, before)
        there.send("" if copy is None else str(copy))
    except Misconfigured as wrong:
        there.send(wrong)
    finally:
        store.close()
