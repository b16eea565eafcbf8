"""What the function bot needs of the world. The bridge provides it as it does bots.ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bots.events import EventId, RoomId, UserId, Written
from forms.duty import Shift

Pace = Literal["fine", "stop", "silent"]
"""Whether one person's words may be handed on; `stop`: from here on not, and they should hear it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a roster: these people are on duty together."""

    shift: Shift
    people: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """An account that is an office's and nobody's own. `signed`: answers say who wrote them.

    `lines` in their order: who is written to first, and who next.
    """

    user: UserId
    name: str
    duties: str
    lines: tuple[Line, ...]
    chief: UserId
    signed: bool

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The hours alone."""
        return tuple(line.shift for line in self.lines)

    @property
    def staff(self) -> tuple[UserId, ...]:
        """Everybody of the roster, and the chief."""
        return tuple(dict.fromkeys((*(user for line in self.lines for user in line.people), self.chief)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What one person wants of a function, until it is done.

    `reached`: of the staff, who has it before them. `waits`: since when the person has had no answer. `wake`: when it
    must be looked at. `held`: it came out of hours, and nobody has it yet. `told`: the opening that the person was told
    of. `turn` counts what happened by itself.
    """

    number: int
    function: UserId
    person: UserId
    room: RoomId
    taker: UserId | None = None
    reached: tuple[UserId, ...] = ()
    waits: datetime | None = None
    wake: datetime | None = None
    held: bool = False
    told: datetime | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that was written: by the person, or by one of the staff. `name`, `content`: of a file.

    `source`: the event; `changed`: it takes the place of one before, which the staff has seen.
    """

    source: EventId
    by: UserId
    text: str
    name: str = ""
    content: bytes | None = None
    changed: bool = False


class Functions(Protocol):
    """The municipality's function accounts, and what is asked of them."""

    def create(self, name: str, *, account: str | None, duties: str) -> Function:
        """A new one, or one that was closed before; Mistake where the name or the account is taken. Editors."""

    def all(self) -> Sequence[Function]:
        """Those that are open, by name. Staff."""

    def find(self, words: str) -> Function:
        """By name. Mistake (with the nearest) when there is none. Staff."""

    def get(self, user: UserId) -> Function | None:
        """By its account; None where there is none that is open."""

    def change(self, function: Function) -> None:
        """It is so from now on. Editors."""

    def retire(self, function: Function) -> None:
        """It is closed: it says what is left to say, and leaves its rooms. Editors."""

    def colleague(self, word: str) -> UserId:
        """One of our own staff by name or user id; Mistake for nobody or several."""

    def begun(self, event: Written) -> Matter:
        """The sender's open matter with this function, begun now where there is none."""

    def standing(self, event: Written) -> Matter | None:
        """The same where there is one."""

    def pace(self, matter: Matter) -> Pace:
        """How the person of this matter writes just now."""

    def note(self, matter: Matter, note: Note) -> None:
        """Keep what was written until the matter is done."""

    def correct(self, matter: Matter, event: Written) -> bool:
        """Put these words in place of those that it names, or take them out; False where they are not kept here."""

    def notes(self, matter: Matter) -> Sequence[Note]:
        """The last of what was written, in order."""

    def open(self, function: Function | None = None) -> Sequence[Matter]:
        """Open matters of this function; with None: of all those that the caller serves."""

    def matter(self, number: int) -> Matter:
        """By its number. Mistake for what is done, unknown, or of a function that the caller does not serve."""

    def keep(self, matter: Matter) -> None:
        """It stands so from now on."""

    def close(self, matter: Matter) -> None:
        """It is done: what was written is thrown away."""

    def reachable(self, matter: Matter) -> bool:
        """Whether the person is still in the room with the function."""

    def due(self, now: datetime) -> Sequence[Matter]:
        """What must be looked at now."""
