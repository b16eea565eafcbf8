"""What a file really is, by its content and never by its name; and tables written as text: CSV and Markdown."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Literal

from forms.mistake import Mistake
from forms.text import Text
from forms.xlsform.headings import names_a_sheet, names_a_type
from forms.xlsform.sheets import MOST_ROWS, Book, Budget, Row, Sheet, damaged, rows_of, too_large
from forms.xlsform.xls import read_xls
from forms.xlsform.xlsx import read_xlsx

Kind = Literal["xlsx", "xls", "csv", "md", "document"]
LARGEST = 5 * 1024 * 1024
"""Bytes of a workbook as it is sent."""

_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"MZ": "Windows",
    b"{\\rtf": "RTF",
}
_OTHER = Text(
    ja="これは {what} のファイルで、フォームではありません。Excel（.xlsx、.xls）、CSV、Markdown の表か、"
    "YAML・JSON を送ってください。",
    en="This is a {what} file, not a form. Please send Excel (.xlsx, .xls), CSV, a Markdown table, YAML or JSON.",
)
_BINARY = Text(ja="文字ではない", en="binary")
_SPLIT = re.compile(r"(?<!\\)\|")


def kind_of(raw: bytes) -> Kind:
    """`document` is what forms.document reads (YAML, JSON). Mistake where it is nothing that can hold a form."""
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(raw)
    if raw.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    for magic, what in _OTHERS.items():
        if raw.startswith(magic):
            raise Mistake(_OTHER.fill(what=what))
    text = decoded(raw)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.startswith("|"):
        return "md"
    if "," in first and (cells := _first_row(first)) and (names_a_sheet(cells[0]) or any(map(names_a_type, cells))):
        return "csv"
    return "document"


def _zipped(raw: bytes) -> Kind:
    for part, what in ((b"word/", "Word"), (b"ppt/", "PowerPoint"), (b"content.xml", "OpenDocument")):
        if part in raw and b"xl/workbook" not in raw:
            raise Mistake(_OTHER.fill(what=what))
    if b"xl/" not in raw:
        raise Mistake(_OTHER.fill(what="ZIP") if b"PK\x05\x06" in raw else damaged().text)
    if b"xl/workbook.bin" in raw:
        raise Mistake(_OTHER.fill(what="Excel .xlsb"))
    return "xlsx"


def decoded(raw: bytes) -> str:
    """The text: UTF-8, UTF-16 with its mark, or what Japanese Windows writes. Mistake where it is none."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Mistake(_OTHER.fill(what=_BINARY))


def read_book(raw: bytes) -> Book:
    """The workbook in a file of any of these types. Raises Mistake."""
    if len(raw) > LARGEST:
        raise too_large()
    match kind_of(raw):
        case "xlsx":
            return read_xlsx(raw)
        case "xls":
            return read_xls(raw)
        case "md":
            return _tables(_md_rows(decoded(raw)))
        case _:
            return _tables(_csv_rows(decoded(raw)))


def _first_row(line: str) -> list[str]:
    return next(csv.reader([line[:4000]]), [])


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(100_000)
    reader = csv.reader(io.StringIO(text, newline=""))
    before = 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error:
        raise damaged() from None


def _md_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words.startswith("|") or not words.replace("|", "").replace("-", "").replace(":", "").strip():
            continue
        cells = _SPLIT.split(words.removeprefix("|").removesuffix("|"))
        yield number, [cell.strip().replace("\\|", "|") for cell in cells]


def _tables(rows: Iterator[tuple[int, list[str]]]) -> Book:
    """As pyxform has it: the first column names the sheet, once; a table without such a column is the survey."""
    budget = Budget()
    named: dict[str, list[tuple[int, list[str]]]] = {}
    name, alone = "", None
    for number, cells in rows:
        if alone is None:
            alone = not names_a_sheet(cells[0] if cells else "")
            name = "survey" if alone else ""
        if not alone:
            name = cells[0].strip() or name
            cells = ["", *cells[1:]]  # noqa: PLW2901 - the columns keep their letters
        named.setdefault(name, []).append((number, cells))
    return Book([_sheet(name, table, budget) for name, table in named.items()])


def _sheet(name: str, table: list[tuple[int, list[str]]], budget: Budget) -> Sheet:
    rows: list[Row] = []
    for number, cells in table:
        rows += rows_of([cells], budget, first=number)
    if len(rows) > MOST_ROWS:
        raise too_large()
    return Sheet(name, tuple(rows))
