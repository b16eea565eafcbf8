"""What the port of inquiries gives and takes: those that we sent, and those that came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.events import RoomId, UserId
from forms.form import Form
from forms.inquiry import Body, Kind, Released, Told
from forms.inquiry_suppression import Past, Truth

DAY = timedelta(days=1)
PLEAS_AFTER = 5
"""On so many days after the deadline those who are late are reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """`number`: what people here call it. `id` is unique for its asker. `document`: the form as it travelled."""

    number: int
    id: str
    document: str
    form: Form
    kind: Kind
    deadline: datetime
    at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Inquiry):
    """Sent by us. `room`: where its table stands; None is its author's direct room."""

    author: UserId
    room: RoomId | None
    bodies: tuple[Body, ...] = ()

    def body(self, server: str) -> Body | None:
        """How far this municipality is; None where it was not asked."""
        return next((body for body in self.bodies if body.server == server), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Inquiry):
    """Came from `asker` (a server). `said` counts what we told them; `last` is what we released.

    `draft` is what `draft_by` was shown and may release; `past` and `draft_truth` are what was true behind releases.
    """

    asker: str
    told: Told = "received"
    said: int = 0
    accepted: bool = False
    publication: str | None = None
    last: Released | None = None
    past: Past = ()
    draft: Released | None = None
    draft_truth: Mapping[str, Truth] = field(default_factory=dict)
    draft_by: UserId | None = None
    pleaded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of an inquiry that should be written now. `edits`: how often this message was edited."""

    asking: Asking
    generation: int
    edits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A release as it came and was taken, signed: kept for good, also when a newer one took its place."""

    server: str
    version: int
    raw: str


def wakes(at: datetime, deadline: datetime, patience: timedelta) -> Sequence[tuple[datetime, bool]]:
    """When an inquiry wants to be looked at after it was sent, and whether those who are missing are reminded then."""
    first = at + patience
    before = [(deadline - DAY, True)] if deadline - DAY > first else []
    return [(first, False), *before, *((deadline + n * DAY, True) for n in range(PLEAS_AFTER + 1))]
