"""Signed documents as they travel: the envelope around what is said, and its parts where one event is too small."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bots.events import Heard, Signed
from bridge.alliance.signing import LONGEST, Document, Key, NotCanonical, canonical, digest, parse, sign

EVENT: Final = "jp.kairan.object"
"""The type of the Matrix event that holds a part."""
PREFIX: Final = "jp.kairan."
PART: Final = 30_000
MOST_PARTS: Final = 48
"""Of 30,000 letters each: what does not compress at all still fits."""
_WITH_A_LIST: Final = ("council", "roll")
LONGEST_LIST: Final = 4_000_000
"""Bytes of a document that holds the list of an alliance; all others are at most LONGEST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(Heard):
    """Part `part` (from 0) of the `of` parts of the parcel `name`, as its sender calls it."""

    name: str
    part: int
    of: int
    data: str


def sealed(  # noqa: PLR0913 - the envelope's own fields
    kind: str, body: Mapping[str, Any], *, server: str, key: Key, at: datetime, to: str | None = None, cause: str = ""
) -> Signed:
    """The document in its envelope, signed. `cause` tells two of the same words apart."""
    envelope: Document = {"type": PREFIX + kind, "from": server, "at": int(at.timestamp() * 1000), "body": dict(body)}
    envelope |= {"to": to} if to is not None else {}
    envelope |= {"cause": cause} if cause else {}
    signed = sign(envelope, server, key)
    return read_envelope(canonical(signed).decode())


def read_envelope(raw: str) -> Signed:
    """What an envelope says; whether its signature holds is another question. Raises NotCanonical."""
    envelope = opened(raw)
    kind, signer, at, body = (envelope.get(name) for name in ("type", "from", "at", "body"))
    if not (isinstance(kind, str) and kind.startswith(PREFIX) and isinstance(signer, str) and isinstance(body, dict)):
        raise NotCanonical("no envelope")
    return Signed(
        id=digest(envelope), kind=kind.removeprefix(PREFIX), signer=signer, at=_moment(at), body=body, raw=raw
    )


def opened(raw: str) -> Document:
    """The whole of it, with its signatures. Raises NotCanonical."""
    envelope = parse(raw, longest=LONGEST_LIST)
    if len(raw) > LONGEST and envelope.get("type") not in [PREFIX + kind for kind in _WITH_A_LIST]:
        raise NotCanonical("too long")
    return envelope


def _moment(value: object) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotCanonical("no time")
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise NotCanonical("no time") from None


def parts_of(raw: str, name: str) -> Sequence[Mapping[str, Any]]:
    """The contents of the events that carry a document."""
    packed = base64.b64encode(zlib.compress(raw.encode(), 9)).decode("ascii")
    pieces = [packed[at : at + PART] for at in range(0, len(packed), PART)]
    return [{"name": name, "part": n, "of": len(pieces), "data": piece} for n, piece in enumerate(pieces)]


def read_part(content: Mapping[str, Any], heard: Mapping[str, Any]) -> Parcel | None:
    """A part as an event holds it; None where it makes no sense."""
    name, part, of, data = (content.get(key) for key in ("name", "part", "of", "data"))
    if not (isinstance(name, str) and isinstance(data, str) and type(part) is int and type(of) is int):
        return None
    if not (0 <= part < of <= MOST_PARTS and len(data) <= PART and len(name) <= 64):
        return None
    return Parcel(**heard, name=name, part=part, of=of, data=data)


def joined(pieces: Sequence[str]) -> str:
    """The document that all parts together hold. Raises NotCanonical; a bomb is not unpacked."""
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(base64.b64decode("".join(pieces), validate=True), LONGEST_LIST + 1)
        text = raw.decode()
    except (ValueError, zlib.error) as error:  # no base64, no ASCII, no UTF-8
        raise NotCanonical(type(error).__name__) from None
    if not unpacking.eof or len(raw) > LONGEST_LIST:
        raise NotCanonical("too long, or cut off")
    return text
