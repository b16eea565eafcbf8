"""An SPSS system file (.sav), byte by byte: UTF-8, uncompressed, as PSPP's documentation of the format describes it.

It knows variables and rows, nothing of forms. See docs/decisions/0010-our-own-sav.md.
"""

import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Datum = str | float | None
Measure = Literal["nominal", "ordinal", "scale"]
Format = Literal["A", "F", "TIME", "DATETIME", "SDATE"]

LONGEST = 32_767  # bytes of a string
MISSING = -sys.float_info.max
_MEASURES = {"nominal": 1, "ordinal": 2, "scale": 3}
_FORMATS = {"A": 1, "F": 5, "TIME": 21, "DATETIME": 22, "SDATE": 39}
_SEGMENT, _TOLD = 255, 252  # a long string lies in segments of 255 bytes, which the format counts as 252
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Variable:
    """A column. `width` is that of a string in bytes, 0 for a number; `labels` name a number's values."""

    name: str
    label: str
    measure: Measure
    width: int = 0
    format: Format = "F"
    digits: tuple[int, int] = (8, 2)
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[int, ...]:
        """The widths of its parts: one, or several of a string that is longer than 255 bytes."""
        if self.width <= _SEGMENT:
            return (self.width,)
        count = -(-self.width // _TOLD)
        return (*[_SEGMENT] * (count - 1), self.width - (count - 1) * _TOLD)

    @property
    def places(self) -> int:
        """How many times eight bytes it takes in a row."""
        return sum(max(1, -(-width // 8)) for width in self.segments)


def spss(variables: Sequence[Variable], rows: Sequence[Sequence[Datum]], *, title: str, at: datetime) -> bytes:
    """The file. `at` stands in it as the time it was made. None is missing; strings are cut to their width."""
    parts = [_header(variables, len(rows), title=title, at=at)]
    shorts = [f"V{n:05d}" for n in range(1, len(variables) + 1)]
    for short, variable in zip(shorts, variables, strict=True):
        parts += _variable(short, variable)
    parts += _value_labels(variables)
    parts += _extensions(shorts, variables, len(rows))
    parts.append(struct.pack("<ii", 999, 0))
    parts += (_cell(v, cell) for row in rows for v, cell in zip(variables, row, strict=True))
    return b"".join(parts)


def _header(variables: Sequence[Variable], count: int, *, title: str, at: datetime) -> bytes:
    day = f"{at.day:02d} {_MONTHS[at.month - 1]} {at.year % 100:02d}".encode()
    size = sum(v.places for v in variables)
    return struct.pack(
        "<4s60siiiiid9s8s64s3x", b"$FL2", _padded("@(#) SPSS DATA FILE Kairan", 60), 2, size, 0, 0, count, 100.0,
        day, f"{at:%H:%M:%S}".encode(), _padded(title, 64),
    )  # fmt: skip


def _padded(words: str, size: int) -> bytes:
    return cut(words, size).ljust(size)


def cut(words: str, size: int) -> bytes:
    """At most `size` bytes of UTF-8, whole characters only."""
    return words.encode("utf-8", "replace")[:size].decode("utf-8", "ignore").encode()


def _variable(short: str, variable: Variable) -> Iterator[bytes]:
    """Its records: one for each segment, and for each eight bytes of a string beyond the first an empty one."""
    label = cut(variable.label, 255)
    for n, width in enumerate(variable.segments):
        name = short if n == 0 else f"{short}{_suffix(n)}"
        kind = _FORMATS[variable.format] << 16
        shape = kind | (width << 8 if width else variable.digits[0] << 8 | variable.digits[1])
        labelled = int(n == 0 and bool(label))
        yield struct.pack("<iiiiii8s", 2, width, labelled, 0, shape, shape, _padded(name, 8))
        if labelled:
            yield struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4)
        yield struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * 8) * (max(1, -(-width // 8)) - 1)


def _suffix(n: int) -> str:
    """Two letters: a string of 32,767 bytes has 131 segments."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[n // 36] + letters[n % 36]


def _value_labels(variables: Sequence[Variable]) -> Iterator[bytes]:
    place = 1
    for variable in variables:
        if variable.labels:
            yield struct.pack("<ii", 3, len(variable.labels))
            for value, words in variable.labels.items():
                label = cut(words, 120)
                size = -(-(len(label) + 1) // 8) * 8
                yield struct.pack("<d", value) + (bytes([len(label)]) + label).ljust(size)
            yield struct.pack("<iii", 4, 1, place)
        place += variable.places


def _extensions(shorts: Sequence[str], variables: Sequence[Variable], count: int) -> Iterator[bytes]:
    yield _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))
    lowest = struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", MISSING))[0] - 1)
    yield _extension(4, 8, struct.pack("<dd", MISSING, sys.float_info.max) + lowest)
    shown = [(_MEASURES[v.measure], 16 if v.width else 10, 0 if v.width else 1) for v in variables for _ in v.segments]
    yield _extension(11, 4, b"".join(struct.pack("<iii", *one) for one in shown))
    names = "\t".join(f"{short}={variable.name}" for short, variable in zip(shorts, variables, strict=True))
    yield _extension(13, 1, names.encode())
    long = [f"{s}={v.width:05d}\0\t" for s, v in zip(shorts, variables, strict=True) if v.width > _SEGMENT]
    if long:
        yield _extension(14, 1, "".join(long).encode())
    yield _extension(16, 8, struct.pack("<qq", 1, count))
    yield _extension(20, 1, b"UTF-8")


def _extension(kind: int, size: int, data: bytes) -> bytes:
    return struct.pack("<iiii", 7, kind, size, len(data) // size) + data


def _cell(variable: Variable, cell: Datum) -> bytes:
    if not variable.width:
        return struct.pack("<d", MISSING if cell is None else cell)
    words = cut(str(cell or ""), variable.width)
    if variable.width <= _SEGMENT:
        return words.ljust(variable.places * 8)
    pieces = [words[at : at + _SEGMENT].ljust(256) for at in range(0, max(len(words), 1), _SEGMENT)]
    return b"".join(pieces).ljust(variable.places * 8)[: variable.places * 8]
