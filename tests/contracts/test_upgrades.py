"""From every schema that was ever released, with rows in every table, forward to today's: nothing is lost."""

import stat

import pytest
import sqlalchemy as sa

from bridge.errors import Misconfigured
from bridge.store import copies
from bridge.store.engine import Store, database_url, migrations, newest_migration

pytestmark = pytest.mark.heavy

RELEASED = [name.partition("_")[0] for name in migrations()]
ROWS = 3


def value(column, number):
    """Something in this column that no other row has."""
    name = f"{column.table.name}.{column.name}"
    match column.type:
        case sa.Boolean():
            return number % 2 == 1
        case sa.Integer() | sa.BigInteger():
            return number + 1
        case sa.LargeBinary():
            return b"\0\xff" + name.encode() + bytes([number])
        case sa.JSON():
            return {"answers": {"名前": f"{name} {number}", "n": number, "none": None}}
        case _:
            return f"{name} 「{number}」'\""


def filled(store):
    """(table, rows) of what was put into every table."""

    def fill(connection):
        metadata = sa.MetaData()
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                rows = [{c.name: value(c, n) for c in table.columns} for n in range(ROWS)]
                connection.execute(sa.insert(table), rows)

    store.do(fill)
    return store.do(told)


def told(connection):
    """All rows of all tables, whatever the database."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
        for table in metadata.sorted_tables
        if table.name != "alembic_version"
    }


@pytest.fixture
def old(database, tmp_path, request):
    store = Store(database_url(database, tmp_path))
    store.migrate(to=request.param)
    yield store
    store.close()


@pytest.mark.parametrize("old", RELEASED, indirect=True)
def test_every_row_of_every_released_schema_is_still_there_after_the_upgrade(old, tmp_path):
    was, before = old.version(), filled(old)
    copy = copies.bring_up(old, tmp_path / "before")
    assert not old.behind()
    after = old.do(told)
    for table, rows in before.items():
        kept = [{name: row[name] for name in rows[0]} for row in after[table]]
        assert [row for row in rows if row not in kept] == [], table
    if was == newest_migration():
        assert copy is None
        return
    aside = Store(f"sqlite:///{copy}")
    assert (aside.version(), aside.do(told)) == (was, before)
    aside.close()


@pytest.mark.parametrize("old", [RELEASED[0], RELEASED[-1]], indirect=True)
def test_a_copy_taken_while_the_database_is_in_use_goes_into_either_database(old, tmp_path, postgres):
    before = filled(old)
    copies.take(old, tmp_path / "copy.db")
    for address in ("restored.db", postgres.fresh()):
        target = Store(database_url(address, tmp_path))
        copies.put_back(tmp_path / "copy.db", target)
        assert (target.version(), target.do(told)) == (old.version(), before)
        with pytest.raises(Misconfigured):
            copies.put_back(tmp_path / "copy.db", target)
        target.close()


@pytest.mark.parametrize("old", [RELEASED[-1]], indirect=True)
def test_numbers_given_by_the_database_go_on_after_those_in_the_copy(old, tmp_path, postgres):
    filled(old)
    copies.take(old, tmp_path / "copy.db")
    target = Store(database_url(postgres.fresh(), tmp_path))
    copies.put_back(tmp_path / "copy.db", target)
    new = {"event_id": "$new", "room_id": "!r", "sender": "@a:b", "state": "new", "since": 1}

    def more(connection):
        table = sa.Table("inbox", sa.MetaData(), autoload_with=connection)
        connection.execute(sa.insert(table).values(new))
        return connection.execute(sa.select(table.c.seq).where(table.c.event_id == "$new")).scalar_one()

    assert target.do(more) > ROWS
    target.close()


def test_json_is_copied_letter_by_letter(tmp_path, postgres):
    first = Store(database_url(postgres.fresh(), tmp_path))
    first.migrate()
    texts = ['{"b": 1,  "a": [1.0, 1e3]}', "null", '"x"', "3"]

    def write(connection):
        for number, text in enumerate(texts):
            connection.execute(
                sa.text("insert into manuscript_step values ('f', :n, 0, 'a', 1, cast(:t as json), 'd')"),
                {"n": number, "t": text},
            )

    first.do(write)
    copies.take(first, tmp_path / "copy.db")
    second = Store(database_url(postgres.fresh(), tmp_path))
    copies.put_back(tmp_path / "copy.db", second)
    query = "select cast(what as text) from manuscript_step order by number"
    assert second.do(lambda c: c.execute(sa.text(query)).scalars().all()) == texts
    for store in (first, second):
        store.close()


def test_without_a_copy_nothing_is_migrated(tmp_path):
    store = Store(database_url("kairan.db", tmp_path))
    store.migrate(to=RELEASED[0])
    (tmp_path / "before").write_text("in the way")
    with pytest.raises(Misconfigured):
        copies.bring_up(store, tmp_path / "before")
    assert store.version() == RELEASED[0]
    store.close()


def test_a_database_of_a_newer_kairan_is_left_alone(tmp_path):
    store = Store(database_url("kairan.db", tmp_path))
    store.migrate()
    store.do(lambda c: c.exec_driver_sql("update alembic_version set version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer"):
        copies.bring_up(store, tmp_path / "before")
    assert not (tmp_path / "before").exists()
    store.close()


def test_the_copy_from_before_is_for_its_owner_only_and_there_is_one(tmp_path):
    store = Store(database_url("kairan.db", tmp_path))
    for version in RELEASED[:2]:
        store.migrate(to=version)
        copies._laid_aside(store, tmp_path / "before", name=f"kairan-{version}.db")
    assert [path.name for path in (tmp_path / "before").iterdir()] == [f"kairan-{RELEASED[1]}.db"]
    assert stat.S_IMODE((tmp_path / "before").stat().st_mode) == 0o700
    store.close()
