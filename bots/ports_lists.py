"""What bots may need of the municipality's lists: rows to choose from that stand in CSV files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.events import UserId
from forms.lists.known import Known
from forms.lists.reading import Listed
from forms.lists.table import Filed


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A list as it is now: the version `number`, which `author` sent."""

    name: str
    number: int
    filed: Filed
    author: UserId
    at: datetime


class Lists(Protocol):
    """The lists of this municipality. Changing them is for editors, all else for staff."""

    def known(self) -> Known:
        """Those that a form may draw from."""

    def all(self) -> Sequence[Kept]:
        """Each as it is now, by name."""

    def find(self, name: str) -> Kept:
        """By name, or by that of its file. Mistake (with the nearest name) when there is none."""

    def read(self, content: bytes, *, name: str) -> Listed:
        """What is in a CSV file, read where a hostile one can do no harm. Mistake: what is wrong, in which line."""

    def keep(self, name: str, listed: Listed) -> Kept:
        """From now on this is the list; the same rows again change nothing."""

    def undo(self, kept: Kept) -> Kept | None:
        """Back to the version before; None where there is none."""

    def delete(self, kept: Kept) -> None:
        """No form can take it from now on; versions of forms that have it keep it."""

    def csv(self, sha256: str) -> bytes | None:
        """The list with this content as a CSV file; None where it is gone."""
