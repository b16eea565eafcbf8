"""Responses as an SPSS file: numbers with their labels, dates, what is asked as the label of each variable."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, fixed, legible, ordered
from forms.form import Form
from forms.handover.codebook import title
from forms.handover.moments import Dated, dated
from forms.handover.spss import LONGEST, Format, Measure, Variable, spss
from forms.handover.table import Layout, Slot
from forms.questions.base import Cell
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


@dataclass(slots=True)
class _Column:
    """A column before it is known what it holds."""

    name: str
    label: str
    cells: list[Dated]
    codes: Mapping[str, int]  # label → code
    ordinal: bool = False


def to_sav(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, lang: Lang = "ja") -> bytes:
    """One row a response; what repeats stands side by side (`age.1`). Its date is that of the newest response.

    A choice is the number of its option, the option's words its label. Not answered and not asked are both missing.
    """
    rows = ordered(rows)
    known = [fixed(form, row, zone) for row in rows]
    shown = Layout(form).slots(*(row.answers for row in rows))
    heads = zip(
        FIXED_COLUMNS, _HEADS, zip(*((k.receipt, k.user, k.municipality, k.sent_at) for k in known)), strict=False
    )
    columns = [_Column(name, head[lang], list(cells), {}) for name, head, cells in heads] or [
        _Column(name, head[lang], [], {}) for name, head in zip(FIXED_COLUMNS, _HEADS, strict=True)
    ]
    for slot in shown:
        columns += _columns(slot, rows, lang)
    names = _names([column.name for column in columns])
    made = [_made(column, name) for column, name in zip(columns, names, strict=True)]
    newest = known[-1].sent_at if known else _NO_ROWS
    cells = list(zip(*(cells for _, cells in made), strict=True))
    return spss([variable for variable, _ in made], cells, title=legible(form.title[lang]), at=newest)


def _columns(slot: Slot, rows: Sequence[Exported], lang: Lang) -> list[_Column]:
    question, names = slot.question, slot.names
    found = [question.cells(row.answers.get(slot.key), lang) for row in rows]
    turn = f"（{'-'.join(map(str, slot.turn))}）" if slot.turn else ""
    words = legible(title(question, lang)) + turn
    codes = _codes(slot, lang) if len(names) == 1 else {}
    labels = {f"{slot.key}/{option.name}": option.label[lang] for option in question.options()}
    return [
        _Column(
            name,
            f"{words}：{legible(labels[name])}" if name in labels else words,
            [dated(question, row[n]) for row in found],
            codes,
            question.measure in ("scale", "ranks"),
        )
        for n, name in enumerate(names)
    ]


def _codes(slot: Slot, lang: Lang) -> dict[str, int]:
    """Label → code: the number people choose it by, or on a scale the point itself."""
    options = slot.question.options()
    if slot.question.measure not in ("options", "scale") or len(options) > _MOST_CODES:
        return {}
    if slot.question.measure == "scale":
        return {option.label[lang]: int(option.name) for option in options if option.name.isdecimal()}
    return {option.label[lang]: n for n, option in reversed(list(enumerate(options, 1)))}


def _made(column: _Column, name: str) -> tuple[Variable, list[str | float | None]]:
    """The variable that holds all of a column's cells: codes, numbers, moments, or words where nothing else does."""
    given = [cell for cell in column.cells if cell != ""]
    if column.codes:
        return _coded(column, name)
    if given and all(isinstance(cell, int | float) for cell in given):
        measure: Measure = "ordinal" if column.ordinal else "scale"
        return _numbers(column, name, measure), [None if c == "" else float(c) for c in column.cells]  # type: ignore[arg-type]
    for kind, form, width in ((datetime, "DATETIME", 20), (date, "SDATE", 10), (time, "TIME", 8)):
        if given and all(type(cell) is kind for cell in given):
            return _moments(column, name, format_=form, width=width)  # type: ignore[arg-type]
    words = [legible(str(cell)) for cell in column.cells]
    width = min(max((len(each.encode("utf-8", "replace")) for each in words), default=1) or 1, LONGEST)
    return Variable(name, column.label, "nominal", width, "A"), list(words)


def _coded(column: _Column, name: str) -> tuple[Variable, list[str | float | None]]:
    """What is no option (words of one's own) gets a code after the last: nothing is lost."""
    codes = dict(column.codes)
    for own in sorted({str(cell) for cell in column.cells if not _is_code(cell, codes)}):
        codes[own] = max(codes.values()) + 1
    cells = [None if c == "" else float(c) if isinstance(c, int) else float(codes[str(c)]) for c in column.cells]
    labels = {code: legible(words) for words, code in sorted(codes.items(), key=lambda one: one[1])}
    measure: Measure = "ordinal" if column.ordinal else "nominal"
    return Variable(name, column.label, measure, digits=(8, 0), labels=labels), list(cells)


def _is_code(cell: Cell | date | time, codes: Mapping[str, int]) -> bool:
    return cell == "" or isinstance(cell, int) or str(cell) in codes


def _numbers(column: _Column, name: str, measure: Measure) -> Variable:
    whole = all(isinstance(cell, int) for cell in column.cells if cell != "")
    return Variable(name, column.label, measure, digits=(16, 0) if whole else (16, 4))


def _moments(column: _Column, name: str, *, format_: Format, width: int) -> tuple[Variable, list[str | float | None]]:
    cells = [None if cell == "" else _seconds(cell) for cell in column.cells]
    return Variable(name, column.label, "scale", format=format_, digits=(width, 0)), list(cells)


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
