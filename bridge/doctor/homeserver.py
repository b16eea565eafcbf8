"""Probes of the homeserver, asked as the bot: is it there, does it know us, is everything as Kairan needs it."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import yaml

from bridge.app import DEVICE, RUNNING
from bridge.doctor.finding import Asked, Finding
from bridge.doctor.here import running_here
from bridge.errors import Refused, Unreachable
from bridge.matrix.crypto import Crypto
from bridge.matrix.door import V3, Door
from bridge.matrix.identity import look
from forms.text import Text

MOST_SKEW = 30.0
LEAST_UPLOAD = 26_000_000
"""Bytes: the largest file that a form takes."""
ROOM_VERSIONS = frozenset({"10", "11", "12"})
LATER = Text(ja="kairan run を一度実行すると作られます", en="kairan run makes it")


async def homeserver(asked: Asked) -> AsyncIterator[Finding]:
    """In the order in which one needs the other; ends early where the rest cannot be asked."""
    config = asked.config
    try:
        async with Door(config.homeserver.url, config.as_token, user_id=config.bot, device_id=DEVICE) as door:
            async for finding in _asked(asked, door):
                yield finding
    except Unreachable:
        yield _silent(asked)


async def _asked(asked: Asked, door: Door) -> AsyncIterator[Finding]:
    url = asked.config.homeserver.url
    try:
        versions = await door.versions()
    except Refused as no:
        if no.status != 401 and no.code != "M_FORBIDDEN":  # what answers there is no homeserver
            yield _silent(asked)
            return
        yield Finding("homeserver", True, Text(ja=f"ホームサーバー: {url}", en="homeserver"))  # noqa: FBT003
        yield _unregistered(asked, no)
        return
    newest = str((versions.get("versions") or ["?"])[-1])
    yield Finding("homeserver", True, Text(ja=f"ホームサーバー: {url}", en=f"homeserver ({newest})"))  # noqa: FBT003
    yield _clock(await door.skew())
    try:
        await door.profile()
        await door.register()
    except Refused as no:
        yield _unregistered(asked, no)
        return
    yield Finding("registration", True, Text(ja=f"登録: {asked.config.bot}", en="registration"))  # noqa: FBT003
    door.device_made = await door.device() is not None
    async for finding in _identity(asked, door):
        yield finding
    yield await _alone(asked, door)
    for finding in await _abilities(door):
        yield finding
    async for finding in _role_rooms(asked, door):
        yield finding


def _silent(asked: Asked) -> Finding:
    url = asked.config.homeserver.url
    return Finding(
        "homeserver",
        False,  # noqa: FBT003
        Text(ja="ホームサーバー", en="homeserver"),
        Text(
            ja=f"{url} が応答しません。起動と [homeserver] url を確かめてください",
            en=f"no answer from {url}: is it running, is the url right?",
        ),
    )


def _clock(skew: float) -> Finding:
    return Finding(
        "clock",
        abs(skew) < MOST_SKEW,
        Text(ja=f"時計のずれ: {skew:+.0f} 秒", en=f"clock skew: {skew:+.0f} s"),
        Text(ja="NTP で時計を合わせてください", en="set the clock (NTP)"),
    )


def _unregistered(asked: Asked, no: Refused) -> Finding:
    what = Text(ja=f"登録: {no.code}", en=f"registration: {no.code}")
    ours = asked.config.folder / asked.config.homeserver.registration
    if no.code != "M_UNKNOWN_TOKEN":
        return Finding("registration", False, what, _NAMESPACE.fill(server=asked.config.homeserver.server_name))  # noqa: FBT003
    loaded = _loaded(asked)
    if loaded and asked.config.as_token not in loaded.values():
        return Finding("token", False, what, _OTHER_TOKEN.fill(path=min(loaded), ours=str(ours)))  # noqa: FBT003
    return Finding("registration", False, what, _NOT_LOADED.fill(path=str(ours)))  # noqa: FBT003


def _loaded(asked: Asked) -> dict[str, str]:
    """Path → as_token of what homeserver.yaml lists for a bot of our name."""
    found = {}
    for path in asked.homeserver_yaml.get("app_service_config_files") or ():
        try:
            registration: Any = yaml.safe_load(Path(path).read_text("utf-8"))
            if registration["id"] == "kairan":
                found[str(path)] = str(registration["as_token"])
        except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
            continue
    return found


async def _identity(asked: Asked, door: Door) -> AsyncIterator[Finding]:
    with tempfile.TemporaryDirectory() as empty:
        folder = asked.config.folder / "crypto"
        crypto = Crypto(door, folder if folder.exists() else Path(empty), secret=asked.config.secret)
        report = await look(door, crypto)
    yield Finding("device", report.device_exists, Text(ja="端末", en="device"), LATER)
    yield Finding(
        "cross-signing",
        report.cross_signed,
        Text(ja="相互署名", en="cross-signing"),
        LATER
        if not report.device_exists
        else Text(
            ja="crypto/cross-signing.json を控えから戻すか、kairan run をもう一度。相手の画面に警告が出ます",
            en="put crypto/cross-signing.json back from a copy, or start kairan run again: people see a warning",
        ),
    )


async def _alone(asked: Asked, door: Door) -> Finding:
    """Each start leaves a mark at the homeserver and here; another's mark there is another Kairan."""
    there = str((await door.note(RUNNING)).get("id") or "") if door.device_made else ""
    mark = asked.config.folder / "running"
    ours = mark.read_text("ascii").strip() if mark.exists() else ""
    return Finding(
        "one-process",
        there in {"", ours},
        Text(ja="動いている Kairan は1つ", en=f"one Kairan only{' (running here)' if running_here(asked) else ''}"),
        Text(
            ja="同じボットの Kairan がほかの所で動いています（移す前のもの?）。止めて、ここで kairan run を",
            en="another Kairan runs as this bot elsewhere (the one from before a move?): stop it, then kairan run here",
        ),
    )


