"""What the group and directory bots need of the world. The bridge provides it as it does bots.ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bots.events import RoomId, Signed, UserId
from bots.group_log import Deed, Do, Group
from bots.roles import Role

Work = Literal["make", "follow", "settle", "enter", "invite", "put_out", "ban", "free", "mute"]
"""What our Kairan has to do in a group's rooms, by the hand of bridge/matrix/caretaker.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A room that our Kairan has made and not told of yet."""

    group: str
    key: str
    room: RoomId
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """A room that our Kairan made and that goes on in another of ours. `present`: who is in the old one."""

    group: str
    key: str
    before: RoomId
    room: RoomId
    by: UserId
    present: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a municipality publishes of one of its people. `n` counts its changes; not `shown`: taken back."""

    user: UserId
    n: int
    shown: bool
    name: str
    kana: str
    department: str
    duties: str


class Groups(Protocol):
    """The groups whose log we have, and the work that our Kairan has in their rooms."""

    def all(self) -> Sequence[Group]:
        """Every group that stands, by name."""

    def find(self, words: str) -> Group:
        """By name. Mistake (with the nearest) when there is none."""

    def get(self, group: str) -> Group | None:
        """By id."""

    def new_id(self) -> str:
        """For a group that is founded now."""

    def write(self, group: str, by: UserId, do: Do) -> tuple[Signed, Group | None]:
        """Sign the next deed in this person's name and keep it; the group as it stands then."""

    def keep(self, signed: Signed) -> Deed | None:
        """Keep a deed that came. None where it is known already, makes no sense, or is one too many."""

    def log(self, group: str) -> Sequence[tuple[Deed, str]]:
        """All deeds in their order, each with the whole of what was signed."""

    def want(self, group: str, work: Work, target: str = "", *, key: str = "", at: datetime | None = None) -> None:
        """Have it done in the group's rooms: for all that it takes, durably, each cause once; not before `at`."""

    def made(self) -> Sequence[Made]:
        """Rooms that the caretaker made since; each is given until `told`."""

    def told(self, made: Made) -> None:
        """Everybody knows of it now."""

    def upgraded(self) -> Sequence[Upgraded]:
        """Rooms that were upgraded and not told of yet: each is given once."""

    def to_enter(self) -> Sequence[tuple[str, str, RoomId]]:
        """(group, key, room) of rooms that our bot should be in and is not: it is in their space."""

    def people(self, room: RoomId) -> Sequence[UserId]:
        """Who is in one of a group's rooms that our bot is in too."""

    def role(self, user: UserId) -> Role:
        """Of one of our own people; RESIDENT for everybody else."""

    def room_of(self, role: Role) -> RoomId | None:
        """The room that gives this role here."""

    def once(self, what: str, *, most: int, within_hours: int) -> bool:
        """Count one more of this; False where there were `most` within that time already."""

    def heard(self, server: str, at: datetime) -> None:
        """Another municipality's Kairan gave a sign of life."""

    def silent(self, now: datetime) -> frozenset[str]:
        """Servers of members that have not been heard for long, ours never."""

    def greeted(self) -> Sequence[str]:
        """Members that are new to us: each is given once."""


class Directory(Protocol):
    """Colleagues everywhere, as far as each wants to be found."""

    def mine(self) -> Entry | None:
        """The caller's own, also where it is taken back."""

    def of(self, user: UserId) -> Entry | None:
        """What is published of this account of ours, also where it is taken back."""

    def keep(self, entry: Entry) -> bool:
        """Put it in place of an older one; False where ours is as new."""

    def find(self, words: str) -> Sequence[Entry]:
        """Those shown in which all these words are found, in the order of their kana; of members in force only."""

    def own(self) -> Sequence[Entry]:
        """What this municipality publishes, for members that are new."""


class Invitations(Protocol):
    """Whose invitations the caller wants, beside those that come because the directory shows them."""

    def mine(self) -> Sequence[str]:
        """Servers and people, in order."""

    def allow(self, whom: str) -> bool:
        """Let a server's people, or a person, invite the caller; False where there are too many already."""

    def disallow(self, whom: str) -> bool:
        """No longer; False where they were not allowed."""
