"""One file with everything of one Kairan: private, whole, and what comes out of it is only what we know."""

import io
import json
import stat
import tarfile

import pytest
import sqlalchemy as sa

from bridge import clock
from bridge.alliance.signing import Key
from bridge.app import DEVICE
from bridge.backup import ALWAYS, SOMETIMES, backup, verified
from bridge.cli import main
from bridge.config import read_config
from bridge.errors import Misconfigured
from bridge.matrix.cross_signing import write_private
from bridge.matrix.machine import Machine
from bridge.matrix.vault import open_vault, restored_at
from bridge.restore import restore
from bridge.store import copies
from bridge.store.engine import Store, database_url
from tests.contracts.test_upgrades import filled, told

pytestmark = pytest.mark.heavy

SERVER = "town.example.jp"


def founded(folder, database="kairan.db"):
    """A Kairan with rows, an Olm account and keys; its settings and its rows."""
    assert main(["init", "--folder", str(folder), "--municipality", "つくば市", "--server-name", SERVER,
                 "--steward", f"@admin:{SERVER}", "--database", database]) == 0  # fmt: skip
    config = read_config(folder / "kairan.toml")
    store = Store(database_url(database, folder))
    store.migrate()
    rows = filled(store)
    store.close()
    account(config)
    write_private(folder / "crypto" / "cross-signing.json", {"master": "seed"})
    return config, rows


def account(config, folder="crypto", user=None):
    """The identity keys of the device of the bot, or of a function account."""
    user = user or config.bot
    vault = open_vault(config.folder / folder, user, device_id=DEVICE, secret=config.secret)
    keys = Machine(user, DEVICE, vault).account.identity_keys
    vault.close()
    return keys


@pytest.fixture
def kairan(tmp_path):
    return founded(tmp_path / "kairan")


def copied(config, tmp_path):
    return backup(config, config.folder / "kairan.toml", tmp_path / "copies")


def rows_of(config):
    store = Store(database_url(config.kairan.database, config.folder))
    try:
        return store.do(told)
    finally:
        store.close()


def test_function_accounts_go_along_with_keys_of_their_own_and_nothing_else_beside_them(kairan, tmp_path):
    config, _ = kairan
    of = {"folder": "functions/kairan_kodomo", "user": f"@kairan_kodomo:{SERVER}"}
    keys = account(config, **of)
    write_private(config.folder / of["folder"] / "cross-signing.json", {"master": "other seed"})
    (config.folder / of["folder"] / "notes.txt").write_text("nobody knows this")
    restore(copied(config, tmp_path), tmp_path / "new")
    moved = read_config(tmp_path / "new" / "kairan.toml")
    assert account(moved, **of) == keys
    assert restored_at(moved.folder / of["folder"]) is not None
    assert sorted(p.name for p in (moved.folder / of["folder"]).iterdir() if "olm.db" not in p.name) == [
        "cross-signing.json",
        "restored",
    ]


def test_everything_is_in_the_new_place_and_the_keys_are_the_same(kairan, tmp_path):
    config, rows = kairan
    signs, key = config.secret, config.key
    copy = copied(config, tmp_path)
    restore(copy, tmp_path / "new")
    moved = read_config(tmp_path / "new" / "kairan.toml")
    assert rows_of(moved) == rows
    assert (moved.secret, moved.as_token) == (signs, config.as_token)
    assert isinstance(key, Key)
    assert moved.key.public == key.public
    assert account(moved) == account(config)
    assert json.loads((moved.folder / "crypto" / "cross-signing.json").read_text()) == {"master": "seed"}
    assert restored_at(moved.folder / "crypto") is not None
    assert restored_at(config.folder / "crypto") is None


def test_a_copy_and_what_comes_out_of_it_are_for_their_owner_only(kairan, tmp_path):
    copy = copied(kairan[0], tmp_path)
    restore(copy, tmp_path / "new")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    for path in (tmp_path / "new").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.name == "restored", path
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]  # nothing half-done stays


def test_a_copy_from_postgresql_goes_into_a_file_and_back_into_postgresql(tmp_path, postgres):
    config, rows = founded(tmp_path / "kairan", postgres.fresh())
    copy = copied(config, tmp_path)
    for number, database in enumerate(("kairan.db", postgres.fresh())):
        restore(copy, tmp_path / f"new{number}", database=database)
        moved = read_config(tmp_path / f"new{number}" / "kairan.toml")
        assert moved.kairan.database == database
        assert rows_of(moved) == rows


def test_a_copy_is_of_one_moment_while_somebody_writes(kairan, tmp_path):
    config, _ = kairan
    store = Store(database_url("kairan.db", config.folder))
    count = sa.text("INSERT INTO fact (name, value) VALUES (:n, 'x')")
    for number in range(50):
        store.do(lambda c, n=number: c.execute(count, {"n": f"n{n}"}))
        if number == 25:
            copy = copied(config, tmp_path)
    store.close()
    restore(copy, tmp_path / "new")
    there = {row["name"] for row in rows_of(read_config(tmp_path / "new" / "kairan.toml"))["fact"]}
    assert {f"n{n}" for n in range(26)} <= there
    assert "n26" not in there


def test_media_are_listed_by_what_they_are_and_not_by_whose(kairan, tmp_path):
    copy = copied(kairan[0], tmp_path)
    with tarfile.open(copy) as tar:
        media = json.load(tar.extractfile("media.json"))
    assert len(media["attachments"]) == 3
    assert all(set(each) == {"sha256", "size"} for each in media["attachments"])


