"""Responses as a workbook: real dates, text that stays text, nothing that computes, a sheet for each repeat."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, fixed, legible, ordered
from forms.form import Form
from forms.handover.codebook import HEADS, codebook
from forms.handover.moments import Dated, dated
from forms.handover.table import Layout, Table, Turn, values
from forms.text import Lang, Text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

TURN_COLUMNS = ("parent_row", "receipt", "turn")
"""The first columns of a repeat's sheet: the row of the sheet above, and which turn this is. These names are public."""
_ANSWERS = Text(ja="回答", en="Answers")
_CODEBOOK = Text(ja="コードブック", en="Code book")
_LONGEST = 32_767  # characters that a cell holds
_CUT = Text(ja="…（長いため、ここまで）", en="… (cut here)")
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_NO_ROWS = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date has no zone
_DAY, _MOMENT, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm"
_FORBIDDEN = str.maketrans("[]:*?/\\'", "________")


def to_xlsx(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, lang: Lang = "ja") -> bytes:
    """The workbook. Its own date is that of the newest response: the same input gives the same bytes."""
    from xlsxwriter import Workbook

    rows = ordered(rows)
    page = BytesIO()
    with Workbook(page, {"in_memory": True, "default_date_format": _DAY}) as book:
        newest = (fixed(form, rows[-1], zone).sent_at if rows else None) or _NO_ROWS
        book.set_properties({"title": legible(form.title[lang])[:200], "created": newest.replace(microsecond=0)})
        _Writing(book, lang).fill(form, rows, zone)
    return page.getvalue()


class _Writing:
    """One workbook on its way: its formats, and the names its sheets have so far."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self._book, self._lang = book, lang
        self._names: set[str] = set()
        self._words = book.add_format({"num_format": "@", "valign": "top"})
        self._head = book.add_format({"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#E9EDF2"})
        self._dates = {pattern: book.add_format({"num_format": pattern}) for pattern in (_DAY, _MOMENT, _TIME)}

    def fill(self, form: Form, rows: Sequence[Exported], zone: ZoneInfo) -> None:
        """Every sheet in its place."""
        layout = Layout(form)
        main, *repeats = layout.tables
        sheet = self._sheet(_ANSWERS[self._lang], (*FIXED_COLUMNS, *main.names))
        for number, row in enumerate(rows, 1):
            known = fixed(form, row, zone)
            sent_at = "" if known.sent_at is None else known.sent_at.replace(microsecond=0)
            cells = self._cells(main, (), row)
            self._row(sheet, number, [known.receipt, known.user, known.municipality, sent_at, *cells])
        for table, sheet in [(table, self._turns_sheet(table)) for table in repeats]:
            self._turns(sheet, table, layout, rows)
        book = self._sheet(_CODEBOOK[self._lang], HEADS)
        for number, entry in enumerate(codebook(form, self._lang), 1):
            self._row(book, number, entry.cells)

    def _turns_sheet(self, table: Table) -> "Worksheet":
        return self._sheet(table.repeat.id if table.repeat else "", (*TURN_COLUMNS, *table.names))

    def _turns(self, sheet: "Worksheet", table: Table, layout: Layout, rows: Sequence[Exported]) -> None:
        assert table.repeat is not None
        assert table.around is not None
        number, above = 0, 1
        for index, row in enumerate(rows):
            turns = layout.turns(row.answers)
            parents: list[Turn] = turns.get(table.around.repeat.id, []) if table.around.repeat else [()]
            for turn in turns.get(table.repeat.id, []):
                number += 1
                parent = index + 2 if not table.around.repeat else above + 1 + parents.index(turn[:-1])
                self._row(sheet, number, [parent, legible(row.receipt), turn[-1], *self._cells(table, turn, row)])
            above += len(parents)

    def _cells(self, table: Table, turn: Turn, row: Exported) -> list[Dated]:
        return [
            dated(question, cell)
            for question, value in values(table, turn, row.answers)
            for cell in question.cells(value, self._lang)
        ]

    def _sheet(self, name: str, heads: Sequence[str]) -> "Worksheet":
        sheet: Worksheet = self._book.add_worksheet(self._free(name))
        for column, head in enumerate(heads):
            sheet.write_string(0, column, legible(head), self._head)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(heads) - 1, 0), 16)
        return sheet

    def _free(self, name: str) -> str:
        """A name that Excel takes and no other sheet has."""
        name = legible(name).translate(_FORBIDDEN)[:31]
        free, n = name, 1
        while free.casefold() in self._names or free.casefold() == "history":
            n += 1
            free = f"{name[: 30 - len(str(n))]}_{n}"
        self._names.add(free.casefold())
        return free

    def _row(self, sheet: "Worksheet", number: int, cells: Iterable[Dated]) -> None:
        for column, cell in enumerate(cells):
            if cell != "":
                self._cell(sheet, number, column, cell=cell)

    def _cell(self, sheet: "Worksheet", number: int, column: int, *, cell: Dated) -> None:
        match cell:
            case datetime() if cell.date() >= _FIRST_DAY:
                sheet.write_datetime(number, column, cell, self._dates[_MOMENT])
            case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY:
                sheet.write_datetime(number, column, cell, self._dates[_DAY])
            case time():
                sheet.write_datetime(number, column, cell, self._dates[_TIME])
            case int() | float() if abs(cell) < _EXACT:
                sheet.write_number(number, column, cell)
            case _:
                sheet.write_string(number, column, self._fitting(legible(str(cell))), self._words)

    def _fitting(self, words: str) -> str:
        """As much as a cell holds, and the word that there was more. Excel counts UTF-16 units."""
        if len(words.encode("utf-16-le")) <= 2 * _LONGEST:
            return words
        kept = words.encode("utf-16-le")[: 2 * (_LONGEST - 40)].decode("utf-16-le", "ignore")
        return kept + _CUT[self._lang]
