"""An empty database becomes exactly what tables.py says, on both databases, and the versions stand on their own."""

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bridge.errors import Misconfigured
from bridge.store import engine
from bridge.store.engine import MIGRATIONS, Store, database_url, newest_migration
from bridge.store.tables import metadata
from tests.postgres import opened

VERSIONS = sorted((Path(engine.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))


def test_an_empty_database_becomes_exactly_what_the_tables_say(database, tmp_path):
    store = opened(database, tmp_path)
    differences = store.do(
        lambda c: compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)
    )
    store.close()
    assert differences == []


def test_a_database_knows_whether_it_is_behind_and_migrating_twice_changes_nothing(database, tmp_path):
    store = Store(database_url(database, tmp_path))
    assert store.behind()
    store.migrate()
    assert not store.behind()
    store.migrate()
    assert store.do(lambda c: len(sa.inspect(c).get_table_names())) == len(metadata.tables) + 1
    store.close()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_never_imports_what_may_change_after_it(version):
    tree = ast.parse(version.read_text("utf-8"))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"sqlalchemy", "alembic"}


def test_a_postgresql_address_may_name_a_socket_as_libpq_does(tmp_path):
    url = sa.make_url(database_url("postgres://kairan:p%40ss@/town?host=/run/postgresql", tmp_path))
    assert (url.drivername, url.username, url.password, url.database) == ("postgresql+pg8000", "kairan", "p@ss", "town")
    assert url.query == {"unix_sock": "/run/postgresql/.s.PGSQL.5432"}


@pytest.mark.parametrize(
    "address", ["mysql://x/y", "postgresql://a:b:c/d", "postgresql://h/d?sslmode=require", "postgresql://h/d?host=x"]
)
def test_an_address_that_cannot_be_used_is_one_line_for_the_operator(address, tmp_path):
    with pytest.raises(Misconfigured) as wrong:
        database_url(address, tmp_path)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize("address", ["missing/folder/kairan.db", "postgresql://kairan:secret@/x?host=/nowhere"])
def test_a_database_that_cannot_be_opened_is_one_line_without_its_password(address, tmp_path):
    store = Store(database_url(address, tmp_path))
    with pytest.raises(Misconfigured) as wrong:
        store.migrate()
    store.close()
    assert "\n" not in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_the_newest_migration_is_known_by_its_file_name():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert newest_migration() == ScriptDirectory.from_config(config).get_current_head()
