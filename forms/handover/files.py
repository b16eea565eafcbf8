"""The one table of formats: what each is called, and the files that answers become in it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, Withdrawn, to_csv, to_json
from forms.form import Form
from forms.handover.enclosed import Stored, to_zip
from forms.handover.jsonl import schema, to_jsonl
from forms.handover.rpa import Cp932, to_rpa
from forms.handover.sav import to_sav
from forms.handover.table import Layout
from forms.handover.xlsx import to_xlsx
from forms.text import Lang, same


@dataclass(frozen=True, slots=True)
class File:
    """One file. `suffix` follows the name of the export: `.csv`, `.children.csv`, `.schema.json`.

    `count`: its records, None where it has none (a schema). `columns`: their names, where it has columns.
    """

    suffix: str
    mime: str
    content: bytes
    count: int | None = None
    columns: tuple[str, ...] = ()
    replaced: tuple[Mapping[str, str], ...] = ()
    guarded: Mapping[str, int] | None = None


NOTHING = Stored(lambda _: None, 0, same(""))
"""No content of any file: enough for every format but `files`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported: a form, which version and which time it was put to people, and its answers."""

    form: Form
    version: int
    number: int
    rows: tuple[Exported, ...]
    zone: ZoneInfo
    lang: Lang
    withdrawn: tuple[Withdrawn, ...] = ()
    stored: Stored = field(default=NOTHING, compare=False)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _csv(order: Order) -> Sequence[File]:
    content = to_csv(order.form, order.rows, zone=order.zone, lang=order.lang)
    slots = Layout(order.form).slots(*(row.answers for row in order.rows))
    names = tuple(name for slot in slots for name in slot.names)
    return (File(".csv", "text/csv", content, len(order.rows), (*FIXED_COLUMNS, *names)),)


def _json(order: Order) -> Sequence[File]:
    content = to_json(order.form, order.rows, zone=order.zone, version=order.version)
    return (File(".json", "application/json", content, len(order.rows)),)


def _jsonl(order: Order) -> Sequence[File]:
    content = to_jsonl(order.form, order.rows, zone=order.zone, version=order.version)
    lines = File(".jsonl", "application/jsonl", content, len(order.rows))
    return (lines, File(".schema.json", "application/schema+json", schema(order.form, order.version)))


def _xlsx(order: Order) -> Sequence[File]:
    content = to_xlsx(order.form, order.rows, zone=order.zone, lang=order.lang)
    return (File(".xlsx", _XLSX, content, len(order.rows)),)


def _sav(order: Order) -> Sequence[File]:
    content = to_sav(order.form, order.rows, zone=order.zone, lang=order.lang)
    return (File(".sav", "application/x-spss-sav", content, len(order.rows)),)


def _rpa(order: Order) -> Sequence[File]:
    return [_robots(one) for one in to_rpa(order.form, order.rows, zone=order.zone)]


def _robots(one: Cp932) -> File:
    replaced = tuple(
        {
            "receipt": found.receipt,
            "column": found.column,
            "character": found.lost.character,
            "code": found.lost.code,
            "instead": found.lost.instead,
        }
        for found in one.replaced
    )
    suffix = f".{one.repeat}.csv" if one.repeat else ".csv"
    return File(suffix, "text/csv; charset=Shift_JIS", one.content, one.count, one.columns, replaced, one.guarded)


def _files(order: Order) -> Sequence[File]:
    content = to_zip(order.form, order.rows, order.stored, zone=order.zone, lang=order.lang)
    return (File(".files.zip", "application/zip", content, len(order.rows)),)


FORMATS: Mapping[str, Callable[[Order], Sequence[File]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "jsonl": _jsonl,
    "sav": _sav,
    "rpa": _rpa,
    "files": _files,
}
"""Format → what makes its files, the one with the responses first."""
ALSO = {"cp932": "rpa", "excel": "xlsx", "spss": "sav", "zip": "files"}
"""Other names of formats."""


def files(order: Order, format_: str) -> Sequence[File]:
    """The files of an export."""
    return FORMATS[format_](order)


def manifest(
    order: Order, made: Iterable[tuple[str, File]], *, format_: str, since: str = "", following: int | None = None
) -> bytes:
    """What was handed over, by name: count, size and SHA-256 of each file; what was replaced; where the next begins.

    `since` as it was asked for; `following` is what the next export is to begin after, if not the last of these rows.
    Nothing in it tells when it was made, so that the same answers give the same bytes.
    """
    last = max([0, *(row.sending for row in order.rows), *(gone.sending for gone in order.withdrawn)])
    document = {
        "form": order.form.name,
        "version": order.version,
        "publication": order.number,
        "format": format_,
        "count": len(order.rows),
        "since": since or None,
        "next": str(last if following is None else following),
        "withdrawn": [gone.receipt for gone in order.withdrawn],
        "files": [_described(name, file) for name, file in made],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _described(name: str, file: File) -> dict[str, object]:
    known: dict[str, object] = {
        "name": name,
        "bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
    if file.count is not None:
        known["count"] = file.count
    if file.columns:
        known["columns"] = list(file.columns)
    if file.guarded is not None:
        known |= {"guarded": dict(file.guarded), "replaced": [dict(one) for one in file.replaced]}
    return known
