"""One XLSForm on both sides: our form, the XForm that pyxform makes of it, and which of our ids is which node there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl import Workbook, load_workbook
from pyxform.xls2xform import convert

from forms.form import Form
from forms.questions import Element
from forms.xlsform.reading import read_workbook
from tests.odk import beside

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "xlsforms"
OWN = Path(__file__).parent / "forms"
"""Forms of our own: what the published ones hardly use."""
_XFORMS = "{http://www.w3.org/2002/xforms}"
_TEMPLATE = "{http://openrosa.org/javarosa}template"


class RefusedError(Exception):
    """Our side does not take this file: there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`ids`: nodeset in the XForm → our id. `types`: our id → ODK's type. `left_out`: what our form does not have."""

    name: str
    form: Form
    xform: str
    ids: dict[str, str]
    types: dict[str, str]
    left_out: tuple[str, ...]
    copied: frozenset[str]
    """The repeats that have a turn already in each new turn of the repeat around them: in pyxform some do."""
    beside: dict[str, str] = field(default_factory=dict)


def pair(name: str) -> Pair:
    """Raises RefusedError."""
    raw = _without(_path(name).read_bytes(), beside.UNASKED.get(name))
    read = read_workbook(_with_sheets(raw, beside.sheets(name)), name=name)
    if read.form is None:
        raise RefusedError("; ".join(f"{flaw.place.en}: {flaw.what.en}" for flaw in read.flaws))
    xform = convert(BytesIO(raw), file_type=Path(name).suffix).xform
    ids: dict[str, str] = {}
    left_out: list[str] = []
    instance = _instance(xform)
    _match(instance, read.form.questions, f"/{_bare(instance)}", ids, left_out)
    types = {ids[nodeset]: type_ for nodeset, type_ in _types(xform) if nodeset in ids}
    return Pair(
        name, read.form, xform, ids, types, tuple(left_out), frozenset(_copied(instance, ids)), beside.beside(name)
    )


def _path(name: str) -> Path:
    return (OWN if name.endswith(".md") else FOLDER) / name


def _without(raw: bytes, beginning: str | None) -> bytes:
    """The workbook without the cells that begin so."""
    if beginning is None:
        return raw
    book = load_workbook(BytesIO(raw), data_only=True)
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str) and cell.value.startswith(beginning):
            cell.value = "''"
    return _saved(book)


def _with_sheets(raw: bytes, sheets: dict[str, beside.Rows]) -> bytes:
    """The workbook with the files that it names as sheets, which is how our side takes them."""
    if not sheets:
        return raw
    book = load_workbook(BytesIO(raw), data_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _instance(xform: str) -> ET.Element:
    found = ET.fromstring(xform).find(f".//{_XFORMS}model/{_XFORMS}instance/*")
    assert found is not None
    return found


def _types(xform: str) -> Iterator[tuple[str, str]]:
    for bind in ET.fromstring(xform).iterfind(f".//{_XFORMS}bind"):
        yield bind.get("nodeset", ""), bind.get("type", "")


def _bare(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _match(
    node: ET.Element, elements: tuple[Element, ...], path: str, ids: dict[str, str], left_out: list[str]
) -> None:
    """By name, level by level. The importer gives a name that stands in several groups the group's as well.

    What or_other asks in other words is a question of its own there; here it is a part of the answer.
    """
    here = {element.id: element for element in elements}
    for child in node:
        name = _bare(child)
        if child.get(_TEMPLATE) is not None:
            continue
        nodeset = f"{path}/{name}"
        element = next((here[id_] for id_ in _spellings(name, path, ids) if id_ in here), None)
        if element is None and getattr(here.get(name.removesuffix("_other")), "other", False):
            ids[nodeset] = name
        elif element is None:
            left_out.append(nodeset)
        else:
            ids[nodeset] = element.id
            _match(child, element.questions, nodeset, ids, left_out)


def _copied(node: ET.Element, ids: dict[str, str], path: str = "", *, new: bool = False) -> Iterator[str]:
    path = f"{path}/{_bare(node)}"
    for child in node:
        template = child.get(_TEMPLATE) is not None
        if new and not template and (id_ := ids.get(f"{path}/{_bare(child)}")):
            yield id_
        yield from _copied(child, ids, path, new=new or template)


def _spellings(name: str, path: str, ids: dict[str, str]) -> tuple[str, ...]:
    bare = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")
    return (name, f"{ids.get(path, '')}_{name}"[:60], f"{name[:56]}_group", bare)
