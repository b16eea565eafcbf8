"""Workbooks made for tests: sheets as rows of words, and the parts of an .xlsx file one by one."""

import io
import zipfile

import xlsxwriter

_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"""
_BOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="survey" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_RELATIONS = """<?xml version="1.0"?><Relationships
 xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>"""
_SHEET = """<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData>{rows}</sheetData></worksheet>"""
HEAD = '<row r="1">' + "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{words}</t></is></c>'
    for letter, words in zip("ABC", ("type", "name", "label"), strict=True)
) + "</row>"  # fmt: skip
QUESTION = '<row r="2">' + "".join(
    f'<c r="{letter}2" t="inlineStr"><is><t>{words}</t></is></c>'
    for letter, words in zip("ABC", ("text", "q", "名前"), strict=True)
) + "</row>"  # fmt: skip


def book(**sheets):
    """An .xlsx file; each sheet a list of rows, None for an empty cell."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(r, c, cell)
    return out.getvalue()


def raw_book(rows=HEAD + QUESTION, *, sheet=None, book=_BOOK, **parts):
    """An .xlsx file of XML written by hand; `parts`: more of them, `__` for a slash and `_dot_` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet or _SHEET.format(rows=rows))
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()
