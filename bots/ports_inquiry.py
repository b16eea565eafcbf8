"""What the bot of inquiries needs from the world; the bridge provides it as it does bots.ports."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bots.effects import Place
from bots.events import RoomId
from bots.inquiry_records import Asked, Asking, Filed, Table
from forms.form import Form
from forms.inquiry import Kind


class Inquiries(Protocol):
    """What this municipality asked others, and was asked by them. Staff may look."""

    def send(  # noqa: PLR0913 - what makes an inquiry
        self, form: Form, document: str, *, kind: Kind, deadline: datetime, to: Sequence[str], room: RoomId | None
    ) -> Asking:
        """A new one of ours. Editors."""

    def all(self) -> Sequence[Asking | Asked]:
        """Newest first. Staff."""

    def get(self, number: int) -> Asking | Asked:
        """By its number here. Mistake (with what to do) when there is none. Staff."""

    def ours(self, id_: str) -> Asking | None:
        """One that we sent; for the bot's own work."""

    def theirs(self, asker: str, id_: str) -> Asked | None:
        """One that came from there; for the bot's own work."""

    def waiting(self, asker: str) -> int:
        """How many of theirs are still open here."""

    def sent_since(self, at: datetime) -> int:
        """How many of ours were sent after that."""

    def receive(self, asked: Asked) -> Asked:
        """Keep one that came, under a number of its own."""

    def keep(self, inquiry: Asking | Asked) -> None:
        """Store what became of it; the table of one of ours is out of date from now on.

        Editors; the bot itself; and, about itself, the Kairan of the municipality concerned.
        """

    def file(self, asking: Asking, filed: Filed) -> None:
        """Keep a release as it was signed."""

    def filed(self, asking: Asking) -> Sequence[Filed]:
        """All of them, by server and version. Editors."""

    def keys(self, servers: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """What these municipalities signed with, now and before: key id → public key."""

    def stewards(self) -> Place | None:
        """Where this municipality's stewards read; None where they have no room."""

    def waking(self, now: datetime) -> Sequence[Asking]:
        """Open ones of ours that want to be looked at."""

    def woken(self, asking: Asking, now: datetime) -> int:
        """It was looked at; gives how often it has been."""

    def tables(self, now: datetime) -> Sequence[Table]:
        """Tables that no longer show the truth and may be written again."""

    def written(self, table: Table, now: datetime) -> None:
        """It shows the truth, as of this transaction."""
