"""Excel's .xlsx (and .xlsm): the words of its cells. Nothing in it is run, fetched or worked out."""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.mistake import Mistake
from forms.text import Text
from forms.xlsform.cells import DateFormats, shown
from forms.xlsform.markup import Enough, Package
from forms.xlsform.sheets import MOST_COLUMNS, MOST_ROWS, Book, Budget, Row, Sheet, damaged, too_large

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
EMPTY_RUN = 1_000
"""After so many empty rows only the bytes are searched for anything that still has a value."""

_MACROS = Text(ja="マクロは読み込まず、実行もしません。", en="The macros in the file are neither read nor run.")
_LINKS = Text(ja="ほかのファイルへのリンクは開きません。", en="Links to other files are not followed.")
_RELATIONS = "xl/_rels/workbook.xml.rels"


def read_xlsx(raw: bytes) -> Book:
    """Raises Mistake where it cannot be read or there is too much in it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        raise damaged() from None
    package = Package(archive)
    if "xl/workbook.xml" not in package:
        raise damaged()
    contents = _contents(package)
    strings = _strings(package) if "xl/sharedstrings.xml" in package else []
    dates = DateFormats(contents.from_1904)
    if "xl/styles.xml" in package:
        package.read("xl/styles.xml", opened=dates.opened, closed=dates.closed, words=_nothing)
    book, budget = Book(), Budget()
    for name, part in contents.parts:
        book.sheets.append(_Cells(name, strings, dates, budget).read(package, part))
    book.asides = _asides(package)
    return book


def _asides(package: Package) -> list[Text]:
    macros = any(name.endswith("vbaproject.bin") for name in package.names)
    links = any(name.startswith("xl/externallinks/") for name in package.names)
    return [*([_MACROS] if macros else []), *([_LINKS] if links else [])]


def _nothing(_words: str) -> None:
    pass


@dataclass(slots=True)
class _Contents:
    """Which sheets there are, in order, and in which part each stands."""

    from_1904: bool = False
    named: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[tuple[str, str]]:
        return [(name, self.targets[key]) for name, key in self.named if key in self.targets]

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.named.append((attributes.get("name", ""), key))

    def related(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        if attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            self.targets[attributes.get("Id", "")] = path


def _contents(package: Package) -> _Contents:
    found = _Contents()
    package.read("xl/workbook.xml", opened=found.opened, closed=_nothing, words=_nothing)
    package.read(_RELATIONS, opened=found.related, closed=_nothing, words=_nothing)
    if not 0 < len(found.parts) <= 100:
        raise damaged()
    return found


def _strings(package: Package) -> list[str]:
    """The texts that cells share; furigana (rPh) is no part of them."""
    found: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}
    budget = Budget()

    def opened(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            pieces.clear()
        elif name in inside:
            inside[name] = True

    def closed(name: str) -> None:
        if name == "si":
            found.append("".join(pieces))
        elif name in inside:
            inside[name] = False

    def words(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            budget.spend(piece)
            pieces.append(piece)

    package.read("xl/sharedStrings.xml", opened=opened, closed=closed, words=words)
    return found


class _Cells:
    """The rows of one sheet, gathered while its XML goes by."""

    def __init__(self, name: str, strings: list[str], dates: DateFormats, budget: Budget) -> None:
        self._name, self._strings, self._dates, self._budget = name, strings, dates, budget
        self._rows: list[Row] = []
        self._cells: list[str] = []
        self._row = self._column = self._empty = self._formulas = 0
        self._type = self._style = ""
        self._kept: list[str] = []
        self._taking = self._phonetic = self._formula = False
        self._unworked: list[tuple[int, int]] = []

    def read(self, package: Package, part: str) -> Sheet:
        beyond = None
        try:
            package.read(part, opened=self._opened, closed=self._closed, words=self._words)
        except Enough:
            beyond = self._row if self._valued_below(package, part) else None
        return Sheet(self._name, tuple(self._rows), self._formulas, tuple(self._unworked), beyond)

    def _valued_below(self, package: Package, part: str) -> bool:
        """Whether any cell after the row that was reached holds something: by its bytes, a hundred times as fast."""
        marker, before, seen = f'r="{self._row}"'.encode(), b"", False
        for chunk in package.chunks(part):
            window = before + chunk
            if not seen and (at := window.find(b"<row " + marker)) >= 0:
                seen, window = True, window[at:]
            if seen and any(sign in window for sign in (b"<v>", b"<is>", b":v>", b":is>", b"<v ")):
                return True
            before = window[-64:]
        return False

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name in ("v", "t"):
            self._taking = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "f":
            self._formula = True

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        written = attributes.get("r", "")
        self._row = int(written) if written.isdecimal() and len(written) < 8 else self._row + 1
        self._column, self._cells = 0, []

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = _column(attributes.get("r", ""), self._column)
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._kept, self._formula = [], False

    def _words(self, piece: str) -> None:
        if self._taking and not self._phonetic:
            self._kept.append(piece)

    def _closed(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name in ("v", "t"):
            self._taking = False
        elif name == "rPh":
            self._phonetic = False

    def _end_cell(self) -> None:
        kept = "".join(self._kept)
        if self._formula:
            self._formulas += 1
            if not kept and len(self._unworked) < 20:
                self._unworked.append((self._row, self._column))
        words = _plain(self._shown(kept)).strip() if kept else ""
        if words:
            if self._column >= MOST_COLUMNS:
                raise too_large()
            self._budget.spend(words)
            self._cells += [""] * (self._column - len(self._cells))
            self._cells[self._column :] = [words]
        self._column += 1

    def _shown(self, kept: str) -> str:
        if self._type == "s":
            n = int(kept) if kept.isdecimal() and len(kept) < 9 else len(self._strings)
            if n >= len(self._strings):
                raise damaged()
            return self._strings[n]
        if self._type == "b":
            return "TRUE" if kept.strip() == "1" else "FALSE"
        if self._type in ("str", "inlineStr", "e", "d"):
            return kept
        return shown(kept, self._dates.kind(self._style), from_1904=self._dates.from_1904)

    def _end_row(self) -> None:
        self._empty = 0 if self._cells else self._empty + 1
        if self._cells:
            if len(self._rows) >= MOST_ROWS:
                raise too_large()
            self._rows.append(Row(self._row, tuple(self._cells)))
        elif self._empty >= EMPTY_RUN:
            raise Enough


def _plain(words: str) -> str:
    """Without the escapes of characters that XML cannot hold: _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), words) if "_x" in words else words


def _column(reference: str, following: int) -> int:
    """B7 → 1; without a reference it is the next one."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    if column > 16_384:
        raise Mistake(damaged().text)
    return column - 1 if column else following
