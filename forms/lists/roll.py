"""A list of many rows held in little memory: two stretches of bytes and where their lines begin.

The content is one spelling of a CSV file: headings, then rows, a line each; a tab between cells; UTF-8. It is what
`Filed.sha256` is of.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Protocol

from forms.reading.words import HIRAGANA, folded, without_politeness

MOST_COUNTED = 1000
"""Rows that are counted of what was found: nobody looks through more."""
_BLOCK = 256 * 1024
_SPACES = re.compile(r"[^\S\n\t]+")


class Rolls(Protocol):
    """Where the content of lists comes from."""

    def roll(self, sha256: str) -> "Roll | None":
        """The list with this content; None where there is none."""


class Roll:
    """`value`: the column of the codes, which are found only whole; all other columns by any part of them."""

    def __init__(self, content: bytes, *, value: str) -> None:
        self._content = content
        self._starts = _lines(content)
        self.columns = tuple(self._line(0).split("\t"))
        self._places = {name: n for n, name in enumerate(self.columns)}
        self._searched = _searchable(content, self._places[value] if len(self.columns) > 1 else None)
        self._folds = _lines(self._searched)
        self._orders: dict[str, array[int]] = {}
        self._numbers: dict[str, array[float]] = {}

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def size(self) -> int:
        """Bytes in memory."""
        orders = 4 * sum(map(len, self._orders.values())) + 8 * sum(map(len, self._numbers.values()))
        return len(self._content) + len(self._searched) + orders + 8 * len(self._starts)

    def _line(self, n: int) -> str:
        end = self._starts[n + 1] - 1 if n + 1 < len(self._starts) else len(self._content)
        return self._content[self._starts[n] : end].decode()

    def row(self, n: int) -> dict[str, str]:
        """Heading → cell of row `n`, counted from 0."""
        return dict(zip(self.columns, self._line(n + 1).split("\t"), strict=True))

    def _cell(self, n: int, column: int) -> str:
        return self._line(n + 1).split("\t")[column]

    def rows_where(self, column: str, text: str) -> list[int]:
        """The rows that have just this in that column, in their order."""
        place = self._places.get(column)
        if place is None:
            return []
        order = self._order(column)
        at, found = bisect_left(order, text, key=lambda n: self._cell(n, place)), []
        while at < len(order) and self._cell(order[at], place) == text:
            found.append(order[at])
            at += 1
        return found

    def rows_equal(self, column: str, value: float, read: Callable[[str], float]) -> list[int]:
        """The rows whose cell in that column is read as this number, in their order."""
        place = self._places.get(column)
        if place is None:
            return []
        if column not in self._numbers:
            self._numbers[column] = array("d", (read(self._cell(n, place)) for n in range(len(self))))
        return [n for n, one in enumerate(self._numbers[column]) if one == value]

    def _order(self, column: str) -> "array[int]":
        """The rows by what stands in a column: 4 bytes a row, where a dictionary takes a hundred."""
        if column not in self._orders:
            place = self._places[column]
            cells = [self._cell(n, place) for n in range(len(self))]
            self._orders[column] = array("I", sorted(range(len(self)), key=cells.__getitem__))
        return self._orders[column]

    def find(self, said: str) -> list[int]:
        """Rows of which a cell is just this; else those that hold it: in their order, `MOST_COUNTED` at most."""
        words = comparable(said).encode()
        if not words or b"\t" in words or b"\n" in words:
            return []
        return self._holding(b"\t" + words + b"\t") or self._holding(words)

    def _holding(self, words: bytes) -> list[int]:
        found: list[int] = []
        at = self._searched.find(words)
        while at >= 0 and len(found) < MOST_COUNTED:
            n = bisect_right(self._folds, at) - 1
            found.append(n)
            if n + 1 >= len(self._folds):
                break
            at = self._searched.find(words, self._folds[n + 1])
        return found


def comparable(words: str) -> str:
    """Half-width letters, hiragana, no spaces, no です."""
    return without_politeness(folded(words))


def _lines(content: bytes | bytearray) -> "array[int]":
    starts, at = array("I", [0]), content.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = content.find(b"\n", at + 1)
    return starts


def _searchable(content: bytes, value: int | None) -> bytearray:
    """A line for each row, folded, without the codes; a tab around every cell."""
    searched = bytearray()
    for lines in _blocks(content):
        searched += b"\n" if searched else b""
        searched += _folded(lines, value)
    return searched


def _blocks(content: bytes) -> Iterator[list[str]]:
    """The rows, some thousands at a time: words take four times the memory of their bytes."""
    at = content.find(b"\n") + 1
    while 0 < at < len(content):
        end = content.find(b"\n", at + _BLOCK)
        end = len(content) if end < 0 else end
        yield content[at:end].decode().split("\n")
        at = end + 1


def _folded(lines: list[str], value: int | None) -> bytes:
    if value is not None:
        for n, line in enumerate(lines):
            cells = line.split("\t")
            del cells[value]
            lines[n] = "\t".join(cells)
    whole = "\t" + "\t\n\t".join(lines) + "\t"
    return _SPACES.sub("", unicodedata.normalize("NFKC", whole).casefold().translate(HIRAGANA)).encode()
