"""Tables of what people type and what is read from it, as rows for tests."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from forms.text import Text, same

JAPAN = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)  # a Tuesday
_QUOTED = re.compile(r"`(?P<text>[^`]*)`(?: of (?P<of>.*))?(?:, said on (?P<on>[0-9-]+))?")


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    text: str
    answer: str
    every: str = ""
    options: tuple[Option, ...] = ()
    now: datetime = NOW


def rows(path: Path) -> list[Row]:
    """Of both tables, with or without a column of numbers."""
    reads, _, whens = path.read_text("utf-8").partition("\n## when")
    return [_read(cells) for cells in _cells(reads)] + [_when(cells) for cells in _cells(whens)]


def _cells(table: str) -> list[list[str]]:
    lines = [line[1:].rstrip("|").split("|") for line in table.splitlines() if line.startswith("| ")]
    found = [[cell.strip() for cell in line] for line in lines if "`" in "".join(line)]
    return [cells[1:] if cells[0].isdigit() else cells for cells in found]


def _read(cells: list[str]) -> Row:
    match = _QUOTED.match(cells[1])
    names = [name.strip() for name in (match["of"] or "").split(",") if name.strip()]
    options = tuple(Option(n.partition("=")[0], same(n.partition("=")[2] or n)) for n in names)
    return Row(cells[0], match["text"], _answer(cells[2], options), options=options)


def _answer(cell: str, options: tuple[Option, ...]) -> str:
    order = {"the first": 0, "the second": 1, "the third": 2}
    return options[order[cell]].name if cell in order else cell.strip("`")


def _when(cells: list[str]) -> Row:
    match = _QUOTED.match(cells[0])
    now = datetime.fromisoformat(f"{match['on']}T10:00").replace(tzinfo=JAPAN) if match["on"] else NOW
    return Row("when", match["text"], cells[1].removesuffix("+09:00"), cells[2] if len(cells) > 2 else "", now=now)


def fits(row: Row, status: str, value: object) -> bool:
    """Whether the answer is the one in the table."""
    if row.answer == "ask/refused":
        return status in ("ask", "refused")
    if row.answer.startswith("within"):
        return status == "ask"
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return row.answer == (written if status == "ok" else status)
