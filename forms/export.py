"""Responses as a file: CSV that opens right in Japanese Excel and runs nothing there, and JSON."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from forms.form import Form
from forms.questions import Question
from forms.questions.base import Answers, Cell, Value
from forms.text import Lang

FIXED_COLUMNS = ("receipt", "user", "municipality", "sent_at")
"""The first columns of every file; after them each question's own, named by its id. These names are public."""

_FORMULA = re.compile(r"""[\s"'“”‘’`]*[=+\-@＝＋－＠−]|[\t\r]""")
_MISREAD = re.compile(r"0\d+|\d{12,}")  # Excel drops the leading zeros and rounds what is long
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Exported:
    """One response as it leaves: `sent_at` is aware, `who` is left out of the file unless the form names people."""

    receipt: str
    who: str
    municipality: str
    sent_at: datetime
    answers: Answers


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
    """
    page = StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow([*FIXED_COLUMNS, *(_safe(name) for question in form.asked for name in question.columns())])
    for row in _ordered(rows):
        cells = [cell for question in form.asked for cell in _cells(question, row.answers.get(question.id), lang)]
        writer.writerow([*_fixed(form, row, zone), *cells])
    return page.getvalue().encode("utf-8-sig")


def to_json(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, version: int | str) -> bytes:
    """`{"form": name, "version": …, "responses": [{receipt, user, municipality, sent_at, answers}]}`, UTF-8.

    Answers are the stored values (option names, ISO dates), null where a question was not answered.
    """
    document = {
        "form": form.name,
        "version": version,
        "responses": [_record(form, row, zone) for row in _ordered(rows)],
    }
    written = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (written + "\n").encode("utf-8", "replace")


def _record(form: Form, row: Exported, zone: ZoneInfo) -> dict[str, object]:
    return {
        "receipt": row.receipt,
        "user": _who(form, row),
        "municipality": row.municipality,
        "sent_at": row.sent_at.astimezone(zone).isoformat(timespec="seconds"),
        "answers": {question.id: row.answers.get(question.id) for question in form.asked},
    }


def _fixed(form: Form, row: Exported, zone: ZoneInfo) -> list[Cell]:
    sent_at = row.sent_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    return [_safe(row.receipt), _safe(_who(form, row)), _safe(row.municipality), sent_at]


def _who(form: Form, row: Exported) -> str:
    return row.who if form.privacy == "named" else ""


def _cells(question: Question, value: Value, lang: Lang) -> list[Cell]:
    return [_safe(cell) if isinstance(cell, str) else cell for cell in question.cells(value, lang)]


def _safe(words: str) -> str:
    """`words` so that a spreadsheet shows them as they are: no formula, no lost zeros, no control characters."""
    words = _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "'" + words if _FORMULA.match(words) or _MISREAD.fullmatch(words) else words


def _ordered(rows: Iterable[Exported]) -> list[Exported]:
    return sorted(rows, key=lambda row: (row.sent_at, row.receipt))
