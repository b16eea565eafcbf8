"""What the template bot needs of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.alliance import Member
from bots.events import Signed, UserId
from forms.template import Ancestor, Template
from forms.template.merge import Side
from forms.text import Text

MARK = 16
"""Letters of an id that tell a template among all others: what is hashed cannot be made to look like another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """One line of the index: a template in its newest version. `users`: how many municipalities use it."""

    server: str
    name: str
    version: int
    title: Text
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A template with the signed document that it came in."""

    template: Template
    signed: Signed
    withdrawn: bool
    users: int

    @property
    def ancestor(self) -> Ancestor:
        return Ancestor(server=self.signed.signer, name=self.template.name, version=self.template.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A form of ours that was made from a template. `who` adopted it."""

    form: str
    origin: Ancestor
    who: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """The caller is taking `version` of a template into their form; `choices`: what they decided so far."""

    form: str
    version: int
    choices: Mapping[str, Side]


class Templates(Protocol):
    """Templates of all members. Staff."""

    def keep(self, signed: Signed) -> Template | None:
        """Take what a member signed into the index; None where it is there already.

        What cannot be used is kept too, with the reason, and Mistake says it.
        """

    def search(self, words: str) -> Sequence[Shelved]:
        """Those in which every one of the words stands, in any spelling of kana and width; all without words."""

    def find(self, words: str) -> Kept:
        """The newest by name, or by `name@server` where several have it. Signature checked. Mistake otherwise."""

    def version(self, origin: Ancestor) -> Kept:
        """Exactly this one. Mistake where it is not here or its signature does not hold."""

    def newest(self, server: str, name: str) -> int:
        """The newest version that is here and can be used; 0 where there is none."""

    def withdraw(self, server: str, name: str, version: int) -> bool:
        """Its author took it back, up to this version; whether that is news."""


class Adoptions(Protocol):
    """Forms that were made from templates. Staff; what changes anything: editors."""

    def adopt(self, form: str, kept: Kept) -> None:
        """From now on this form comes from this version."""

    def adopted(self, form: str) -> Adopted | None:
        """Where a form comes from."""

    def adopters(self, server: str, name: str) -> Sequence[Adopted]:
        """Our forms that come from this template. For the bot's own work."""

    def merging(self) -> Merging | None:
        """What the caller is being asked about."""

    def ask(self, merging: Merging | None) -> None:
        """From now on the caller is asked about this, or nothing any more."""


class Exchange(Protocol):
    """What goes between municipalities about templates. For the bot's own work, but `expect`: editors."""

    def used(self, name: str, by: Member) -> None:
        """A member uses a template of ours: counted once, and not named anywhere."""

    def counted(self, server: str, name: str, count: int) -> None:
        """So many use it, says its author."""

    def to_tell(self, since: datetime) -> Sequence[tuple[str, int]]:
        """(name, count) of ours whose number changed and was not told after `since`."""

    def copies(self, known: Sequence[str], most: int) -> Sequence[str]:
        """Signed documents that we wrote or adopted and that are not among the `known` ids, newest first."""

    def marked(self, marks: Sequence[str], most: int) -> Sequence[str]:
        """Of the same, those whose ids begin with one of these."""

    def known(self) -> Sequence[str]:
        """Ids of all that are here."""

    def expect(self, server: str) -> None:
        """The caller asked this member for what it keeps."""

    def expecting(self, server: str, *, more: bool) -> Sequence[UserId] | None:
        """Who asked this member within a day; None where neither they nor we did. Not `more`: this is all of it."""

    def serve(self, server: str) -> bool:
        """Whether this member may be served now: once in ten minutes."""


class Index(Protocol):
    """Who hands on which templates, and what we lack. A mark is the beginning of an id. For the bot's own work."""

    def ours(self, most: int) -> tuple[Sequence[str], Mapping[str, int]]:
        """Marks of what we hand on, newest first, and up to which version our own were taken back."""

    def note(self, server: str, marks: Sequence[str]) -> None:
        """This member hands these on: it is to be asked for those that are not here."""

    def turns(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Which members to ask now, and for what: a few a minute."""

    def untold(self) -> Sequence[str]:
        """Members that are new to us: each is given once."""

    def is_time(self, *, hours: int) -> bool:
        """Whether all were told so long ago; then it counts as told now."""
