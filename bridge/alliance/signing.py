"""Signed JSON as the Matrix specification has it (appendices "Canonical JSON" and "Signing JSON"), with Ed25519."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Document = dict[str, Any]
Keys = Mapping[str, str]
"""Key id (`ed25519:…`) → public key in unpadded base64."""

LARGEST: Final = 2**53 - 1
DEEPEST: Final = 60
LONGEST: Final = 1_000_000
"""Bytes of a signed document: what is larger is no message between municipalities."""


class NotCanonical(ValueError):  # noqa: N818 - what is wrong, as in bridge.errors
    """The value has no canonical form, or the text is no JSON object that we take."""


def canonical(value: object) -> bytes:
    """The one way of writing a value: sorted keys, no spaces, UTF-8. Raises NotCanonical.

    Numbers are whole and below 2^53: a form travels as its text, an amount as a string.
    """
    _fits(value, DEEPEST)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:  # lone surrogates too
        raise NotCanonical(type(error).__name__) from None


def _fits(value: object, depth: int) -> None:
    if depth == 0:
        raise NotCanonical("too deep")
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > LARGEST:
                raise NotCanonical("a number is too large")
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise NotCanonical("a key is no string")
            for one in value.values():
                _fits(one, depth - 1)
        case list() | tuple():
            for one in value:
                _fits(one, depth - 1)
        case _:
            raise NotCanonical(f"{type(value).__name__} is not in canonical JSON")


def parse(text: str | bytes, *, longest: int = LONGEST) -> Document:
    """The object that a text from outside holds. Raises NotCanonical: too long, no object, doubled keys, fractions."""
    if len(text) > longest:
        raise NotCanonical("too long")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=_no, parse_constant=_no)
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonical(type(error).__name__) from None
    if not isinstance(found, dict):
        raise NotCanonical("no object")
    canonical(found)
    return found


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a key stands twice")
    return found


def _no(number: str) -> NoReturn:
    raise NotCanonical(f"{number[:20]} is not in canonical JSON")


def signed_part(document: Mapping[str, Any]) -> bytes:
    """What a signature is made over."""
    return canonical({k: v for k, v in document.items() if k not in ("signatures", "unsigned")})


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what is signed: the same document with more signatures is the same document."""
    return hashlib.sha256(signed_part(document)).hexdigest()


class Key:
    """One Ed25519 key, from its 32 bytes of seed. `id` follows from the public key, so it never names another."""

    __slots__ = ("_key", "id", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = unpadded(self._key.public_key().public_bytes_raw())
        self.id = key_id(self.public)

    @classmethod
    def of(cls, words: str) -> "Key":
        """The key that follows from secret words."""
        return cls(hashlib.sha256(words.encode()).digest())

    def sign(self, message: bytes) -> str:
        """The signature in unpadded base64."""
        return unpadded(self._key.sign(message))

    def __repr__(self) -> str:
        return f"Key({self.id})"


def key_id(public: str) -> str:
    """`ed25519:` and the beginning of the key's SHA-256."""
    return f"ed25519:{hashlib.sha256(public.encode()).hexdigest()[:10]}"


def sign(document: Mapping[str, Any], signer: str, key: Key, *, called: str | None = None) -> Document:
    """The document with the signature of `signer` (server or user) beside those it has. `called`: if not by its id."""
    signatures = {who: dict(theirs) for who, theirs in document.get("signatures", {}).items()}
    signatures.setdefault(signer, {})[called or key.id] = key.sign(signed_part(document))
    return {**document, "signatures": signatures}


def verify(document: Mapping[str, Any], signer: str, keys: Keys) -> bool:
    """Whether one of the signer's `keys` signed exactly this. Never raises, whatever the document holds."""
    signatures = document.get("signatures")
    theirs = signatures.get(signer) if isinstance(signatures, dict) else None
    if not isinstance(theirs, dict):
        return False
    try:
        message = signed_part(document)
    except NotCanonical:
        return False
    return any(_holds(keys[name], signature, message) for name, signature in theirs.items() if name in keys)


def _holds(public: str, signature: object, message: bytes) -> bool:
    if not isinstance(signature, str):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(from_unpadded(public)).verify(from_unpadded(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def unpadded(raw: bytes) -> str:
    """Base64 as Matrix writes it."""
    return base64.b64encode(raw).decode("ascii").rstrip("=")


def from_unpadded(text: str) -> bytes:
    """The bytes. Raises ValueError for anything else than unpadded base64."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
