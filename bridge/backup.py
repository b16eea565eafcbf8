"""`kairan backup`: all that makes one Kairan, in one file that can be carried to another machine (bridge/restore.py).

Not in it: the keys of anonymous forms, which are at the homeserver (docs/decisions/0006-anonymous.md), and anything
of the homeserver's own.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from bridge import clock
from bridge.config import Config, read_config
from bridge.errors import Misconfigured
from bridge.store import copies
from bridge.store.engine import Store, database_url

DATABASE, VAULT, MANIFEST, MEDIA = "kairan.db", "crypto/olm.db", "manifest.json", "media.json"
SETTINGS = ("kairan.toml", "registration.yaml")
ALWAYS = (DATABASE, MEDIA, *SETTINGS)
SOMETIMES = (
    VAULT,
    "crypto/cross-signing.json",
    "crypto/avatar.json",
    "secret",
    "federation.key",
    "federation.key.next",
)
OF_FUNCTION = re.compile(r"functions/[a-z0-9_][a-z0-9._-]{0,80}/(olm\.db|cross-signing\.json|avatar\.json)")
"""The keys of function accounts, each in a folder of its own."""
LARGEST_MANIFEST = 100_000
_HOSTILE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def add_backup(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan backup`."""
    parser.add_argument("into", type=Path, metavar="INTO", help="このフォルダーに置く / the folder for the copy")
    parser.add_argument("--keep", type=int, default=0, metavar="N", help="新しい N 個だけ残す / keep the newest N only")
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.set_defaults(command=lambda given: _backup(given.config, given.into, keep=given.keep))


# -- writing one ----------------------------------------------------------------------------------------------------


def _backup(path: Path, into: Path, *, keep: int) -> int:
    config = read_config(path)
    copy = backup(config, path, into)
    manifest = verified(copy)
    _age(into, config, keep=keep)
    print(  # noqa: T201 - the command's output
        f"✓ {copy}（{copy.stat().st_size:,} bytes）\n"
        f"  {manifest['at']} までのもの。それより後のことはホームサーバーから読み直します。ただし、後に暗号化して\n"
        "  送られたものは読めないことがあります。秘密の鍵を含みます: 人に渡さず、ホームサーバーの写しと別の所に。\n"
        f"  As of {manifest['at']}. What came later is read again from the homeserver; what was encrypted later may\n"
        "  be unreadable. It holds secret keys: keep it private, and apart from copies of the homeserver."
    )
    return 0


def backup(config: Config, path: Path, into: Path) -> Path:
    """One new file in `into`, consistent while Kairan runs. Raises Misconfigured."""
    at = clock.now()
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=".kairan-") as name:
            stage = Path(name)
            _collect(config, path, stage)
            _sign_off(config, stage, at)
            return _packed(stage, into / f"{_stem(config)}{at:%Y%m%dT%H%M%S%fZ}.tar")
    except OSError as error:
        raise Misconfigured(f"{into}: 書けません / cannot be written: {error.strerror}") from None


def _stem(config: Config) -> str:
    return f"kairan-{re.sub(r'[^A-Za-z0-9.-]', '-', config.homeserver.server_name)}-"


def _collect(config: Config, path: Path, stage: Path) -> None:
    """The database first: keys that came later do no harm, keys that are lacking would."""
    store = Store(database_url(config.kairan.database, config.folder))
    try:
        if store.version() is None:
            raise Misconfigured("データベースはまだ空です。/ The database is empty as yet.")
        copies.take(store, stage / DATABASE)
    finally:
        store.close()
    (stage / "crypto").mkdir(mode=0o700)
    if (config.folder / VAULT).exists():
        copies.copy_file(config.folder / VAULT, stage / VAULT)
    for name in (*SOMETIMES, *_of_functions(config.folder)):
        if name != VAULT and (config.folder / name).exists():
            (stage / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy = copies.copy_file if name.endswith(".db") else shutil.copyfile
            copy(config.folder / name, stage / name)
    shutil.copyfile(path, stage / "kairan.toml")
    shutil.copyfile(config.folder / config.homeserver.registration, stage / "registration.yaml")


def _of_functions(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.glob("functions/*/*"))
    return sorted(name for name in found if OF_FUNCTION.fullmatch(name))


def _there(stage: Path) -> list[str]:
    """What this copy holds, in the order in which it is packed."""
    return [name for name in (*ALWAYS, *SOMETIMES, *_of_functions(stage)) if (stage / name).exists()]


def _sign_off(config: Config, stage: Path, at: datetime) -> None:
    media = {"attachments": copies.attached(stage / DATABASE), "avatar": _json(stage / "crypto" / "avatar.json")}
    (stage / MEDIA).write_text(json.dumps(media, indent=1))
    files = {name: _digest(stage / name) for name in _there(stage)}
    manifest = {
        "kairan": version("kairan"),
        "schema": copies.version_of(stage / DATABASE),
        "at": at.isoformat(timespec="seconds"),
        "bot": config.bot,
        "files": files,
    }
    (stage / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _packed(stage: Path, into: Path) -> Path:
    """Under its name only once it is whole and on the disk."""
    new = stage / "packed"
    with _new(new) as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for name in (MANIFEST, *_there(stage)):
                tar.add(stage / name, name, filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())
    new.replace(into)
    return into


def _new(path: Path) -> IO[bytes]:
    """A file that only we may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _age(into: Path, config: Config, *, keep: int) -> None:
    for old in sorted(into.glob(f"{_stem(config)}*Z.tar"), reverse=True)[keep:] if keep > 0 else ():
        old.unlink()


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


# -- reading one ----------------------------------------------------------------------------------------------------


def verified(copy: Path, into: Path | None = None) -> dict[str, Any]:
    """The manifest of a copy all of whose files are as it says; unpacked into `into`. Raises Misconfigured.

    The file may be anybody's: only names that we know come out of it, and only plain files.
    """
    try:
        with tarfile.open(copy, "r:") as tar:
            manifest = _manifest(tar)
            for name, wanted in manifest["files"].items():
                _check(tar, name, wanted, into)
    except (OSError, tarfile.TarError, *_HOSTILE) as error:
        raise Misconfigured(f"{copy}: 控えとして読めません / is no whole copy: {type(error).__name__}") from None
    return manifest


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    entry = tar.getmember(MANIFEST)
    file = tar.extractfile(entry)
    if file is None or entry.size > LARGEST_MANIFEST:
        raise ValueError(MANIFEST)
    manifest: dict[str, Any] = json.load(file)
    others = set(manifest["files"]) - {*ALWAYS, *SOMETIMES}
    strange = [name for name in others if not OF_FUNCTION.fullmatch(name)]
    if strange or not set(ALWAYS) <= set(manifest["files"]) or not str(manifest["schema"]).isalnum():
        raise ValueError(MANIFEST)
    return manifest


def _check(tar: tarfile.TarFile, name: str, wanted: dict[str, Any], into: Path | None) -> None:
    file = tar.extractfile(name)
    if file is None:
        raise ValueError(name)
    digest = hashlib.sha256()
    if into:
        (into / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = _new(into / name) if into else None
    try:
        while part := file.read(1 << 20):
            digest.update(part)
            if target:
                target.write(part)
    finally:
        if target:
            target.close()
    if digest.hexdigest() != wanted["sha256"]:
        raise ValueError(name)