def altered(copy, **changes):
    """The copy with some files exchanged: bytes, a TarInfo for a special file, or None to leave one out."""
    new = copy.with_name("altered.tar")
    with tarfile.open(copy) as old, tarfile.open(new, "w") as tar:
        for entry in old.getmembers():
            change = changes.pop(entry.name, old.extractfile(entry).read())
            if isinstance(change, bytes):
                entry.size = len(change)
                tar.addfile(entry, io.BytesIO(change))
            elif change is not None:
                tar.addfile(change)
        for name, content in changes.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return new


def link(name, to):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, to
    return entry


def manifest_with(copy, **more):
    manifest = verified(copy)
    return json.dumps({**manifest, **more}).encode()


def test_a_copy_that_was_altered_is_refused_and_leaves_nothing(kairan, tmp_path):
    copy = copied(kairan[0], tmp_path)
    files = verified(copy)["files"]
    wrong = [
        {"secret": b"another"},
        {"kairan.db": None},
        {"secret": link("secret", "/etc/passwd")},
        {"manifest.json": b"{}"},
        {"manifest.json": b"[" * 90_000},
        {"manifest.json": b"x" * 200_000},
        {"manifest.json": manifest_with(copy, files={**files, "../escaped": files["secret"]}), "../escaped": b"x"},
        {"manifest.json": manifest_with(copy, files={**files, "/escaped": files["secret"]}), "/escaped": b"x"},
        {"manifest.json": manifest_with(copy, schema="9999")},
    ]
    for changes in wrong:
        new = altered(copy, **changes)
        with pytest.raises(Misconfigured):
            restore(new, tmp_path / "new")
        assert not any((tmp_path / "new").iterdir())
        assert not (tmp_path / "escaped").exists()


def test_what_was_added_beside_the_manifest_stays_in_the_copy(kairan, tmp_path):
    new = altered(copied(kairan[0], tmp_path), extra=b"x")
    restore(new, tmp_path / "new")
    assert not (tmp_path / "new" / "extra").exists()


def test_half_a_copy_and_no_copy_at_all_are_refused(kairan, tmp_path):
    copy = copied(kairan[0], tmp_path)
    half = tmp_path / "half.tar"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    for wrong in (half, tmp_path / "nothing.tar"):
        with pytest.raises(Misconfigured):
            restore(wrong, tmp_path / "new")


def test_nothing_is_put_over_what_is_there(kairan, tmp_path, postgres):
    config, _ = kairan
    copy = copied(config, tmp_path)
    with pytest.raises(Misconfigured):
        restore(copy, config.folder)
    full = postgres.fresh()
    store = Store(database_url(full, tmp_path))
    store.migrate()
    store.close()
    with pytest.raises(Misconfigured):
        restore(copy, tmp_path / "new", database=full)
    assert not any((tmp_path / "new").iterdir())


def test_a_secret_that_does_not_open_the_keys_is_said_before_anything_is_there(kairan, tmp_path):
    config, _ = kairan
    (config.folder / "secret").write_text(clock.secret())
    with pytest.raises(Misconfigured, match="secret"):
        restore(copied(config, tmp_path), tmp_path / "new")
    assert not any((tmp_path / "new").iterdir())


def test_a_damaged_database_makes_no_copy(kairan, tmp_path):
    config, _ = kairan
    file = config.folder / "kairan.db"
    content = bytearray(file.read_bytes())
    content[8192:20000] = b"\xff" * (20000 - 8192)
    file.write_bytes(content)
    with pytest.raises(Misconfigured):
        copied(config, tmp_path)
    assert not any((tmp_path / "copies").iterdir())


def test_old_copies_go_when_the_operator_says_how_many_to_keep(kairan, tmp_path, capsys):
    config, _ = kairan
    for _ in range(3):
        assert main(["backup", str(tmp_path / "copies"), "--keep", "2", "--config",
                     str(config.folder / "kairan.toml")]) == 0  # fmt: skip
    assert len(list((tmp_path / "copies").iterdir())) == 2
    assert "As of" in capsys.readouterr().out


def test_the_new_place_may_have_another_homeserver_address(kairan, tmp_path):
    restore(copied(kairan[0], tmp_path), tmp_path / "new", url="http://10.0.0.5:8008")
    assert read_config(tmp_path / "new" / "kairan.toml").homeserver.url == "http://10.0.0.5:8008"


def test_only_files_of_kairan_itself_are_in_a_copy(kairan, tmp_path):
    with tarfile.open(copied(kairan[0], tmp_path)) as tar:
        names = set(tar.getnames())
    assert set(ALWAYS) <= names
    assert names <= {*ALWAYS, *SOMETIMES, "manifest.json"}
    assert not any(name.endswith((".pem", ".old")) for name in names)


def test_upgrade_check_says_what_is_to_be_done_and_does_nothing(tmp_path, capsys):
    config, _ = founded(tmp_path / "kairan")
    path = str(config.folder / "kairan.toml")
    assert main(["upgrade", "--check", "--config", path]) == 0
    assert "up to date" in capsys.readouterr().out
    (config.folder / "kairan.db").unlink()
    store = Store(database_url("kairan.db", config.folder))
    store.migrate(to="0002")
    assert main(["upgrade", "--check", "--config", path]) == 0
    said = capsys.readouterr().out
    assert "0003" in said
    assert store.version() == "0002"
    assert main(["upgrade", "--config", path]) == 0
    assert not store.behind()
    assert (config.folder / "before" / "kairan-0002.db").exists()
    store.close()
    copies.check_file(config.folder / "before" / "kairan-0002.db")