async def _abilities(door: Door) -> list[Finding]:
    versions = (await door.call("GET", f"{V3}/capabilities")).get("capabilities", {}).get("m.room_versions", {})
    media = await door.call("GET", "/_matrix/client/v1/media/config")
    default, size = str(versions.get("default")), media.get("m.upload.size")
    return [
        Finding(
            "room-version",
            default in ROOM_VERSIONS,
            Text(ja=f"部屋の版: {default}", en=f"default room version: {default}"),
            Text(
                ja='homeserver.yaml の default_room_version を "12" に',
                en='set default_room_version: "12" in homeserver.yaml',
            ),
        ),
        Finding(
            "media",
            not isinstance(size, int) or size >= LEAST_UPLOAD,
            Text(ja=f"ファイルの上限: {size} バイト", en=f"largest upload: {size} bytes"),
            Text(
                ja="homeserver.yaml の max_upload_size とリバースプロキシの上限を 50M に",
                en="set max_upload_size in homeserver.yaml, and the reverse proxy's limit, to 50M",
            ),
        ),
    ]


async def _role_rooms(asked: Asked, door: Door) -> AsyncIterator[Finding]:
    rooms = asked.config.rooms
    joined = (await door.call("GET", f"{V3}/joined_rooms")).get("joined_rooms", []) if door.device_made else []
    for role, alias in (("staff", rooms.staff), ("editors", rooms.editors), ("stewards", rooms.stewards)):
        try:
            room = await door.resolve(alias)
        except Refused:
            room = None
        remedy = LATER if room is None else Text(
            ja=f"ボットが入っていません。その部屋に {asked.config.bot} を招待してください",
            en=f"the bot is not in it: invite {asked.config.bot} there",
        )  # fmt: skip
        what = Text(ja=f"役割の部屋: {alias}", en=f"the {role} room")
        yield Finding("role-rooms", room is not None and room in joined, what, remedy)


_NAMESPACE = Text(
    ja="registration.yaml の namespaces と server_name（{server}）がホームサーバーと合いません。"
    "kairan homeserver render で作り直して再起動してください",
    en="the namespaces of registration.yaml and server_name ({server}) are not the homeserver's: render them anew"
    " (kairan homeserver render) and restart it",
)
_OTHER_TOKEN = Text(
    ja="ホームサーバーの {path} と {ours} のトークンが違います。同じファイルにして、ホームサーバーを再起動してください",
    en="the homeserver's {path} and {ours} hold different tokens: use one file for both and restart the homeserver",
)
_NOT_LOADED = Text(
    ja="{path} を homeserver.yaml の app_service_config_files に加え、ホームサーバーを再起動してください"
    "（もうあるなら、トークンが変わっています。再起動を）",
    en="list {path} under app_service_config_files and restart the homeserver (if it is there, its token was changed:"
    " restart)",
)
