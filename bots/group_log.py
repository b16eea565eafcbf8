"""A user group as its signed log says: what may be done in it, by whom, and how it stands after that.

There is no owner's copy: each municipality keeps the whole log and folds it (bots/group_standing.py), so a group
outlives any one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bots.events import RoomId, Signed, UserId

KIND = "group"
MOST_ROOMS = 40
MOST_DEEDS = 2000
"""Of one member in one group: who floods the log fills nobody's disk."""
LAST = 2**40
LONGEST_LEAP = 1000
"""Nobody uses the numbers up: one this far ahead of what stands does not count."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+$")
]
User = Annotated[str, StringConstraints(max_length=255, pattern=r"^@[^\s:]+:[^\s]+$")]
Plain = Annotated[str, StringConstraints(max_length=4000)]
RoomName = Annotated[str, StringConstraints(max_length=255, pattern=r"^!")]
How = Literal["mute", "remove", "ban", "free"]


class _Deed(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Create(_Deed):
    """The first deed. `stewards`: of two members at least."""

    act: Literal["create"] = "create"
    name: Name
    rules: Plain
    rooms: list[Name] = Field(min_length=1, max_length=MOST_ROOMS)
    stewards: list[User] = Field(min_length=2, max_length=100)


class Place(_Deed):
    """A room was made; `key` is its name in the group, "" the space itself."""

    act: Literal["place"] = "place"
    key: Annotated[str, StringConstraints(max_length=60)]
    room: RoomName


class Move(_Deed):
    """The room of this key (or the space, "") was upgraded by whose Kairan made it: it goes on in another."""

    act: Literal["move"] = "move"
    key: Annotated[str, StringConstraints(max_length=60)]
    before: RoomName
    room: RoomName


class Theme(_Deed):
    """A themed room is wanted, or given up; `guests`: whether people from outside may be invited to it."""

    act: Literal["room"] = "room"
    key: Name
    on: bool
    guests: bool = False


class Appoint(_Deed):
    """A steward comes or goes."""

    act: Literal["steward"] = "steward"
    user: User
    on: bool


class Bar(_Deed):
    """Moderation of a person (@…) or a whole server."""

    act: Literal["bar"] = "bar"
    target: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    how: How
    why: Annotated[str, StringConstraints(max_length=300)]


class Guide(_Deed):
    """What newcomers are told, pinned in the first room."""

    act: Literal["guide"] = "guide"
    words: Plain


class Invite(_Deed):
    """A guest in one room that is open to guests, until a moment (seconds since 1970); 0: no longer."""

    act: Literal["guest"] = "guest"
    user: User
    key: Name
    until: int = Field(ge=0, lt=2**32)


Do = Create | Place | Move | Theme | Appoint | Bar | Guide | Invite
_READER: TypeAdapter[Do] = TypeAdapter(Annotated[Do, Field(discriminator="act")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One signed line of a group's log: the `n`-th as its author saw the log. `by` is a person of the signer's."""

    id: str
    group: str
    n: int
    by: UserId
    do: Do
    signer: str
    at: datetime


def deed_of(signed: Signed) -> Deed | None:
    """None where it makes no sense, or speaks in the name of another municipality's person."""
    body = signed.body
    group, n, by = body.get("group"), body.get("n"), body.get("by")
    if signed.kind != KIND or not (isinstance(group, str) and 0 < len(group) <= 80 and type(n) is int and 0 < n < LAST):
        return None
    if not isinstance(by, str) or by.partition(":")[2] != signed.signer:
        return None
    try:
        do = _READER.validate_python(body.get("do"))
    except ValidationError:
        return None
    return Deed(id=signed.id, group=group, n=n, by=UserId(by), do=do, signer=signed.signer, at=signed.at)


def body_of(group: str, n: int, by: UserId, do: Do) -> Mapping[str, Any]:
    """What is signed and posted for a deed."""
    return {"group": group, "n": n, "by": by, "do": do.model_dump()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Themed:
    """A room of a group; `room` is None until somebody's Kairan, that of `maker`, has made it."""

    key: str
    room: RoomId | None = None
    maker: str = ""
    on: bool = True
    guests: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whom `host` invited to the room `key`."""

    user: UserId
    key: str
    until: datetime
    host: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as it stands. `barred`: person or server → mute, remove or ban. `next`: the number of the next deed.

    `former`: rooms, or spaces, that were upgraded and are its no longer.
    """

    id: str
    name: str
    rules: str
    founder: str
    stewards: tuple[UserId, ...]
    rooms: Mapping[str, Themed]
    space: RoomId | None = None
    maker: str = ""
    former: frozenset[RoomId] = frozenset()
    barred: Mapping[str, str] = field(default_factory=dict)
    guests: Mapping[tuple[str, str], Guest] = field(default_factory=dict)
    guide: str = ""
    next: int = 2

    @property
    def servers(self) -> tuple[str, ...]:
        """Whose people steward it: their Kairans have the power in its rooms."""
        return tuple(dict.fromkeys(user.partition(":")[2] for user in self.stewards if not self.bars(user)))

    @property
    def themes(self) -> tuple[Themed, ...]:
        """The rooms there are, in the order in which they came."""
        return tuple(room for room in self.rooms.values() if room.on)

    def bars(self, user: str) -> bool:
        """Whether this person may not come in."""
        return "ban" in (self.barred.get(user), self.barred.get(user.partition(":")[2]))
