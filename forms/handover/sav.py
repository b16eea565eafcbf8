"""Responses as an SPSS file: numbers with their labels, dates, what is asked as the label of each variable."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, fixed, legible, ordered
from forms.form import Form
from forms.handover.codebook import title
from forms.handover.moments import Dated, dated
from forms.handover.spss import LONGEST, Datum, Format, Measure, Variable, spss
from forms.handover.table import Layout, Slot
from forms.text import Lang, Text

_HEADS = (
    Text(ja="受付番号", en="Receipt"),
    Text(ja="回答者", en="User"),
    Text(ja="自治体", en="Municipality"),
    Text(ja="送信日時", en="Sent at"),
)
_BEGINNING = datetime(1582, 10, 14)  # noqa: DTZ001 - where SPSS counts its seconds from; it knows no zones
_NO_ROWS = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date has no zone
_RESERVED = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
_MOST_CODES = 1000
_MOMENTS: tuple[tuple[type, Format, int], ...] = ((datetime, "DATETIME", 20), (date, "SDATE", 10), (time, "TIME", 8))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column before it is known what its cells have in common. `codes`: what a cell is → (its number, its words)."""

    name: str
    label: str
    cells: Sequence[Dated]
    codes: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    ordinal: bool = False
    empty: Format = "A"
    """What it is where there is no cell to tell."""


def to_sav(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, lang: Lang = "ja") -> bytes:
    """One row a response; what repeats stands side by side (`age.1`). Its date is that of the newest response.

    A choice is the number of its option, the option's words its label. Not answered and not asked are both missing.
    """
    rows = ordered(rows)
    known = [fixed(form, row, zone) for row in rows]
    fixed_cells: tuple[Sequence[Dated], ...] = (
        [k.receipt for k in known],
        [k.user for k in known],
        [k.municipality for k in known],
        [k.sent_at or "" for k in known],
    )
    columns = [_Column(n, h[lang], c) for n, h, c in zip(FIXED_COLUMNS, _HEADS, fixed_cells, strict=True)]
    for slot in Layout(form).slots(*(row.answers for row in rows)):
        columns += _columns(slot, rows, lang)
    names = _names([column.name for column in columns])
    made = [_made(column, name) for column, name in zip(columns, names, strict=True)]
    cells = list(zip(*(cells for _, cells in made), strict=True))
    newest = (known[-1].sent_at if known else None) or _NO_ROWS
    return spss([variable for variable, _ in made], cells, title=legible(form.title[lang]), at=newest)


def _columns(slot: Slot, rows: Sequence[Exported], lang: Lang) -> list[_Column]:
    question, names = slot.question, slot.names
    given = [row.answers.get(slot.key) for row in rows]
    found = [question.cells(value, lang) for value in given]
    codes = _codes(slot, lang)
    columns = [
        _Column(name, _label(slot, name, lang), [dated(question, cells[n]) for cells in found], empty=_empty(slot))
        for n, name in enumerate(names)
    ]
    if codes:
        chosen = [str(next(iter(question.counted(value)), "")) if value is not None else "" for value in given]
        columns[0] = replace(columns[0], cells=chosen, codes=codes, ordinal=question.measure == "scale")
    return columns


def _label(slot: Slot, name: str, lang: Lang) -> str:
    """What is asked; of one column of several also which option."""
    turn = f"（{'-'.join(map(str, slot.turn))}）" if slot.turn else ""
    words = legible(title(slot.question, lang)) + turn
    part = name.removeprefix(slot.key).lstrip("/_.")
    if not part:
        return words
    labels = {option.name: option.label[lang] for option in slot.question.options()}
    return f"{words}：{legible(labels.get(part, part))}"


def _empty(slot: Slot) -> Format:
    if slot.question.measure in ("numbers", "ranks") or len(slot.names) > 1:
        return "F"
    return "SDATE" if slot.question.kind == "date" else "A"


def _codes(slot: Slot, lang: Lang) -> dict[str, tuple[int, str]]:
    """Option → (the number people choose it by, or on a scale the point itself; its words)."""
    options = slot.question.options()
    if slot.question.measure not in ("options", "scale") or slot.names[0] != slot.key or len(options) > _MOST_CODES:
        return {}
    points = slot.question.measure == "scale"
    return {o.name: (int(o.name) if points else n, legible(o.label[lang])) for n, o in enumerate(options, 1)}


def _made(column: _Column, name: str) -> tuple[Variable, Sequence[Datum]]:
    """The variable that holds all of a column's cells: codes, numbers, moments, or words where nothing else does."""
    if column.codes:
        return _coded(column, name)
    given = {type(cell) for cell in column.cells if cell != ""}
    if given <= {int, float} and (given or column.empty == "F"):
        cells = [None if cell == "" else float(cell) for cell in column.cells]  # type: ignore[arg-type]
        return Variable(name, column.label, "scale", digits=(16, 4 if float in given else 0)), cells
    for kind, shown, width in _MOMENTS:
        if given == {kind} or (not given and column.empty == shown):
            moments = [None if cell == "" else _seconds(cell) for cell in column.cells]
            return Variable(name, column.label, "scale", format=shown, digits=(width, 0)), moments
    words = [legible(str(cell)) for cell in column.cells]
    width = min(max((len(each.encode()) for each in words), default=1) or 1, LONGEST)
    return Variable(name, column.label, "nominal", width, "A"), words


def _coded(column: _Column, name: str) -> tuple[Variable, Sequence[Datum]]:
    """What is no option any more gets a code after the last: nothing is lost."""
    codes = dict(column.codes)
    for unknown in sorted({str(cell) for cell in column.cells if cell != ""} - codes.keys()):
        codes[unknown] = (max(code for code, _ in codes.values()) + 1, legible(unknown))
    cells = [None if cell == "" else float(codes[str(cell)][0]) for cell in column.cells]
    measure: Measure = "ordinal" if column.ordinal else "nominal"
    return Variable(name, column.label, measure, digits=(8, 0), labels=dict(codes.values())), cells


def _seconds(cell: Dated) -> float:
    match cell:
        case datetime():
            return (cell.replace(microsecond=0) - _BEGINNING).total_seconds()
        case date():
            return (cell - _BEGINNING.date()).total_seconds()
        case time():
            return cell.hour * 3600.0 + cell.minute * 60 + cell.second
    raise TypeError(cell)


def _names(names: Sequence[str]) -> list[str]:
    """Names that SPSS takes: letters, digits and _ . up to 64 bytes, no two alike however they are written."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^\w.]", "_", legible(name)).rstrip(".")
        plain = plain if plain[:1].isalpha() and plain.casefold() not in _RESERVED else f"v_{plain}"
        free, n = _short(plain, 64), 1
        while free.casefold() in taken:
            n += 1
            free = f"{_short(plain, 60 - len(str(n)))}_{n}"
        taken.add(free.casefold())
        found.append(free)
    return found


def _short(name: str, size: int) -> str:
    return name.encode()[:size].decode("utf-8", "ignore")
