"""A list as people keep it, in a CSV file: read, or refused in one sentence that names the line."""

import csv
import io
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from forms.lists.headings import Roles, roles_of
from forms.lists.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Filed
from forms.mistake import Mistake
from forms.reading.words import is_blank, nfc, quote, unsafe_at
from forms.text import Text

LARGEST = 12 * 1024 * 1024
"""Bytes of the file as it is sent: 50,000 rows of 240 bytes."""

_AT = Text(ja="{line}行目: {what}", en="Line {line}: {what}")
TOO_LARGE = Text(
    ja="一覧のCSVが大きすぎます。{most}MB、{rows}行までにしてください。使わない列を削除すると小さくなります。",
    en="This list is too large. Keep to {most} MB and {rows} rows; delete columns that nobody needs.",
).fill(most=LARGEST // 1024 // 1024, rows=f"{MOST_ROWS:,}")
_MANY_ROWS = Text(
    ja="一覧は{most}行までです。行を減らすか、二つの一覧に分けてください。",
    en="a list may have {most} rows. Take some out, or make two lists.",
).fill(most=f"{MOST_ROWS:,}")
_MANY_COLUMNS = Text(ja="列が{n}あります。{most}列までにしてください。", en="there are {n} columns. Keep to {most}.")
_EMPTY = Text(
    ja="一覧に行がありません。1行目に見出し（コード、名称など）、2行目から中身を書いてください。",
    en="The list is empty. Write headings (code, name) in the first line and the rows below.",
)
_EXCEL = Text(
    ja="これはExcelのブックです。Excelの「名前を付けて保存」で「CSV UTF-8」を選び、できたファイルを送ってください。",
    en="This is an Excel file. In Excel choose “Save as”, “CSV UTF-8”, and send that file.",
)
_ENCODING = Text(
    ja="文字が読み取れません。Excelの「名前を付けて保存」で「CSV UTF-8」を選んで保存し直してください。",
    en="there are characters that cannot be read. In Excel choose “Save as”, “CSV UTF-8”, and send it again.",
)
_HIDDEN = Text(
    ja="見えない制御文字があります。その文字を削除してください。",
    en="there is a control character that cannot be seen. Please delete it.",
)
_QUOTES = Text(
    ja='引用符（"）が閉じられていないか、セルが長すぎます（{most}文字まで）。',
    en="a quotation mark is not closed, or a cell is too long (at most {most} characters).",
).fill(most=LONGEST_CELL)
_LONG = Text(
    ja="「{heading}」の列のセルが長すぎます。{most}文字までにしてください。",
    en="the cell in the column “{heading}” is too long. Keep to {most} characters.",
)
_FORMULA = Text(
    ja="「{heading}」の列に計算式「{cell}」があります。値だけにしてから保存し直してください。",
    en="there is a formula in the column “{heading}”: {cell}. Put its value there, and save again.",
)
_RAGGED = Text(
    ja='セルが{n}個あり、見出しの{most}個より多くなっています。「,」を含むセルは引用符（"）で囲んでください。',
    en="there are {n} cells, more than the {most} headings. Put quotation marks around a cell that has a comma.",
)
_MISSING = Text(
    ja="「{heading}」が空です。値を入れるか、行を削除してください。",
    en="“{heading}” is empty. Fill it in, or delete the row.",
)
_TWICE = Text(
    ja="{heading}「{cell}」は{first}行目にもあります。どちらかを直してください。",
    en="{heading} “{cell}” is also in line {first}. Change one of them.",
)
_NO_HEADING = Text(ja="{n}列目に見出しがありません。", en="column {n} has no heading.")
_SAME_HEADING = Text(
    ja="見出し「{heading}」が2つあります。別の名前にしてください。",
    en="there are two headings “{heading}”. Give one another name.",
)
_AS_TEXT = re.compile(r'="([^"]*)"')
_RUNS = re.compile(r"[=@]|[+\-].*[|(!]")
_BREAKS = re.compile(r"[\n\t]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """`packed`: the content in the one spelling that its hash is of (see roll.py), as zlib has it.

    `guessed`: no heading was known.
    """

    filed: Filed
    packed: bytes
    guessed: bool = False

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed)


def read_list(raw: bytes, *, file: str) -> Listed:
    """Raises Mistake."""
    if len(raw) > LARGEST:
        raise Mistake(TOO_LARGE)
    rows = _rows(_text(raw))
    head = next(rows, None)
    if head is None:
        raise Mistake(_EMPTY)
    headings = _headings(*head)
    roles = roles_of(headings)
    table = _Reading(headings, roles)
    for line, cells in rows:
        table.add(line, cells)
    content = table.content()
    filed = Filed(
        file=_file_name(file),
        sha256=sha256(content).hexdigest(),
        rows=len(table.lines),
        columns=headings,
        value=headings[roles.value],
        label=headings[roles.label],
        english="" if roles.english is None else headings[roles.english],
        unique=table.unique(),
    )
    return Listed(filed, zlib.compress(content, 6), roles.guessed)


def _wrong(line: int, what: Text) -> Mistake:
    return Mistake(_AT.fill(line=line, what=what))


# -- characters


def _text(raw: bytes) -> str:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Mistake(_EXCEL)
    text = nfc(_decoded(raw).replace("\r\n", "\n").replace("\r", "\n"))
    if (at := unsafe_at(text)) is not None:
        raise _wrong(text.count("\n", 0, at) + 1, _HIDDEN)
    return text


def _decoded(raw: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Japanese Windows writes; else the line that spoils what it nearly is."""
    furthest = 0
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    raise _wrong(raw.count(b"\n", 0, furthest) + 1, _ENCODING)


def _file_name(file: str) -> str:
    seen = "".join(c for c in unicodedata.normalize("NFC", file) if unicodedata.category(c)[0] != "C")
    stem = re.sub(r"[/\\\s'\"]+", "_", seen[:300].removesuffix(".csv").removesuffix(".CSV"))[:60].strip("_")
    return f"{stem or 'list'}.csv"


# -- rows


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(the line it begins in, its cells) of every row that holds something."""
    csv.field_size_limit(10 * LONGEST_CELL)
    first = text[:4096].partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        raise _wrong(before + 1, _QUOTES) from None


def _headings(line: int, cells: list[str]) -> tuple[str, ...]:
    found = [_BREAKS.sub(" ", cell).strip()[:64] for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise _wrong(line, _MANY_COLUMNS.fill(n=len(found), most=MOST_COLUMNS))
    for n, heading in enumerate(found):
        if not heading or is_blank(heading):
            raise _wrong(line, _NO_HEADING.fill(n=n + 1))
        if heading in found[:n]:
            raise _wrong(line, _SAME_HEADING.fill(heading=quote(heading)))
    return tuple(found)


class _Reading:
    """The rows as they come."""

    def __init__(self, headings: tuple[str, ...], roles: Roles) -> None:
        self._headings, self._roles, self._width = headings, roles, len(headings)
        self._first: dict[str, int] = {}
        self.lines: list[str] = []

    def add(self, line: int, cells: list[str]) -> None:
        row = [_cell(cell) for cell in cells]
        if len(row) > self._width:
            if any(row[self._width :]):
                raise _wrong(line, _RAGGED.fill(n=len(row), most=self._width))
            del row[self._width :]
        if not any(row):
            return
        if len(self.lines) >= MOST_ROWS:
            raise _wrong(line, _MANY_ROWS)
        row += [""] * (self._width - len(row))
        self._check(line, row)
        self.lines.append("\t".join(row))

    def _check(self, line: int, row: list[str]) -> None:
        for n, cell in enumerate(row):
            if len(cell) > LONGEST_CELL:
                raise _wrong(line, _LONG.fill(heading=quote(self._headings[n]), most=LONGEST_CELL))
            if cell[:1] in _FIRST and cell and _RUNS.match(cell):
                raise _wrong(line, _FORMULA.fill(heading=quote(self._headings[n]), cell=quote(cell)))
        for n in (self._roles.value, self._roles.label):
            if not row[n]:
                raise _wrong(line, _MISSING.fill(heading=quote(self._headings[n])))
        code = row[self._roles.value]
        if (first := self._first.setdefault(code, line)) != line:
            heading = quote(self._headings[self._roles.value])
            raise _wrong(line, _TWICE.fill(heading=heading, cell=quote(code), first=first))
        if len(code) > 200:
            raise _wrong(line, _LONG.fill(heading=quote(self._headings[self._roles.value]), most=200))

    def content(self) -> bytes:
        if not self.lines:
            raise Mistake(_EMPTY)
        return "\n".join(["\t".join(self._headings), *self.lines]).encode()

    def unique(self) -> tuple[str, ...]:
        columns: list[set[str]] = [set() for _ in self._headings]
        for line in self.lines:
            for seen, cell in zip(columns, line.split("\t"), strict=True):
                seen.add(cell)
        full = [name for name, seen in zip(self._headings, columns, strict=True) if len(seen) == len(self.lines)]
        return tuple(name for name in full if "" not in columns[self._headings.index(name)])


_FIRST = frozenset("=@+-")


def _cell(written: str) -> str:
    """Trimmed, on one line; ="001", with which Excel keeps zeros in front, is 001."""
    cell = written.strip()
    if cell[:1] == "=" and (text := _AS_TEXT.fullmatch(cell)):
        cell = text[1].strip()
    return _BREAKS.sub(" ", cell) if "\n" in cell or "\t" in cell else cell
