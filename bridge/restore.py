"""`kairan restore`: a copy that `kairan backup` made, put into a new folder, on this machine or another."""

import argparse
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bridge import clock
from bridge.app import DEVICE
from bridge.backup import DATABASE, VAULT, verified
from bridge.config import Config, read_config
from bridge.errors import Misconfigured
from bridge.matrix.machine import Machine
from bridge.matrix.vault import mark_restored, open_vault
from bridge.store import copies
from bridge.store.engine import Store, database_url, newest_migration


def add_restore(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan restore`."""
    parser.add_argument("copy", type=Path, metavar="FROM", help="kairan backup のファイル / a file of `kairan backup`")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="新しいフォルダー / a new folder")
    parser.add_argument("--database", help="別の所に置くとき / where it goes instead: a file name or postgresql://…")
    parser.add_argument("--url", help="ホームサーバーの URL が変わるとき / the homeserver's URL, where it changed")
    parser.set_defaults(command=lambda given: _restore(given.copy, given.into, database=given.database, url=given.url))


def _restore(copy: Path, into: Path, *, database: str | None, url: str | None) -> int:
    manifest = restore(copy, into, database=database, url=url)
    print(  # noqa: T201 - the command's output
        f"✓ {into}: {manifest['bot']}（{manifest['at']} まで / as of {manifest['at']}）\n"
        "  元の Kairan を二度と動かさないこと（同じ端末が2つになります）。次に: kairan doctor → kairan run\n"
        "  Never start the old Kairan again: one device cannot be in two places. Then: kairan doctor → kairan run"
    )
    return 0


def restore(copy: Path, into: Path, *, database: str | None = None, url: str | None = None) -> dict[str, Any]:
    """Put a copy into a new folder. Raises Misconfigured; then the folder is as it was."""
    if into.exists() and any(into.iterdir()):
        raise Misconfigured(f"{into} は空ではありません / is not empty")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".kairan-") as name:
        stage = Path(name)
        (stage / "crypto").mkdir(mode=0o700)
        manifest = verified(copy, stage)
        if str(manifest["schema"]) > newest_migration():
            raise Misconfigured("新しい版の Kairan の控えです / a copy of a newer Kairan: install that one first")
        _settle(stage, database=database, url=url)
        for found in stage.iterdir():
            found.replace(into / found.name)
    return manifest


def _settle(stage: Path, *, database: str | None, url: str | None) -> None:
    """In the new place: settings that name it, the database where they say, and keys that know they were away."""
    toml = stage / "kairan.toml"
    changes = {"registration": "registration.yaml", "database": database, "url": url}
    text = toml.read_text("utf-8")
    for key, value in changes.items():
        if value is not None:
            line = f"{key} = {json.dumps(value)}"
            text = re.sub(rf"^{key} *=.*$", line.replace("\\", r"\\"), text, count=1, flags=re.MULTILINE)
    toml.write_text(text, "utf-8")
    config = read_config(toml)
    _place(stage, config)
    if (stage / VAULT).exists():
        copies.check_file(stage / VAULT)
        _wake(config, stage / "crypto", config.bot)
    for vault in stage.glob("functions/*/olm.db"):
        copies.check_file(vault)
        _wake(config, vault.parent, f"@{vault.parent.name}:{config.homeserver.server_name}")


def _place(stage: Path, config: Config) -> None:
    copied = (stage / DATABASE).rename(stage / "copied.db")
    target = Store(database_url(config.kairan.database, config.folder))
    try:
        if target.file is None:
            copies.put_back(copied, target)
            copied.unlink()
        elif target.file.parent != stage.resolve() and (target.file.exists() or not target.file.parent.is_dir()):
            raise Misconfigured(f"{target.file}: もうあるか、フォルダーがありません / exists, or has no folder")
        else:
            copies.check_file(copied)
            shutil.move(copied, target.file)
    finally:
        target.close()


def _wake(config: Config, folder: Path, user: str) -> None:
    vault = open_vault(folder, user, device_id=DEVICE, secret=config.secret)
    try:
        Machine(user, DEVICE, vault).overtake()
    except ValueError:
        raise Misconfigured(
            "控えの鍵と secret が合いません / the keys do not open with the secret beside them"
        ) from None
    finally:
        vault.close()
    mark_restored(folder, clock.now())
