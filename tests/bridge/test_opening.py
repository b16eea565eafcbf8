"""How a start opens its database: up to date, in words where that cannot be, and without what migrating loads."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import Misconfigured
from bridge.store.engine import Store, database_url, migrations
from bridge.store.opening import opened

pytestmark = pytest.mark.heavy

ALONE = """
import sys
from pathlib import Path
from bridge.store.engine import database_url
from bridge.store.opening import opened

store = opened(database_url("kairan.db", Path(sys.argv[1])), Path(sys.argv[1], "before"))
print(store.behind(), "alembic" in sys.modules)
store.close()
"""


def start(folder):
    """What a process of its own says of it: whether migrations are missing, whether it holds their tools."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", ALONE, str(folder)], capture_output=True, text=True, check=False,
                          env=environment, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_new_database_is_made_for_its_owner_only_and_the_tools_are_gone(tmp_path):
    assert start(tmp_path) == ["False", "False"]
    assert stat.S_IMODE((tmp_path / "kairan.db").stat().st_mode) == 0o600


def test_an_old_one_is_copied_and_brought_up_to_date(tmp_path):
    oldest = migrations()[0].partition("_")[0]
    store = Store(database_url("kairan.db", tmp_path))
    store.migrate(to=oldest)
    store.close()
    assert start(tmp_path) == ["False", "False"]
    assert [path.name for path in (tmp_path / "before").iterdir()] == [f"kairan-{oldest}.db"]


def test_one_of_a_newer_kairan_is_refused_in_words(tmp_path):
    assert start(tmp_path)
    store = Store(database_url("kairan.db", tmp_path))
    store.do(lambda c: c.exec_driver_sql("update alembic_version set version_num = '9999'"))
    store.close()
    with pytest.raises(Misconfigured, match="newer"):
        opened(database_url("kairan.db", tmp_path), tmp_path / "before")


def test_what_is_no_database_is_refused_in_words(tmp_path):
    (tmp_path / "kairan.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(Misconfigured, match="database cannot be opened"):
        opened(database_url("kairan.db", tmp_path), tmp_path / "before")
