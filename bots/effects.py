"""What a bot may do, in the imperative. The bridge carries it out; a rehearsal prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.events import RoomId, UserId
from forms.questions.base import Value
from forms.text import Text


@dataclass(frozen=True, slots=True)
class Here:
    """Where the event was heard; in a shared room, as a reply to it."""


@dataclass(frozen=True, slots=True)
class Person:
    """This person's own direct room with the bot, opened when there is none yet."""

    user: UserId


@dataclass(frozen=True, slots=True)
class Room:
    """A shared room."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class Counter:
    """The room of one of our function accounts with a person: it speaks there, to this person alone."""

    room: RoomId
    person: UserId


Place = Here | Person | Room | Counter


@dataclass(frozen=True, slots=True)
class About:
    """What a message of ours asks, so that a reaction or a reply to it finds its question. `keys`: emoji → words.

    `bot`: whose question it is; another's than the forms' has its own meaning of `response`.
    """

    response: str
    question: str
    keys: dict[str, str]
    bot: str = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """`calls`: whom the message should notify (m.mentions); with nobody named it is a quiet notice.

    `html` holds the same words for clients that show tables and bold; the text alone must do.
    """

    text: Text
    to: Place = Here()
    calls: tuple[UserId, ...] = ()
    html: Text | None = None
    about: About | None = None
    fades: bool = False
    """Of no use to somebody who enters their direct room only later: then it is not delivered."""
    passing: bool = False
    """Once it is said, nothing is left of it on our side: not when, nor that it was said."""
    sealed: str | None = None
    """It may hold answers of this anonymous response: until it is said it waits sealed with that response's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """A file or (with `picture`) an image. `text` says in words what it shows."""

    name: str
    mime: str
    content: bytes
    text: Text
    to: Place
    picture: tuple[int, int] | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The person's words were not accepted; `text` says what to do. Nothing was lost."""

    text: Text
    about: About | None = None
    passing: bool = False
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """The live summary of this publication no longer shows the truth."""

    publication: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Say this in place of what was said as the first effect of the occasion `first`; with None, say it anew."""

    first: str | None
    say: Say


@dataclass(frozen=True, slots=True)
class Meet:
    """Have a direct room with this person; once they are in it, the bot hears that they joined."""

    user: UserId


@dataclass(frozen=True, slots=True)
class Submit:
    """The person sent their answers: from now these count, and nothing that was sent before."""

    response: str
    answers: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The person took back something that had been sent: nothing of this response counts until it is sent again."""

    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """A file that answers `question`: its content is to be kept under the response, by its SHA-256."""

    response: str
    question: str
    name: str
    mime: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Sign this and send it to the Kairan of one member (its server), or of every member with None.

    `body` has a canonical form (bridge/alliance/signing.py): no fractions; a form travels as its text.
    """

    kind: str
    body: Mapping[str, Any]
    to: str | None


Effect = Say | Attach | Refuse | Refresh | Rewrite | Meet | Submit | Withdraw | Keep | Post
