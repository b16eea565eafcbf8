"""A sheet under its headings: each line's cells by the name of their column, and where each stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.reading.words import clean, quote
from forms.text import Text
from forms.xlsform.headings import Heading, heading
from forms.xlsform.places import Findings, Spot
from forms.xlsform.sheets import Row, Sheet

_ORDER = {"settings": 0, "survey": 1, "choices": 2}


@dataclass(frozen=True, slots=True)
class Table:
    """`kind`: survey, choices or settings. `columns`: place → heading, of those that have one."""

    kind: str
    sheet: Sheet
    columns: Mapping[int, Heading]
    rows: tuple[Row, ...]
    head: int = 1

    def lines(self) -> Iterator["Line"]:
        for row in self.rows:
            yield Line(self, row)

    def has(self, name: str) -> bool:
        return any(one.name == name for one in self.columns.values())

    def spot(self, row: int | None = None, name: str | None = None) -> Spot:
        """The cell of a line in a column; the line where there is no such column."""
        place = next((n for n, one in self.columns.items() if one.name == name), None)
        written = self.columns[place].written if place is not None else ""
        return Spot(self.sheet.name, row, place, written, _ORDER[self.kind])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table."""

    table: Table
    row: Row

    @property
    def number(self) -> int:
        return self.row.number

    def words(self, name: str) -> str:
        """The cell; of several columns with this name the first that has something."""
        found = (self.row.at(n) for n, one in self.table.columns.items() if one.name == name)
        return next((words for words in found if words), "")

    def wordings(self, name: str) -> dict[str, str]:
        """Language → words, "" for a column that names none."""
        found: dict[str, str] = {}
        for n, one in self.table.columns.items():
            if one.name == name and (words := clean(self.row.at(n))):
                found.setdefault(one.language, words)
        return found

    def spot(self, name: str | None = None) -> Spot:
        spot = self.table.spot(self.number, name)
        if name is None or spot.column is None:
            return spot
        filled = (n for n, one in self.table.columns.items() if one.name == name and self.row.at(n))
        place = next(filled, spot.column)
        return Spot(spot.sheet, spot.row, place, self.table.columns[place].written, spot.order)

    def extras(self) -> Iterator[tuple[Heading, str]]:
        """All cells with something in them."""
        for n, one in self.table.columns.items():
            if words := self.row.at(n):
                yield one, words


@dataclass(slots=True)
class Languages:
    """Which of the languages in a book are shown: ja and en; without either the first, for everybody."""

    default: str = ""
    seen: list[str] = field(default_factory=list)

    def text(self, wordings: Mapping[str, str]) -> str | dict[str, str] | None:
        """As a form's document has it; None where there is nothing in a language that is shown."""
        words = dict(wordings)
        plain = words.pop("", None)
        if plain is not None:
            words.setdefault("en" if self.default == "en" else "ja", plain)
        ja, en = words.get("ja"), words.get("en")
        if ja and en:
            return ja if ja == en else {"ja": ja, "en": en}
        if not {"ja", "en"} & set(self.seen):
            first = words.get(self.default) or next((words[one] for one in self.seen if one in words), None)
            return ja or en or first or next(iter(words.values()), None)
        return ja or en or words.get(self.default) or next(iter(words.values()), None)


def table_of(kind: str, sheet: Sheet, findings: Findings) -> Table:
    """Its headings are in the first row; where people wrote a title above them, in one of the next."""
    at = next((n for n, row in enumerate(sheet.rows[:10]) if _is_head(kind, row)), 0)
    if not sheet.rows:
        return Table(kind, sheet, {}, ())
    head = sheet.rows[at]
    columns = {n: heading(kind, words) for n, words in enumerate(head.cells) if words}
    table = Table(kind, sheet, columns, sheet.rows[at + 1 :], head.number)
    _repeated(table, findings)
    return table


def _is_head(kind: str, row: Row) -> bool:
    wanted = {"survey": {"type"}, "choices": {"list_name"}, "settings": {"form_title", "form_id"}}[kind]
    return any(heading(kind, words).name in wanted for words in row.cells if words)


def _repeated(table: Table, findings: Findings) -> None:
    seen: dict[tuple[str, str], Heading] = {}
    for n, one in table.columns.items():
        first = seen.setdefault((one.name, one.language), one)
        if first is not one:
            findings.wrong(
                Spot(table.sheet.name, table.head, n, one.written, _ORDER[table.kind]),
                Text(ja="見出し「{one}」と同じ意味の列が、もう一つあります。", en="Two columns mean “{one}”.").fill(
                    one=quote(first.written)
                ),
                Text(ja="どちらかの列を削除するか、見出しを変えてください。", en="Delete or rename one of them."),
            )
