"""What a bot may hear, in the past tense. Every event is somebody's, somewhere, at a moment; nothing here is Matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

UserId = NewType("UserId", str)
RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A document that the Kairan of `signer` (a server) signed at `at`, by its own clock.

    `id` is that of its content; `raw` is the whole of it, to be kept and checked again.
    """

    id: str
    kind: str
    signer: str
    at: datetime
    body: Mapping[str, Any]
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`at` is the homeserver's time in UTC. `direct`: the room holds the sender and the bot alone."""

    id: EventId
    room: RoomId
    sender: UserId
    at: datetime
    direct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Heard):
    """`replies_to` is the event that the person answered with their client's reply function."""

    text: str
    replies_to: EventId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Heard):
    """The sender changed their own earlier message `target` into `text`."""

    target: EventId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted(Heard):
    """`key` is the emoji without variation selectors."""

    target: EventId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Heard):
    """A file, picture or recording. `content` is None where it was not fetched: too large, or nobody had asked for it.

    `caption` is what was written with it; `replies_to` as for words.
    """

    name: str
    caption: str
    content: bytes | None
    replies_to: EventId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Located(Heard):
    """A place on the map: degrees (WGS 84); `accuracy` in metres, where the client says so."""

    lat: float
    lon: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck(Heard):
    """A message, `target`, was redacted."""

    target: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Heard):
    """The sender entered the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Heard):
    """The sender left, refused the invitation or was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Heard):
    """The Kairan of another member sent us, or everybody, a document: signed by it, and never heard before."""

    signed: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Heard):
    """The sender wrote to one of our function accounts, `to`, in a room of the two. `name`: that of a file.

    `target`: it takes the place of what they wrote before; with neither words nor file they took that back.
    """

    to: UserId
    text: str
    name: str = ""
    content: bytes | None = None
    target: EventId | None = None


Event = Said | Edited | Reacted | Sent | Located | Struck | Joined | Left
