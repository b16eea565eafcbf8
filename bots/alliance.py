"""The municipalities that have agreed to federate, as bots know them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bots.effects import Post
from bots.events import UserId
from forms.text import Text

MemberKind = Literal["municipality", "prefecture", "partner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the alliance, as the list in force says. `code`: 全国地方公共団体コード, six digits, or empty.

    `population`: of the municipality, as it introduced itself; 0 where it did not say.
    """

    server: str
    bot: UserId
    name: Text
    code: str
    kind: MemberKind
    contact: str
    population: int = 0


MotionKind = Literal["add", "remove", "leave", "rotate", "quorum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A change of the list that is voted on. `subject`: whom it is about, where it is about a municipality.

    `fingerprint`: of the keys that it brings; `warnings`: what to look at twice; `approved`: by which members.
    """

    id: str
    kind: MotionKind
    subject: Text
    server: str
    code: str
    contact: str
    fingerprint: str
    via: Text
    approved: tuple[Text, ...]
    refused: tuple[Text, ...]
    needed: int
    quorum: int
    warnings: tuple[Text, ...]
    until: datetime


Trouble = Literal["none", "alone", "old", "early", "out", "rival"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How this municipality stands: the list in force, and what is wrong with it."""

    trouble: Trouble
    version: int = 0
    issued: datetime | None = None
    until: datetime | None = None
    quorum: int = 0
    members: tuple[Member, ...] = ()
    rival: bool = False


NewsKind = Literal["moved", "voted", "in", "out", "keys", "we are in", "we are out", "old", "early", "well", "rival"]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that the stewards are told. `name`: of whom it speaks."""

    kind: NewsKind
    name: Text | None = None
    motion: Motion | None = None
    choice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What follows from a step: documents to be sent to other members, and news for the stewards."""

    posts: tuple[Post, ...] = ()
    news: tuple[News, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(posts=self.posts + other.posts, news=self.news + other.news)
