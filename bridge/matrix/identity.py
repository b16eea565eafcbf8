"""Who Kairan is on its homeserver: user, device, keys, name and picture; made once, checked at every start."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import Misconfigured, Refused
from bridge.matrix.cross_signing import CrossSigning, write_private
from bridge.matrix.crypto import Crypto
from bridge.matrix.door import Door
from bridge.matrix.wire import Json
from bridge.picture import png

DEVICE_NAME = "回覧 Kairan"


@dataclass(frozen=True, slots=True)
class Report:
    """What `kairan check` says of the identity."""

    device_exists: bool
    keys_published: bool
    cross_signed: bool


async def ensure_identity(door: Door, crypto: Crypto, *, name: str, avatar_svg: str = "", renew: bool = False) -> None:
    """Bring the homeserver to how it should be; does nothing where it is. `crypto` is open.

    `renew` begins a new cross-signing identity where the old one's keys are lost: people's clients will notice.
    Raises Unreachable, Refused, or Misconfigured where keys are lost that only the operator can put back.
    """
    await door.register()
    await door.make_device(DEVICE_NAME)
    await _publish(door, crypto)
    await _cross_sign(door, crypto.folder, renew=renew)
    await _introduce(door, crypto.folder, name=name, avatar=avatar_svg)


async def look(door: Door, crypto: Crypto) -> Report:
    """How things stand; changes nothing. `crypto` need not be open."""
    if not await _known(door):
        return Report(device_exists=False, keys_published=False, cross_signed=False)
    shown = await _Shown.ask(door)
    ours = CrossSigning.load(_file(crypto.folder), door.user_id)
    signed = ours is not None and shown.has(ours) and ours.vouches_for(shown.device)
    return Report(device_exists=True, keys_published=bool(shown.device), cross_signed=signed)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Our keys as the homeserver shows them to everybody; {} for what it does not have."""

    device: Json
    master: Json
    self_signing: Json

    @classmethod
    async def ask(cls, door: Door) -> "_Shown":
        reply = await door.query_keys([door.user_id])
        me = door.user_id
        return cls(
            device=_at(reply, "device_keys", me, door.device_id),
            master=_at(reply, "master_keys", me),
            self_signing=_at(reply, "self_signing_keys", me),
        )

    def has(self, ours: CrossSigning) -> bool:
        pairs = (("master", self.master), ("self_signing", self.self_signing))
        return all(ours.public(usage) in _at(key, "keys").values() for usage, key in pairs)


async def _known(door: Door) -> bool:
    try:
        return await door.device() is not None
    except Refused as no:
        if no.code == "M_FORBIDDEN":
            return False  # our user is not made yet
        raise


async def _publish(door: Door, crypto: Crypto) -> None:
    theirs = _at((await _Shown.ask(door)).device, "keys").get(f"ed25519:{door.device_id}")
    if theirs is None:
        crypto.forgotten()
    elif theirs != crypto.fingerprint:
        raise Misconfigured(
            f"端末 {door.device_id} の鍵が {crypto.folder} にありません。控えからフォルダーを戻すか、"
            f"別の端末名 (device_id) にしてください。/ the keys of device {door.device_id} are not in {crypto.folder}:"
            " put the folder back from a backup, or choose another device_id."
        )
    await crypto.publish()


async def _cross_sign(door: Door, folder: Path, *, renew: bool) -> None:
    shown, ours = await _Shown.ask(door), CrossSigning.load(_file(folder), door.user_id)
    theirs = shown.master and not (ours and ours.public("master") in _at(shown.master, "keys").values())
    if theirs and not renew:
        raise Misconfigured(
            f"{door.user_id} の署名鍵がホームサーバーのものと違います。控えから {_file(folder)} を戻してください。"
            f"/ {door.user_id} has another cross-signing identity on the homeserver:"
            f" put {_file(folder)} back from a backup."
        )
    ours = ours or CrossSigning.new(_file(folder), door.user_id)
    if not shown.has(ours):
        await door.upload_cross_signing(ours.upload())
    if not ours.vouches_for(shown.device):
        bare = {key: value for key, value in shown.device.items() if key not in {"signatures", "unsigned"}}
        await door.upload_signatures({door.user_id: {door.device_id: ours.signed(bare, by="self_signing")}})


async def _introduce(door: Door, folder: Path, *, name: str, avatar: str) -> None:
    profile = await door.profile()
    if profile.get("displayname") != name:
        await door.set_display_name(name)
    if not avatar:
        return
    mxc = await _avatar(door, folder / "avatar.json", avatar=avatar)
    if profile.get("avatar_url") != mxc:
        await door.set_avatar(mxc)


async def _avatar(door: Door, file: Path, *, avatar: str) -> str:
    """Its address on the homeserver; drawn and uploaded once, and remembered by the hash of its SVG."""
    digest = hashlib.sha256(avatar.encode()).hexdigest()
    kept = _remembered(file)
    if kept.get("sha256") == digest and isinstance(kept.get("mxc"), str):
        return str(kept["mxc"])
    mxc = await door.upload(png(avatar), "image/png", name="kairan.png")
    write_private(file, {"sha256": digest, "mxc": mxc})
    return mxc


def _remembered(file: Path) -> Json:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}  # never uploaded, or nobody knows any more
    return kept if isinstance(kept, dict) else {}


def _file(folder: Path) -> Path:
    return folder / "cross-signing.json"


def _at(value: Any, *path: str) -> Json:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
