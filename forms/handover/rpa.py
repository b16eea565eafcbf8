"""Responses as CSV in CP932, for robots and old systems: a header of names alone, stored values, a file per repeat."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, fixed, is_formula, legible, ordered
from forms.form import Form
from forms.handover.characters import Lost, to_cp932
from forms.handover.table import Layout, Table, Turn, values
from forms.questions import Value, Valued
from forms.questions.base import Cell

TURN_COLUMNS = ("receipt", "turn")
"""The first columns of a repeat's file: whose it is, and which turn (`2`, `2.1` within another repeat)."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """Where a character was replaced."""

    receipt: str
    column: str
    lost: Lost


@dataclass(frozen=True, slots=True)
class Cp932:
    """One file. `repeat` is "" for that of the responses; `guarded`: columns → cells that got an apostrophe."""

    repeat: str
    columns: tuple[str, ...]
    content: bytes
    count: int
    replaced: tuple[Replaced, ...]
    guarded: dict[str, int]


@dataclass(slots=True)
class _Page:
    """A file on its way."""

    columns: tuple[str, ...]
    replaced: list[Replaced] = field(default_factory=list)
    guarded: dict[str, int] = field(default_factory=dict)

    def cell(self, cell: Cell, receipt: str, column: str) -> Cell:
        """What can be held of a cell; what a spreadsheet would compute begins with an apostrophe."""
        if not isinstance(cell, str):
            return cell
        words, lost = to_cp932(legible(cell))
        self.replaced += (Replaced(receipt, column, one) for one in lost)
        if not is_formula(words):
            return words
        self.guarded[column] = self.guarded.get(column, 0) + 1
        return "'" + words


def to_rpa(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo) -> tuple[Cp932, ...]:
    """CRLF between records, LF within a cell. Leading zeros and long digits stay as they are: a robot reads text."""
    rows = ordered(rows)
    layout = Layout(form)
    main, *repeats = layout.tables
    first = _file("", (*FIXED_COLUMNS, *main.names), _responses(form, main, rows, zone=zone))
    return (first, *(_file(_name(t), (*TURN_COLUMNS, *t.names), _turns(t, layout, rows)) for t in repeats))


def _name(table: Table) -> str:
    return table.repeat.id if table.repeat else ""


def _responses(form: Form, table: Table, rows: Sequence[Exported], *, zone: ZoneInfo) -> Iterator[list[Cell]]:
    for row in rows:
        known = fixed(form, row, zone)
        yield [known.receipt, known.user, known.municipality, known.moment, *_cells(table, (), row)]


def _turns(table: Table, layout: Layout, rows: Sequence[Exported]) -> Iterator[list[Cell]]:
    for row in rows:
        for turn in layout.turns(row.answers).get(_name(table), []):
            yield [row.receipt, ".".join(map(str, turn)), *_cells(table, turn, row)]


def _cells(table: Table, turn: Turn, row: Exported) -> list[Cell]:
    return [cell for question, value in values(table, turn, row.answers) for cell in _stored(question, value)]


def _stored(question: Valued, value: Value) -> Sequence[Cell]:
    """The name of an option rather than its label: labels are for people, and may be reworded."""
    cells = question.cells(value, "ja")
    if question.measure in ("options", "found") and question.columns()[0] == question.id:
        return (next(iter(map(str, question.counted(value))), "") if value is not None else "", *cells[1:])
    return cells


def _file(repeat: str, columns: tuple[str, ...], rows: Iterable[Sequence[Cell]]) -> Cp932:
    page = _Page(columns)
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([page.cell(name, "", name) for name in columns])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - how many there were
        receipt = str(row[0])
        writer.writerow([page.cell(cell, receipt, name) for cell, name in zip(row, columns, strict=True)])
    content = out.getvalue().encode("cp932")
    return Cp932(repeat, columns, content, count, tuple(page.replaced), page.guarded)
