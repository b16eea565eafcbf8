"""What a bot may need from the world. The bridge provides it, bound to the caller and the municipality.

A port guards the noun: it gives only what this caller may have, and raises NotAllowed (a Mistake) for the rest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bots.alliance import Member
from bots.drafting.state import Drafting, Manuscript, Write
from bots.effects import About, Keep
from bots.events import EventId, RoomId, Signed, UserId
from bots.records import Asked, Draft, Filling, Publication, Waiting
from forms.form import Form
from forms.lists.known import Known
from forms.tally import Tally
from forms.text import Lang, Text
from forms.xlsform.reading import Read


class Forms(Protocol):
    """The municipality's forms."""

    def save(self, form: Form) -> int:
        """Keep a new version; the same content again gives the version it already has. Editors."""

    def get(self, name: str) -> Draft:
        """The newest version. Mistake (with the nearest name) when there is none. Staff."""

    def drafts(self) -> Sequence[Draft]:
        """Newest version of each. Staff."""

    def version(self, name: str, version: int) -> Draft:
        """An earlier version. Mistake (with what there is) when there is none. Staff."""

    def rehearse(self, form: Form, step: int) -> Draft:
        """An unfinished form, to be played to its editor: no version of it is made. Editors."""

    def library(self) -> Sequence[Form]:
        """Forms that come with Kairan, to begin from."""

    def delete(self, name: str) -> None:
        """Remove the form and everything answered to it. Editors."""


class Manuscripts(Protocol):
    """Forms that are being written, and the caller's conversation about one of them. All is for editors."""

    def begin(self, manuscript: Manuscript, what: Text) -> Manuscript:
        """A new one; Mistake where its name is taken."""

    def find(self, name: str) -> Manuscript | None:
        """As it stands now."""

    def all(self) -> Sequence[Manuscript]:
        """Every one there is, by name."""

    def write(self, manuscript: Manuscript, step: Write, *, version: int | None = None) -> Manuscript:
        """Keep the next step; `version` where it takes in a version of the form."""

    def stand(self, manuscript: Manuscript, step: int) -> Manuscript:
        """Undo or redo: it stands at this step from now on."""

    def saved(self, manuscript: Manuscript, version: int) -> None:
        """The form got this version from it."""

    def mine(self) -> Drafting | None:
        """The caller's conversation, with the newest manuscript and the one that they last saw."""

    def keep(self, drafting: Drafting) -> None:
        """Store where the caller's conversation is."""


class Publications(Protocol):
    """Forms as they were put to people."""

    def publish(self, form: Draft, room: RoomId, *, closes: datetime | None, audience: Sequence[UserId]) -> Publication:
        """Fix the audience and open. Editors who are in that room."""

    def latest(self, name: str) -> Publication:
        """The last publication of a form. Staff; or anyone who was asked."""

    def get(self, publication: str) -> Publication:
        """By id, for the bot's own work."""

    def visible(self) -> Sequence[Publication]:
        """Open ones that the caller was asked, or that stand in a room the caller is in."""

    def in_room(self, room: RoomId) -> Sequence[Publication]:
        """All that were published to a room, newest first."""

    def overdue(self, now: datetime) -> Sequence[Publication]:
        """Open ones past their deadline."""

    def close(self, publication: Publication, at: datetime) -> None:
        """Stop taking answers. Editors."""

    def reopen(self, publication: Publication, closes: datetime | None) -> None:
        """Take answers again. Editors."""

    def current(self, name: str) -> Publication | None:
        """The one of a form that takes answers now. Editors."""

    def renew(self, publication: Publication, form: Draft, closes: datetime | None) -> Publication:
        """From now on it asks this version. Editors who are in its room."""

    def asked(self, publication: Publication) -> Sequence[Asked]:
        """The audience with what each has done; names for editors, the bot itself and nobody else."""

    def progress(self, publication: Publication) -> Sequence[tuple[str, int, int, int]]:
        """(municipality, invited, started, sent) of a publication in a room the caller is in."""

    def mute(self, publication: Publication) -> None:
        """The caller wants no more reminders of it."""

    def unreachable(self, user: UserId) -> Sequence[Publication]:
        """Note that this person cannot be asked; gives the open publications for which that is news."""


