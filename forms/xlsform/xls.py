"""Excel's old .xls: the words of its cells, through xlrd."""

import io

from forms.mistake import Mistake
from forms.text import Text
from forms.xlsform.cells import Meaning, moment_words
from forms.xlsform.sheets import LOCKED, MOST_COLUMNS, Book, Budget, Row, Sheet, damaged, number_words, too_large

_MACROS = Text(ja="マクロは読み込まず、実行もしません。", en="The macros in the file are neither read nor run.")
_NOT_A_BOOK = Text(
    ja="Excel のファイルではありません（Word などの古い形式です）。Excel の .xlsx で送ってください。",
    en="This is not an Excel file but another old Office document. Please send an .xlsx file.",
)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def read_xls(raw: bytes) -> Book:
    """Raises Mistake where it cannot be read or there is too much in it."""
    if _utf16("EncryptedPackage") in raw:
        raise Mistake(LOCKED)
    if _utf16("Workbook") not in raw and _utf16("Book") not in raw:
        raise Mistake(_NOT_A_BOOK)
    import xlrd

    try:
        with xlrd.open_workbook(
            file_contents=raw, logfile=io.StringIO(), on_demand=True, ragged_rows=True, formatting_info=False
        ) as book:
            book_ = _sheets(book)
    except Mistake:
        raise
    except MemoryError:
        raise too_large() from None
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes xlrd raise
        raise Mistake(LOCKED) if "encrypted" in str(error) else damaged() from None
    if _utf16("_VBA_PROJECT") in raw:
        book_.asides.append(_MACROS)
    return book_


def _sheets(book: "xlrd.Book") -> Book:  # type: ignore[name-defined] # noqa: F821 - imported where it is used
    budget, found = Budget(), Book()
    for name in book.sheet_names()[:100]:
        sheet = book.sheet_by_name(name)
        rows = []
        for n in range(sheet.nrows):
            cells = [_words(cell, book).strip() for cell in sheet.row(n)]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if len(cells) > MOST_COLUMNS:
                raise too_large()
            for cell in cells:
                budget.spend(cell)
            rows.append(Row(n + 1, tuple(cells)))
        found.sheets.append(Sheet(name, tuple(rows)))
        book.unload_sheet(name)
    return found


def _words(cell: "xlrd.sheet.Cell", book: "xlrd.Book") -> str:  # type: ignore[name-defined] # noqa: F821
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER:
            return number_words(float(cell.value))
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        case xlrd.XL_CELL_DATE:
            value = float(cell.value)
            kind: Meaning = "time" if value < 1 else "date" if value == int(value) else "moment"
            return moment_words(value, kind, from_1904=bool(book.datemode))
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
        case _:
            return ""
