"""The choices of a workbook: lists by their names; and the tables that other sheets hold in place of files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.reading.words import clean, quote
from forms.text import Text
from forms.xlsform.headings import MEDIA, Heading
from forms.xlsform.own import decoded
from forms.xlsform.places import Findings
from forms.xlsform.sheets import Sheet
from forms.xlsform.tables import Languages, Line, Table

MOST_CHOICES = 10_000
_NO_MEDIA = Text(
    ja="選択肢の画像・音声・動画は使いません（文字だけを表示します）。",
    en="Pictures, sounds and videos of choices are not used; only their words are shown.",
)
_FINE = Text(ja="そのままで構いません。", en="Nothing needs to be done.")


@dataclass(slots=True)
class Choice:
    """One option as the document has it, and where it stands."""

    document: dict[str, Any]
    line: Line


@dataclass(slots=True)
class Lists:
    """`named`: list → its options. `inline`: what our own column says of a list: an id's own options, or shared."""

    named: dict[str, list[Choice]] = field(default_factory=dict)
    inline: dict[str, str] = field(default_factory=dict)

    def documents(self, name: str) -> list[dict[str, Any]]:
        return [choice.document for choice in self.named[name]]


def read_lists(table: Table, languages: Languages, findings: Findings, *, twice: bool) -> Lists:
    """The lists of the choices sheet. `twice`: the same name may stand in several branches."""
    found = Lists()
    seen: dict[tuple[str, str, frozenset[tuple[str, str]]], Choice] = {}
    name = ""
    for count, line in enumerate(_filled(table), 1):
        if count > MOST_CHOICES:
            findings.wrong(
                line.spot(),
                Text(ja="選択肢が多すぎます。", en="There are too many choices."),
                Text(ja="{n}行までにしてください。", en="Keep to {n} rows.").fill(n=MOST_CHOICES),
            )
            break
        name = line.words("list_name") or name
        if not name:
            findings.wrong(line.spot("list_name"), _NO_LIST, _NO_LIST_MEND)
            continue
        if inline := line.words("x_inline"):
            found.inline[name] = inline
        choice = Choice(_option(line, languages, findings), line)
        first = seen.setdefault((name, choice.document["name"], _branch(choice) if twice else frozenset()), choice)
        if first is choice or twice:
            found.named.setdefault(name, []).append(choice if first is choice else _renamed(choice, first, findings))
        else:
            what = _TWICE.fill(name=quote(choice.document["name"]), row=first.line.number)
            findings.wrong(line.spot("name"), what, _OTHER_NAME)
    return found


_NO_LIST = Text(ja="リスト名がありません。", en="The name of the list is missing.")
_NO_LIST_MEND = Text(ja="list_name の列にリスト名を書いてください。", en="Write it in the column list_name.")


def _filled(table: Table) -> Iterator[Line]:
    for line in table.lines():
        if line.words("name") or line.wordings("label"):
            yield line


def _branch(choice: Choice) -> frozenset[tuple[str, str]]:
    """What tells options of the same name apart: the columns that a choice_filter looks at."""
    return frozenset(choice.document.get("columns", {}).items())


def _renamed(choice: Choice, first: Choice, findings: Findings) -> Choice:
    """A name that stands twice in the same branch gets its row's number."""
    name, spot = choice.document["name"], choice.line.spot("name")
    choice.document["name"] = f"{name}_{choice.line.number}"
    what = _TWICE.fill(name=quote(name), row=first.line.number)
    findings.aside(spot, what, _NUMBERED.fill(name=quote(choice.document["name"])), about="twice")
    return choice


_TWICE = Text(ja="選択肢「{name}」は{row}行目にもあります。", en="The option “{name}” is also in row {row}.")
_OTHER_NAME = Text(ja="別の名前にしてください。", en="Give it another name.")
_NUMBERED = Text(ja="こちらは「{name}」と読み替えました。", en="This one is taken as “{name}”.")


def _option(line: Line, languages: Languages, findings: Findings) -> dict[str, Any]:
    label = languages.text(line.wordings("label"))
    name = clean(line.words("name")) or (label if isinstance(label, str) else (label or {}).get("ja", ""))
    own = {heading.name: words for heading, words in line.extras() if heading.name.startswith("x_")}
    document: dict[str, Any] = {"name": " ".join(name.split()) if "x_name" not in own else name}
    document["label"] = label or name
    columns = {heading.name: words for heading, words in line.extras() if _kept(heading, line, findings)}
    for field_, key in (("x_name", "name"), ("x_label", "label")):
        if isinstance(value := decoded(own.get(field_, "")), str if key == "name" else str | dict) and value:
            document[key] = value
    columns |= _own_columns(own)
    return document | ({"columns": columns} if columns else {})


def _own_columns(own: Mapping[str, str]) -> dict[str, Any]:
    found = decoded(own["x_columns"]) if "x_columns" in own else {}
    return found if isinstance(found, dict) else {}


def _kept(heading: Heading, line: Line, findings: Findings) -> bool:
    if heading.name in MEDIA:
        findings.aside(line.spot(heading.name), _NO_MEDIA, _FINE)
        return False
    return heading.name not in ("list_name", "name", "label") and not heading.name.startswith("x_")


def table_as_list(sheet: Sheet, *, value: str = "name", label: str = "label") -> list[dict[str, Any]]:
    """The options in a sheet that stands for a file: its first row names the columns."""
    if not sheet.rows:
        return []
    head = sheet.rows[0].cells
    value = value if value in head else head[0]
    found: dict[str, dict[str, Any]] = {}
    for row in sheet.rows[1 : MOST_CHOICES + 1]:
        cells = {column: row.at(n) for n, column in enumerate(head) if column}
        name = " ".join(clean(cells.get(value, "")).split())
        if name:
            columns = {column: words for column, words in cells.items() if column not in ("name", "label") and words}
            option = {"name": name, "label": clean(cells.get(label, "")) or name}
            found.setdefault(name, option | ({"columns": columns} if columns else {}))
    return list(found.values())
