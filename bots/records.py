"""What ports give and take: forms as they are kept, publications, people asked, and what falls due."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from bots.conversation import Conversation
from bots.events import RoomId, UserId
from bots.roles import Role
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text, same

Stage = Literal["invited", "started", "sent", "unreachable"]


class NotAllowed(Mistake):
    """The caller may not have this. Who is of another municipality is told of which one the role would be."""

    def __init__(self, needs: Role, *, town: Text | None = None) -> None:
        self.needs = needs
        where = town or Text(ja="この自治体", en="this municipality")
        super().__init__(
            Text(
                ja="この操作ができるのは、{where}の{role}だけです。",
                en="Only those with the role “{role}” in {where} can do this.",
            ).fill(role=needs.title, where=where)
        )

    def of(self, town: str) -> Text:
        """For who is of another municipality than this one."""
        return NotAllowed(self.needs, town=same(town)).text


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form as loaded: `version` counts from 1 within `form.name`."""

    form: Form
    version: int
    author: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A form version put to an audience. `number` counts the times this form was published."""

    id: str
    form: Form
    version: int
    number: int
    room: RoomId
    author: UserId
    published_at: datetime
    closes_at: datetime | None
    closed_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether answers are still taken."""
        return self.closed_at is None and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One person of the audience. `municipality` and `name` are what people call them."""

    user: UserId
    name: str
    municipality: str
    stage: Stage
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """One person's conversation about one publication."""

    publication: Publication
    conversation: Conversation
    id: str
    user: UserId
    sent_at: datetime | None = None
    sending: int = 0
    """Which sending to this municipality it was, counted in the order they were kept; a correction counts anew."""

    @property
    def secret(self) -> bool:
        """Whether nobody may ever tie these answers to their owner, the owner's own bot included."""
        return self.publication.form.privacy == "anonymous" and not self.conversation.preview

    @property
    def cast(self) -> bool:
        """Sent for good: nothing of it is known any more."""
        return self.secret and self.conversation.sent is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A row that falls due once. For a form's own reminder `publication` is set, else `text` is what was asked for."""

    id: str
    due: datetime
    room: RoomId | None
    user: UserId | None
    publication: str | None
    text: str
    author: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """When a room gets its digest. `since`: what was already told."""

    room: RoomId
    weekdays: tuple[int, ...]
    at: time
    next: datetime
    since: datetime
    author: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The bot asked something back; `command` runs when the person says yes (or sends the file)."""

    command: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The live summary of a publication that should be written now. `edits` is how often this message was edited."""

    publication: Publication
    generation: int
    edits: int
