"""`kairan check`: one line for each thing that must be right, and what to do where it is not."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bridge.app import DEVICE
from bridge.config import Config, read_config
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.matrix.crypto import Crypto
from bridge.matrix.door import Door
from bridge.matrix.identity import look
from bridge.picture import png
from bridge.store.engine import Store, database_url

MOST_SKEW = 30.0
Line = tuple[bool, str, str]


def check(path: Path) -> int:
    """Print the lines; 0 when all is well."""
    config = read_config(path)
    print(f"✓ 設定 / configuration: {path}")  # noqa: T201 - the command's output
    return asyncio.run(_print(config))


async def _print(config: Config) -> int:
    well = True
    async for right, what, how in _all_lines(config):
        well = well and right
        print(f"{'✓' if right else '✗'} {what}" + ("" if right else f" → {how}"))  # noqa: T201 - the command's output
    return 0 if well else 1


async def _all_lines(config: Config) -> AsyncIterator[Line]:
    try:
        async for line in _lines(config):
            yield line
    except Unreachable:
        yield _silent(config)


def _silent(config: Config) -> Line:
    return (
        False,
        "ホームサーバー / homeserver",
        (
            f"{config.homeserver.url} が応答しません。起動と [homeserver] url を確かめてください "
            "/ no answer: is it running, is the url right?"
        ),
    )


async def _lines(config: Config) -> AsyncIterator[Line]:
    yield _database(config)
    yield _font()
    async with Door(config.homeserver.url, config.as_token, user_id=config.bot, device_id=DEVICE) as door:
        try:
            versions = await door.versions()
        except Refused as no:
            if no.status != 401:  # what answers there is no homeserver
                yield _silent(config)
                return
            yield True, f"ホームサーバー / homeserver: {config.homeserver.url}", ""
            yield _unregistered(no)
            return
        newest = str((versions.get("versions") or ["?"])[-1])
        yield True, f"ホームサーバー / homeserver: {config.homeserver.url} ({newest})", ""
        skew = await door.skew()
        yield (
            abs(skew) < MOST_SKEW,
            f"時計のずれ / clock skew: {skew:+.0f} s",
            "NTP で時計を合わせてください / set the clock (NTP)",
        )
        async for line in _identity(config, door):
            yield line


async def _identity(config: Config, door: Door) -> AsyncIterator[Line]:
    try:
        await door.profile()
        await door.register()
    except Refused as no:
        yield _unregistered(no)
        return
    yield True, f"登録 / registration: {config.bot}", ""
    door.device_made = await door.device() is not None
    with tempfile.TemporaryDirectory() as empty:
        folder = config.folder / "crypto"
        crypto = Crypto(door, folder if folder.exists() else Path(empty), secret=config.secret)
        report = await look(door, crypto)
    later = "kairan run を一度実行すると作られます / kairan run makes it"
    yield report.device_exists, "端末 / device", later
    yield report.cross_signed, "相互署名 / cross-signing", later


def _unregistered(no: Refused) -> Line:
    return (
        False,
        f"登録 / registration: {no.code}",
        (
            "registration.yaml を homeserver.yaml の app_service_config_files に加え、"
            "ホームサーバーを再起動してください / list it under app_service_config_files and restart the homeserver"
        ),
    )


def _database(config: Config) -> Line:
    name = "データベース / database"
    try:
        store = Store(database_url(config.kairan.database, config.folder))
    except Misconfigured as wrong:
        return False, name, str(wrong)
    try:
        behind = store.behind()
    except Exception as error:  # noqa: BLE001 - whatever the driver says: it cannot be used
        return False, name, f"開けません / cannot be opened: {type(error).__name__}"
    finally:
        store.close()
    return not behind, f"{name}: 移行 / migrations", "kairan run が移行します / kairan run brings it up to date"


def _font() -> Line:
    try:
        png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    except Misconfigured as wrong:
        return False, "日本語フォント / Japanese font", str(wrong)
    return True, "日本語フォント / Japanese font", ""
