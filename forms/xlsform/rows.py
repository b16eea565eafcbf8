"""A form as the rows of a workbook: plain XLSForm, and beside it our own columns with what XLSForm cannot hold."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.document import as_document
from forms.flaws import KINDS
from forms.form import Form
from forms.reading.words import clean
from forms.xlsform.fields import as_plain, shown_default
from forms.xlsform.headings import MEDIA, Heading, heading, known
from forms.xlsform.names import expression
from forms.xlsform.own import OF_COLUMNS, encoded, limited
from forms.xlsform.types import SELECTS, kind_for, read_type

JAPANESE, ENGLISH = "日本語 (ja)", "English (en)"
YES_NO = "x_yesno"
_TEXTS = ("title", "hint", "required_message", "constraint_message")
_SOURCES = ("when", "calculate", "choice_filter", "count")
_HELD = frozenset(("id", "kind", "options", "from_list", "questions", "required", "constraint", "default", "value"))
_TYPES: Mapping[str, str] = {
    "choice": "select_one",
    "choices": "select_multiple",
    "rank": "rank",
    "number": "decimal",
    "percentage": "decimal",
    "money": "integer",
    "scale": "integer",
    "integer": "integer",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "note": "note",
    "calculated": "calculate",
    "hidden": "hidden",
    "yesno": f"select_one {YES_NO}",
    "consent": f"select_one {YES_NO}",
    "place": "geopoint",
    "photo": "image",
    "audio": "audio",
    "file": "file",
    "group": "begin_group",
    "repeat": "begin_repeat",
}
_ENDS = {"group": "end_group", "repeat": "end_repeat"}
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}", re.ASCII)
_NO_XML = re.compile(r"\s")

Cells = dict[str, str]


@dataclass(slots=True)
class Rows:
    """Heading → cell, row by row. The headings in the order in which they are to stand."""

    survey: list[Cells] = field(default_factory=list)
    choices: list[Cells] = field(default_factory=list)
    settings: Cells = field(default_factory=dict)
    bilingual: bool = False


def rows_of(form: Form) -> Rows:
    """The rows of a form; read again they give the same form."""
    return _Writing(as_document(form)).rows()


class _Writing:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._lists: dict[str, list[Any]] = dict(document.get("lists", {}))
        self._rows = Rows(bilingual=_bilingual(document))

    def rows(self) -> Rows:
        self._rows.settings = self._settings()
        for name, options in self._lists.items():
            self._write_list(name, options, inline="no")
        self._write(self._document["questions"])
        return self._rows

    def _settings(self) -> Cells:
        title = self._document["title"]
        shown = clean(title["ja"] if isinstance(title, dict) else title)
        cells = {"form_title": shown, "form_id": self._document["name"]}
        if self._rows.bilingual:
            cells["default_language"] = JAPANESE
        if shown != title:
            cells["x_title"] = encoded(title)
        for name in ("about", "privacy", "tables", "audience", "closes", "results", "urgent"):
            if name in self._document:
                cells[f"x_{name}"] = encoded(self._document[name])
        if "remind" in self._document:
            cells["x_remind"] = ", ".join(self._document["remind"])
        return cells

    # -- questions

    def _write(self, questions: Iterable[dict[str, Any]]) -> None:
        for question in questions:
            kind = question["kind"]
            self._rows.survey.append(self._row(question, kind))
            if kind in _ENDS:
                self._write(question["questions"])
                self._rows.survey.append({"type": _ENDS[kind], "name": ""})

    def _row(self, question: dict[str, Any], kind: str) -> Cells:
        cells: Cells = {"type": self._type(question, kind), "name": question["id"]}
        if (table := self._table(question)) is not None and (table["value"], table["label"]) != ("name", "label"):
            cells["parameters"] = f"value={table['value']} label={table['label']}"
        for name in _TEXTS:
            if name in question:
                self._text(cells, name, question[name])
        self._rules(cells, question, kind)
        if not _implied(cells["type"], kind):
            cells["x_kind"] = kind
        if kind == "repeat":
            cells["x_least"] = str(question.get("least", 1))
        for name, value in question.items():
            if name not in _HELD and name not in OF_COLUMNS:
                cells[f"x_{name}"] = encoded(value)
        return cells

    def _rules(self, cells: Cells, question: Mapping[str, Any], kind: str) -> None:
        if "required" in KINDS[kind].model_fields:
            required = question.get("required", True)
            cells["required"] = required if isinstance(required, str) else "yes" if required else "no"
        for name in _SOURCES:
            if name in question:
                self._plain(cells, name, question[name], question[name].strip())
        for name in ("default", "value"):
            if name in question:
                shown = shown_default(question[name]) if name == "default" else clean(question[name])
                self._plain(cells, name, question[name], shown)
        if (constraint := limited(question)) is not None:
            cells["constraint"] = constraint.strip()
            own = question.get("constraint")
            if own and (own != constraint or expression(own, {}) != own):
                cells["x_constraint"] = encoded(own)
        required = cells.get("required", "")
        if required not in ("yes", "no", "") and expression(required, {}) != required:
            cells["x_required"] = encoded(required)

    def _plain(self, cells: Cells, name: str, value: str, shown: str) -> None:
        cells[OF_COLUMNS[name]] = shown
        if not shown or as_plain(name, value) != value:
            cells[f"x_{name}"] = encoded(value)

    def _text(self, cells: Cells, name: str, text: Any) -> None:
        self._wording(cells, OF_COLUMNS[name], text)
        if as_plain(name, text) != text:
            cells[f"x_{name}"] = encoded(text)

    def _wording(self, cells: Cells, column: str, text: Any) -> None:
        ja, en = (text["ja"], text["en"]) if isinstance(text, dict) else (text, text)
        if self._rows.bilingual:
            cells[f"{column}::{JAPANESE}"], cells[f"{column}::{ENGLISH}"] = clean(ja), clean(en)
        else:
            cells[column] = clean(ja)

    def _type(self, question: dict[str, Any], kind: str) -> str:
        type_ = _TYPES.get(kind, "text")
        if "options" not in question:
            if type_.endswith(YES_NO):
                self._yes_and_no()
            return type_
        type_ = type_ if type_ in SELECTS else "select_one"
        name = question["options"]
        if (table := self._table(question)) is not None:
            return f"{type_}_from_file {table['file']}"
        if not isinstance(name, str):
            name = next(
                n for n in (question["id"], f"{question['id']}_options", f"x_{question['id']}") if self._free(n)
            )
            self._lists[name] = question["options"]
            self._write_list(name, question["options"], inline="yes")
        return f"{type_} {name}"

    def _table(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """The list in a file that a question draws from."""
        name = question.get("options")
        found: dict[str, Any] | None = self._document.get("tables", {}).get(name) if isinstance(name, str) else None
        return found

    def _free(self, name: str) -> bool:
        return name not in self._lists

    def _yes_and_no(self) -> None:
        if YES_NO not in self._lists:
            options = [
                {"name": "yes", "label": {"ja": "はい", "en": "yes"}},
                {"name": "no", "label": {"ja": "いいえ", "en": "no"}},
            ]
            self._lists[YES_NO] = options
            self._write_list(YES_NO, options, inline="yes")

    # -- choices

    def _write_list(self, name: str, options: Iterable[Any], *, inline: str) -> None:
        taken: dict[str, str] = {}
        for count, written in enumerate(options):
            option: dict[str, Any] = {"name": written, "label": written} if isinstance(written, str) else written
            cells: Cells = {"list_name": name, "name": _safe(option["name"], taken)}
            self._wording(cells, "label", option["label"])
            if cells["name"] != option["name"]:
                cells["x_name"] = encoded(option["name"])
            if as_plain("label", option["label"]) != option["label"]:
                cells["x_label"] = encoded(option["label"])
            self._columns(cells, option.get("columns", {}))
            cells["x_inline"] = inline
            self._rows.choices.append(cells)
            if len(taken) <= count:
                self._rows.settings["allow_choice_duplicates"] = "yes"

    @staticmethod
    def _columns(cells: Cells, columns: Mapping[str, str]) -> None:
        unfit = {}
        for name, value in columns.items():
            if _COLUMN.fullmatch(name) and _is_plain_column(name) and value and clean(value) == value:
                cells[name] = value
            else:
                unfit[name] = value
        if unfit:
            cells["x_columns"] = encoded(unfit)


def _is_plain_column(name: str) -> bool:
    """Whether a column of choices called so means nothing to anybody but the form's own filters."""
    meant = name in MEDIA or name in known("choices") or name.startswith("x_")
    return not meant and heading("choices", name) == Heading(name, "", name)