class Responses(Protocol):
    """The caller's own conversations, and what the results are made of."""

    def mine(self) -> Sequence[Filling]:
        """The caller's, open publications first in the order they were asked."""

    def begin(self, publication: Publication) -> Filling:
        """The caller's conversation about it, made now when there is none. Only for those asked."""

    def preview(self, draft: Draft) -> Filling:
        """A fresh conversation about a form that is never counted. Editors."""

    def carry(self, publication: Publication, form: Draft) -> tuple[Sequence[Filling], int]:
        """Move to this version all that is begun, not sent, and loses no answer; and how many stay. Editors."""

    def count(self, name: str) -> int:
        """How many answers were sent to a form, all publications together."""

    def keep(self, filling: Filling) -> None:
        """Store what became of it."""

    def about(self, message: EventId) -> About | None:
        """What one of the bot's own messages to the caller asked."""

    def current(self) -> str | None:
        """Id of the conversation that the caller is in."""

    def focus(self, response: str | None) -> None:
        """From now on the caller talks about this one."""

    def waiting(self) -> Sequence[Publication]:
        """Open publications that the caller was asked and has not begun."""

    def asker(self, publication: Publication) -> Text:
        """Who put it to people: their name and municipality."""

    def all_sent(self, publication: Publication) -> Sequence[Filling]:
        """What was sent. Editors, and the bot itself.

        Of a form that is not `named` without names, receipts and times, in an order that says nothing (`user` has at
        most a homeserver); a Mistake where it is withheld.
        """

    def withheld(self, publication: Publication) -> Text | None:
        """Why nothing of its answers may be shown (yet); None where they may."""

    def shows(self, publication: Publication) -> bool:
        """Whether those who watch may see now that there is one more answer."""

    def encrypted(self) -> bool:
        """Whether what is said here is encrypted."""

    def totals(self, publication: Publication) -> Tally:
        """What was sent, summed up by municipality; kept up to date with every sending, never counted anew."""

    def sent_by_day(self, publication: Publication) -> Mapping[date, int]:
        """How many of the responses there are were sent on which day, on the municipality's calendar."""


class Attachments(Protocol):
    """Files that answer questions, under the response that they belong to."""

    def keep(self, file: Keep) -> None:
        """Store the content of one; only the caller's own response takes any."""

    def tidy(self, filling: Filling) -> None:
        """Throw away what neither the answers nor what was sent speak of any more."""

    def content(self, filling: Filling, sha256: str) -> bytes | None:
        """The content of one, for whoever may read the response; None where it is gone.

        Of a response that does not say whose it is: the content with this hash, whoever sent it.
        """


class PostalCodes(Protocol):
    """The post's list of codes."""

    def towns(self, code: str) -> Sequence[str]:
        """Seven digits → the addresses with that code, up to the town; () where there is none."""


class People(Protocol):
    """Who is who, and who can be reached."""

    def language(self, user: UserId) -> Lang:
        """In which language the bot speaks to them."""

    def speak(self, lang: Lang) -> None:
        """The caller wants this language from now on."""

    def municipality(self, user: UserId) -> str:
        """The name of their municipality."""

    def name(self, user: UserId) -> str:
        """What they are called in chat, made harmless."""


class Rooms(Protocol):
    """Shared rooms."""

    def find(self, words: str) -> RoomId:
        """By alias, id or name, of those the bot and the caller are both in. Mistake otherwise."""

    def people(self, room: RoomId) -> Sequence[UserId]:
        """Members that are people, ours and permitted servers'; bots are left out."""

    def name(self, room: RoomId) -> str:
        """What the room is called."""

    def holds(self, room: RoomId) -> bool:
        """Whether the caller is in it."""


class Pending(Protocol):
    """What the bot asked back of the caller in this room."""

    def ask(self, waiting: Waiting) -> None:
        """Wait ten minutes for the caller's next word (or file) here."""

    def take(self) -> Waiting | None:
        """What was waited for, once."""


class Pictures(Protocol):
    """Charts as PNG."""

    def png(self, svg: str) -> bytes:
        """Rendered with the packaged Japanese font."""


class Workbooks(Protocol):
    """Forms as people write them in Excel, read where a hostile file can do no harm."""

    def read(self, content: bytes, *, name: str, known: Known) -> Read:
        """The form, or what is wrong; and what is in the file and not used. `name`: the file's, without its ending.

        `known` are the lists that it may draw from.
        """


class Town(Protocol):
    """The municipality itself."""

    def zone(self) -> ZoneInfo:
        """Its time zone."""

    def language(self) -> Lang:
        """What is spoken in its rooms."""


class Members(Protocol):
    """The municipalities of the alliance, as the list in force has them."""

    def me(self) -> Member:
        """Ourselves. Mistake where this municipality is in no alliance."""

    def all(self) -> Sequence[Member]:
        """Everybody, ourselves too, by code; () where this municipality is in no alliance."""

    def find(self, words: str) -> Member:
        """By name, server or code. Mistake (with the nearest name) when there is none."""


class Seals(Protocol):
    """What one municipality's word is known by, wherever it turns up."""

    def sign(self, kind: str, body: Mapping[str, Any]) -> Signed:
        """In this municipality's name, now."""

    def check(self, raw: str) -> Signed:
        """What was signed. Mistake where it was altered, or signed by nobody who is or was a member."""
