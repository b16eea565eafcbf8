"""Sealing of what must not be readable in the database: keys that stand elsewhere, and boxes that all look alike.

The keys are kept at the homeserver (bridge/matrix/keeper.py) and in this process's memory, never in the database.
See docs/decisions/0006-anonymous.md.
"""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge import clock

SMALLEST, GROWTH = 8192, 4
"""Boxes have 8 kB, 32 kB, 128 kB …: their size tells nothing about an ordinary answer."""
KEY, NONCE = 32, 12


class Locked(Exception):  # noqa: N818 - named for what is so
    """The key of this name is not in memory: fetch it, and do the whole transaction again."""

    def __init__(self, name: str) -> None:
        super().__init__("a key must be fetched")
        self.name = name


class Keyring:
    """The keys in memory, by name. `of` raises Locked for one that is not there."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}
        self._burnt = False

    def of(self, name: str) -> bytes:
        if name not in self._keys:
            raise Locked(name)
        return self._keys[name]

    def hold(self, name: str, key: bytes) -> None:
        self._keys[name] = key
        self._new.pop(name, None)

    def new(self, name: str) -> bytes:
        """The key that this name gets when it has none: the same one for everybody who asks at once."""
        return self._new.setdefault(name, clock.noise(KEY))

    def drop(self, name: str) -> None:
        self._keys.pop(name, None)
        self._new.pop(name, None)
        self._burnt = True

    def burnt(self) -> bool:
        """Whether any was dropped since this was last asked: then the homeserver's copy must go too."""
        was, self._burnt = self._burnt, False
        return was


def seal(key: bytes, words: Any, *, name: str) -> bytes:
    """`words` (JSON-able) in a box that only this key opens, under this name."""
    nonce = clock.noise(NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, _padded(words), name.encode())


def unseal(key: bytes, box: bytes, *, name: str) -> Any | None:
    """What is in the box; None where it is another key's."""
    try:
        return _words(ChaCha20Poly1305(key).decrypt(box[:NONCE], box[NONCE:], name.encode()))
    except InvalidTag:
        return None


def lock_of(key: bytes) -> bytes:
    """What anybody may close boxes with that only `key` opens."""
    return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def close(lock: bytes, words: Any, *, name: str) -> bytes:
    """`words` in a box that only the lock's key opens: not even who closed it opens it again."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    return mine + seal(_shared(once, lock, mine=mine), words, name=name)


def open_(key: bytes, box: bytes, *, name: str) -> Any | None:
    """What was closed in the box; None where it is another key's."""
    theirs = box[:KEY]
    return unseal(_shared(X25519PrivateKey.from_private_bytes(key), theirs, mine=theirs), box[KEY:], name=name)


def _shared(private: X25519PrivateKey, public: bytes, *, mine: bytes) -> bytes:
    secret = private.exchange(X25519PublicKey.from_public_bytes(public))
    return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=mine, info=b"kairan envelope").derive(secret)


def _padded(words: Any) -> bytes:
    raw = json.dumps(words, separators=(",", ":")).encode()  # ASCII: the padding is no part of JSON
    size = SMALLEST
    while size < len(raw):
        size *= GROWTH
    return raw.ljust(size)


def _words(padded: bytes) -> Any:
    return json.loads(padded)


def boxed(ring: Keyring, body: dict[str, Any], *, name: str) -> dict[str, Any]:
    """A letter's body that waits in the outbox without being readable there."""
    box = base64.b64encode(seal(ring.of(name), body, name=name)).decode()
    return {"kind": "sealed", "key": name, "box": box, "passing": True}


def unboxed(ring: Keyring, body: dict[str, Any]) -> dict[str, Any] | None:
    """The body as it was written; None where its key was burnt before. Raises Locked."""
    if body["kind"] != "sealed":
        return body
    return unseal(ring.of(body["key"]), base64.b64decode(body["box"]), name=body["key"])
