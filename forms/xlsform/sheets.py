"""A workbook as plain words, wherever it came from; and how much of one is read at most."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from forms.mistake import Mistake
from forms.text import Text

MOST_UNPACKED = 50 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 20_000, 200  # with something in them; how many a form may have is asked where it is read
MOST_WORDS = 8_000_000
"""Characters of all cells together."""

TOO_LARGE = Text(
    ja="ファイルの中身が大きすぎます（展開して50 MB、1シート{rows}行、{columns}列まで）。"
    "使っていない行・列・シートを削除して、保存し直してください。",
    en="There is too much in this file (at most 50 MB unpacked, {rows} rows and {columns} columns to a sheet). "
    "Delete the rows, columns and sheets that are not used, and save it again.",
).fill(rows=MOST_ROWS, columns=MOST_COLUMNS)
DAMAGED = Text(
    ja="ファイルが壊れているか、途中で切れています。Excel で開いて保存し直し、もう一度送ってください。",
    en="The file is damaged or cut short. Open it in Excel, save it again, and send it once more.",
)
LOCKED = Text(
    ja="パスワードで保護されています。Excel でパスワードを外して保存し直してください。",
    en="The file is protected by a password. Take the password off in Excel and save it again.",
)


def too_large() -> Mistake:
    return Mistake(TOO_LARGE)


def damaged() -> Mistake:
    return Mistake(DAMAGED)


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1, as people see it. `cells` are trimmed; "" where there is nothing."""

    number: int
    cells: tuple[str, ...]

    def at(self, column: int) -> str:
        """The cell in the column that counts from 0."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that hold anything. `unworked`: (row, column from 0) of formulas without a value."""

    name: str
    rows: tuple[Row, ...] = ()
    formulas: int = 0
    unworked: tuple[tuple[int, int], ...] = ()
    beyond: int | None = None
    """Below this row so many empty ones follow that what is under them was not read."""


@dataclass(slots=True)
class Book:
    """`asides`: what else was in the file and is not used."""

    sheets: list[Sheet] = field(default_factory=list)
    asides: list[Text] = field(default_factory=list)


class Budget:
    """Counts what is kept of a book; Mistake beyond the limits."""

    def __init__(self) -> None:
        self._left = MOST_WORDS

    def spend(self, words: str) -> None:
        self._left -= len(words) + 1
        if self._left < 0:
            raise too_large()


def rows_of(table: Iterable[Iterable[str]], budget: Budget, *, first: int = 1) -> tuple[Row, ...]:
    """The rows of a table that hold something; Mistake where there are too many."""
    rows: list[Row] = []
    for number, cells in enumerate(table, first):
        trimmed = [cell.strip() for cell in cells]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed:
            continue
        if len(rows) >= MOST_ROWS or len(trimmed) > MOST_COLUMNS:
            raise too_large()
        for cell in trimmed:
            budget.spend(cell)
        rows.append(Row(number, tuple(trimmed)))
    return tuple(rows)


def column_letters(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number_words(value: float) -> str:
    """5.0 → 5, 0.05 → 0.05: as people see it, and never 1e-05."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is not itself
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
