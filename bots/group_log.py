"""A user group as its signed log says: what was done, by whom, in one order that every member works out alike.

There is no owner's copy: each municipality keeps the whole log and folds it, so a group outlives any one of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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
    room: Annotated[str, StringConstraints(max_length=255, pattern=r"^!")]


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


Do = Create | Place | Theme | Appoint | Bar | Guide | Invite
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
    """A room of a group; `room` is None until somebody's Kairan has made it."""

    key: str
    room: RoomId | None = None
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
    """A group as it stands. `barred`: person or server → mute, remove or ban. `next`: the number of the next deed."""

    id: str
    name: str
    rules: str
    founder: str
    stewards: tuple[UserId, ...]
    rooms: Mapping[str, Themed]
    space: RoomId | None = None
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


def standing(deeds: Iterable[Deed]) -> Group | None:
    """The group after all that counts, in one order for everybody; None where nothing founds it.

    What somebody did who was no steward at that point does not count: whoever signs it.
    """
    group: Group | None = None
    for deed in sorted(deeds, key=lambda deed: (deed.n, deed.id)):
        if group is None:
            group = _founded(deed)
        elif _may(group, deed):
            group = replace(_ACTS[type(deed.do)](group, deed), next=deed.n + 1)
    return group


def _founded(deed: Deed) -> Group | None:
    """The id names its founder, so that nobody can found another's group anew."""
    do = deed.do
    if not isinstance(do, Create) or deed.n != 1 or deed.group.partition("/")[0] != deed.signer:
        return None
    rooms = {key: Themed(key=key) for key in do.rooms}
    stewards = tuple(dict.fromkeys(UserId(user) for user in (deed.by, *do.stewards)))
    return Group(
        id=deed.group, name=do.name, rules=do.rules, founder=deed.signer, stewards=stewards, rooms=rooms, guide=do.rules
    )


def _may(group: Group, deed: Deed) -> bool:
    if deed.n > group.next + LONGEST_LEAP:
        return False
    if isinstance(deed.do, Appoint) and not deed.do.on and deed.do.user == deed.by:
        return True
    return deed.by in group.stewards and not group.bars(deed.by)


def _place(group: Group, deed: Deed) -> Group:
    """The first place that was told counts: nobody moves people to a room of their own."""
    do = deed.do
    assert isinstance(do, Place)
    if not do.key:
        return group if group.space else replace(group, space=RoomId(do.room))
    there = group.rooms.get(do.key)
    if there is None or there.room is not None:
        return group
    return replace(group, rooms={**group.rooms, do.key: replace(there, room=RoomId(do.room))})


def _theme(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Theme)
    there = group.rooms.get(do.key)
    if there is None and (not do.on or len(group.rooms) >= MOST_ROOMS):
        return group
    changed = replace(there or Themed(key=do.key), on=do.on, guests=do.guests)
    return replace(group, rooms={**group.rooms, do.key: changed})


def _appoint(group: Group, deed: Deed) -> Group:
    """The last steward stays."""
    do = deed.do
    assert isinstance(do, Appoint)
    user = UserId(do.user)
    rest = tuple(u for u in group.stewards if u != user)
    stewards = (*rest, user) if do.on else rest or group.stewards
    return replace(group, stewards=stewards)


def _bar(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Bar)
    barred = {target: how for target, how in group.barred.items() if target != do.target}
    if do.how in ("mute", "ban"):  # who was removed may come again
        barred[do.target] = do.how
    return replace(group, barred=barred)


def _guide(group: Group, deed: Deed) -> Group:
    assert isinstance(deed.do, Guide)
    return replace(group, guide=deed.do.words)


def _guest(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Invite)
    there = group.rooms.get(do.key)
    guests = {key: guest for key, guest in group.guests.items() if key != (do.user, do.key)}
    if do.until and there is not None and there.on and there.guests:
        guests[do.user, do.key] = Guest(
            user=UserId(do.user), key=do.key, until=datetime.fromtimestamp(do.until, UTC), host=deed.by
        )
    return replace(group, guests=guests)


def _create(group: Group, _deed: Deed) -> Group:
    return group


_ACTS: Mapping[type, Callable[[Group, Deed], Group]] = {
    Create: _create,
    Place: _place,
    Theme: _theme,
    Appoint: _appoint,
    Bar: _bar,
    Guide: _guide,
    Invite: _guest,
}
