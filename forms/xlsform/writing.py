"""A form as an .xlsx file: the same bytes for the same form, on every machine and day."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forms.form import Form
from forms.xlsform.rows import Cells, headings, rows_of

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SURVEY = (
    "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "default", "choice_filter", "parameters", "repeat_count",
)  # fmt: skip
_CHOICES = ("list_name", "name", "label")
_NOTES: Mapping[str, str] = {
    "type": "質問の種類です。text（文字）、integer（整数）、date（日付）、select_one リスト名（一つ選ぶ）など。",
    "name": "項目名です。半角の英数字で、ほかの行と重ならないように書きます。",
    "label": "質問文です。",
    "hint": "入力例や補足です。",
    "required": "必ず答える質問は yes、任意なら no です。",
    "relevant": "この条件が成り立つときだけ聞きます。例: ${reason} = 'move'",
    "constraint": "答えが満たすべき条件です。「.」が答えを表します。例: . >= 18",
    "constraint_message": "条件を満たさないときの案内です。",
    "calculation": "計算の式です。例: ${price} * ${number}",
    "default": "はじめから入っている答えです。",
    "choice_filter": "この条件に合う選択肢だけを出します。",
    "repeat_count": "繰り返す回数です。",
    "list_name": "リスト名です。survey シートの「select_one リスト名」で使います。",
    "form_title": "フォームの題名です。",
    "form_id": "フォームの名前です。",
}
_OWN_NOTE = "回覧（Kairan）だけが使う列です。ほかのソフトは読み飛ばします。"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as it is to be written. `lists`: (column from 0, what may be chosen there)."""

    name: str
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()
    notes: Mapping[int, str] = field(default_factory=dict)
    lists: Sequence[tuple[int, Sequence[str]]] = ()
    titled: bool = True


def write_xlsx(form: Form) -> bytes:
    """A workbook that plain XLSForm tools convert, and that reads back as the same form."""
    rows = rows_of(form)
    return write_pages(
        (
            _page("survey", rows.survey, _SURVEY),
            _page("choices", rows.choices, _CHOICES),
            _page("settings", [rows.settings], tuple(rows.settings)),
        )
    )


def _page(name: str, rows: Iterable[Cells], first: Sequence[str]) -> Page:
    cells = list(rows)
    used = list(headings(cells, first)) or list(first)
    table = [used, *([row.get(column, "") for column in used] for row in cells)]
    notes = {n: note for n, column in enumerate(used) if (note := _note(column))}
    return Page(name, table, [_width(column) for column in used], notes)


def _note(column: str) -> str:
    return _OWN_NOTE if column.startswith("x_") else _NOTES.get(column.partition("::")[0], "")


def _width(column: str) -> int:
    base = column.partition("::")[0]
    return {"label": 40, "hint": 28, "relevant": 28, "constraint": 24, "calculation": 28}.get(base, 18)


def write_pages(pages: Iterable[Page]) -> bytes:
    """The workbook: every cell is text, nothing in it is worked out or points anywhere."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"author": "Kairan", "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - no zone in a file
        styles = {
            True: book.add_format(
                {"bold": True, "bg_color": "#DCE9F5", "border": 1, "text_wrap": True, "valign": "top"}
            ),
            False: book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        }
        for page in pages:
            _write(book.add_worksheet(page.name), page, styles)
    return out.getvalue()


def _write(sheet: Any, page: Page, styles: Mapping[bool, Any]) -> None:
    for n, width in enumerate(page.widths):
        sheet.set_column(n, n, width, styles[False])
    for r, row in enumerate(page.rows):
        for c, words in enumerate(row):
            if words:
                sheet.write_string(r, c, words, styles[r == 0 and page.titled])
    if page.titled:
        sheet.freeze_panes(1, 0)
    for column, note in page.notes.items():
        sheet.write_comment(0, column, note, {"author": "Kairan", "x_scale": 1.6})
    for column, choices in page.lists:
        settings = {"validate": "list", "source": list(choices), "error_type": "information"}
        sheet.data_validation(1, column, 1000, column, settings)