def _safe(name: str, taken: dict[str, str]) -> str:
    """A name without spaces: other tools keep several answers apart by them. `taken`: what is written → its name."""
    safe = _NO_XML.sub("_", clean(name)) or "_"
    while taken.setdefault(safe, name) != name:
        safe += "_"
    return safe


def _implied(written: str, kind: str) -> bool:
    """Whether the type alone gives this kind when it is read again."""
    type_ = read_type(written)
    return type_ is not None and kind_for(type_.name) == (kind, True)


def _bilingual(document: Any) -> bool:
    """Whether anything in it reads otherwise in English."""
    if isinstance(document, Mapping):
        return set(document) == {"ja", "en"} or any(map(_bilingual, document.values()))
    return isinstance(document, list) and any(map(_bilingual, document))


def headings(rows: Iterable[Cells], first: Iterable[str]) -> Iterator[str]:
    """Every heading that is used: `first` in their order, then the others as they come, our own last."""
    used = dict.fromkeys(name for row in rows for name in row)
    ahead = [name for base in first for name in used if name == base or name.startswith(f"{base}::")]
    rest = [name for name in used if name not in ahead]
    yield from ahead
    yield from (name for name in rest if not name.startswith("x_"))
    yield from sorted(name for name in rest if name.startswith("x_"))
