"""The three keys that vouch for our device, so that no client warns of it (cross-signing, specification 11.12.2.3)."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bridge.alliance.signing import Key, sign, verify
from bridge.errors import Misconfigured
from bridge.files import write_whole
from bridge.matrix.wire import Json

USAGES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class CrossSigning:
    """Seeds of 32 bytes by usage."""

    user_id: str
    seeds: Mapping[str, bytes]

    @classmethod
    def load(cls, file: Path, user_id: str) -> Self | None:
        """The keys in the file, or None where there is no file. Raises Misconfigured for one that is damaged."""
        try:
            kept = json.loads(file.read_bytes())
            seeds = {usage: base64.b64decode(kept[usage], validate=True) for usage in USAGES}
        except FileNotFoundError:
            return None
        except (ValueError, LookupError, TypeError):
            raise Misconfigured(_damaged(file)) from None
        if any(len(seed) != 32 for seed in seeds.values()):
            raise Misconfigured(_damaged(file))
        return cls(user_id, seeds)

    @classmethod
    def new(cls, file: Path, user_id: str) -> Self:
        """New keys, on disk and readable by their owner alone before anybody else hears of them."""
        seeds = {usage: secrets.token_bytes(32) for usage in USAGES}
        write_private(file, {usage: base64.b64encode(seed).decode() for usage, seed in seeds.items()})
        return cls(user_id, seeds)

    def key(self, usage: str) -> Key:
        return Key(self.seeds[usage])

    def public(self, usage: str) -> str:
        """Unpadded base64, as Matrix writes keys."""
        return self.key(usage).public

    def upload(self) -> Json:
        """The body for /keys/device_signing/upload."""
        keys = {usage: self._described(usage) for usage in USAGES}
        for usage in USAGES[1:]:
            keys[usage] = self.signed(keys[usage], by="master")
        return {f"{usage}_key": key for usage, key in keys.items()}

    def signed(self, value: Json, *, by: str) -> Json:
        """The object with one signature more, by the key of that usage."""
        key = self.key(by)
        return sign(value, self.user_id, key, called=f"ed25519:{key.public}")

    def vouches_for(self, device: Json) -> bool:
        """True if the device keys, as the homeserver shows them, carry our self-signing key's valid signature."""
        return signed_by(device, self.user_id, key=self.public("self_signing"))

    def _described(self, usage: str) -> Json:
        public = self.public(usage)
        return {"user_id": self.user_id, "usage": [usage], "keys": {f"ed25519:{public}": public}}


def signed_by(value: Json, user_id: str, *, key: str) -> bool:
    """True if the object is signed by the cross-signing key (unpadded base64) of that user."""
    return verify(value, user_id, {f"ed25519:{key}": key})


def write_private(file: Path, content: Any) -> None:
    """JSON in a file that only its owner reads, whole or not at all."""
    write_whole(file, json.dumps(content), private=True)


def _damaged(file: Path) -> str:
    return f"{file} が壊れています。控えから戻してください。/ {file} is damaged: put it back from a backup."
