"""What a reader is given beside the words, and what it gives: a value, how it is echoed, what was overlooked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from forms.reading.options import Named
from forms.text import Text, same

JAPAN = ZoneInfo("Asia/Tokyo")

Towns = Callable[[str], Sequence[str]]
"""Seven digits → the places with that postal code; () where there is no such code."""


@dataclass(frozen=True, slots=True)
class Given:
    """`now` is aware. `towns` is None where no list of postal codes is at hand."""

    now: datetime
    options: tuple[Named, ...] = ()
    towns: Towns | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(JAPAN).date()


@dataclass(frozen=True, slots=True)
class Taken:
    """A value, JSON-able; `note` says what was understood with tolerance."""

    value: Any
    shown: Text
    note: Text | None = None


Reader = Callable[[str, Given], Taken]
"""Raises Asked for what has two readings or lacks something, any other Mistake for what is no such value."""


def as_is(value: str, note: Text | None = None) -> Taken:
    """A value that is shown as it is."""
    return Taken(value, same(value), note)
