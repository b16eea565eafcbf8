"""Responses as a file: CSV that opens right in Japanese Excel and runs nothing there, and JSON.

What every format says of a response is decided here, in one place: `Exported`, `fixed`, `ordered`.
"""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from forms.form import Form
from forms.handover.table import Layout
from forms.questions.base import Answers, Cell
from forms.text import Lang

FIXED_COLUMNS = ("receipt", "user", "municipality", "sent_at")
"""The first columns of every file; after them each question's own, named by its id. These names are public."""

_FORMULA = re.compile(r"""[\s"'“”‘’`]*[=+\-@＝＋－＠−]|[\t\r]""")
_MISREAD = re.compile(r"0\d+|\d{12,}")  # Excel drops the leading zeros and rounds what is long
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Exported:
    """One response as it leaves: `sent_at` is aware. Who, receipt and time go out only where the form names people.

    `sending` counts what was sent to this municipality, in the order in which it was kept; a correction counts anew.
    """

    receipt: str
    who: str
    municipality: str
    sent_at: datetime
    answers: Answers
    sending: int = 0


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A response that was sent and then taken back: that has a number among the sendings, too."""

    receipt: str
    sending: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """What stands in FIXED_COLUMNS; `sent_at` on the wall of the municipality, without a zone.

    Of people whom the form does not name only the municipality leaves.
    """

    receipt: str
    user: str
    municipality: str
    sent_at: datetime | None

    @property
    def moment(self) -> str:
        """`sent_at` as it is written; "" where it is nobody's business."""
        return "" if self.sent_at is None else f"{self.sent_at:%Y-%m-%d %H:%M:%S}"


def fixed(form: Form, row: Exported, zone: ZoneInfo) -> Fixed:
    """What leaves of a response besides its answers."""
    if form.privacy != "named":
        return Fixed("", "", legible(row.municipality), None)
    wall = row.sent_at.astimezone(zone).replace(tzinfo=None)
    return Fixed(legible(row.receipt), legible(row.who), legible(row.municipality), wall)


def to_csv(
    form: Form,
    rows: Iterable[Exported],
    *,
    zone: ZoneInfo,
    version: int | str = "",  # noqa: ARG001 - called as to_json is, so that the kind of file is one word
    lang: Lang = "ja",
) -> bytes:
    """UTF-8 with BOM, CRLF between records, LF within a cell; labels in `lang`, times on the wall in `zone`.

    A choice is its label, each option of a choices question a column of 1 and 0 (empty where it was not answered),
    numbers are numbers. A text that a spreadsheet would take for a formula or misread begins with an apostrophe.
    What repeats stands side by side: `age.1`, `age.2`.
    """
    rows = ordered(rows)
    shown = Layout(form).slots(*(row.answers for row in rows))
    page = StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow([*FIXED_COLUMNS, *(safe(name) for slot in shown for name in slot.names)])
    for row in rows:
        cells = [cell for slot in shown for cell in slot.question.cells(row.answers.get(slot.key), lang)]
        writer.writerow([*_fixed(form, row, zone), *map(safe, cells)])
    return page.getvalue().encode("utf-8-sig")


def to_json(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, version: int | str) -> bytes:
    """`{"form": name, "version": …, "responses": [{receipt, user, municipality, sent_at, answers}]}`, UTF-8.

    Answers are the stored values (option names, ISO dates) by their keys (`age.2` within repeats); null where a
    question was not answered or did not matter.
    """
    layout = Layout(form)
    document = {
        "form": form.name,
        "version": version,
        "responses": [record(form, layout, row, zone=zone) for row in ordered(rows)],
    }
    written = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (written + "\n").encode("utf-8", "replace")


def record(form: Form, layout: Layout, row: Exported, *, zone: ZoneInfo) -> dict[str, object]:
    """One response as JSON has it: every question of the form, and within repeats those turns that there are."""
    named = form.privacy == "named"
    return {
        "receipt": row.receipt if named else "",
        "user": row.who if named else "",
        "municipality": row.municipality,
        "sent_at": row.sent_at.astimezone(zone).isoformat(timespec="seconds") if named else "",
        "answers": {slot.key: row.answers.get(slot.key) for slot in layout.slots(row.answers)},
    }


def _fixed(form: Form, row: Exported, zone: ZoneInfo) -> list[Cell]:
    known = fixed(form, row, zone)
    return [*map(safe, (known.receipt, known.user, known.municipality)), known.moment]


def legible(words: str) -> str:
    """`words` without control characters, halves of characters and what is none; line ends as LF."""
    return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def is_formula(words: str) -> bool:
    """Whether a spreadsheet might compute it."""
    return _FORMULA.match(words) is not None


def safe(cell: Cell) -> Cell:
    """A cell that a spreadsheet shows as it is: no formula, no lost zeros, no control characters."""
    if not isinstance(cell, str):
        return cell
    words = legible(cell)
    return "'" + words if is_formula(words) or _MISREAD.fullmatch(words) else words


def ordered(rows: Iterable[Exported]) -> list[Exported]:
    """The one order of rows in every file: whatever order they come in, the same bytes.

    Rows without a receipt are nobody's: they stand in the order of what they say.
    """
    return sorted(rows, key=lambda row: (row.sent_at, row.receipt, "" if row.receipt else _said(row)))


def _said(row: Exported) -> str:
    return json.dumps([row.municipality, row.answers], sort_keys=True, default=str)
