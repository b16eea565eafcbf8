"""The rows of the survey sheet as a tree: what stands in which group, each with its type and its id."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from forms.flaws import nearest
from forms.reading.words import quote
from forms.text import Text
from forms.xlsform.names import MENTION, Names
from forms.xlsform.places import Findings
from forms.xlsform.tables import Line, Table
from forms.xlsform.types import KNOWN, SILENT, Type, read_type

MOST_ROWS = 1_000
DEEPEST = 8
_BEGINS = {"begin group": "end group", "begin repeat": "end repeat"}

_MANY = Text(ja="行が多すぎます（{n}行）。", en="There are too many rows ({n}).")
_MANY_MEND = Text(ja="{most}行までです。フォームを分けてください。", en="Keep to {most}: split the form.").fill(
    most=MOST_ROWS
)
_NO_TYPE = Text(ja="種類がありません。", en="The type is missing.")
_NO_TYPE_MEND = Text(
    ja="text（文字）、integer（整数）、date（日付）、select_one リスト名（択一）などを書いてください。",
    en="Write text, integer, date, select_one LIST or another type.",
)
_UNKNOWN = Text(ja="種類「{type}」はありません。", en="There is no type “{type}”.")
_UNOPENED = Text(ja="「{type}」に対応する始まりの行がありません。", en="Nothing was begun that “{type}” could end.")
_UNOPENED_MEND = Text(
    ja="この行を削除するか、begin の行を足してください。", en="Delete this row, or add its begin row."
)
_CROSSED = Text(
    ja="「{type}」ですが、{row}行目で始まったのは「{begun}」です。",
    en="This is “{type}”, but row {row} has “{begun}”.",
)
_CROSSED_MEND = Text(ja="「{ends}」に直してください。", en="Write “{ends}”.")
_UNCLOSED = Text(ja="「{type}」が閉じられていません。", en="“{type}” is never ended.")
_UNCLOSED_MEND = Text(ja="終わりの行に「{ends}」を足してください。", en="Add a row “{ends}” where it ends.")
_DEEP = Text(ja="グループの入れ子が深すぎます。", en="The groups are nested too deeply.")


@dataclass(slots=True)
class Item:
    """A row of the survey. `document` is what it becomes in the form; () where it becomes nothing."""

    line: Line
    type: Type
    id: str
    inside: list["Item"] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator["Item"]:
        yield self
        for one in self.inside:
            yield from one.walk()


def read_survey(table: Table, names: Names, findings: Findings) -> list[Item]:
    """The items, nested; what is wrong with types and with begin and end is among the findings."""
    lines = [line for line in table.lines() if _matters(line)]
    if len(lines) > MOST_ROWS:
        findings.wrong(lines[MOST_ROWS].spot(), _MANY.fill(n=len(lines)), _MANY_MEND)
        lines = lines[:MOST_ROWS]
    names.reserve(line.words("name") for line in lines if not _holds(line))
    return _Nesting(names, findings).items(lines)


def _matters(line: Line) -> bool:
    """A row with a type or a name or a label; others hold notes for people."""
    if line.words("type").startswith("#"):
        return False
    return bool(line.words("type") or line.words("name") or line.wordings("label"))


def _holds(line: Line) -> bool:
    type_ = read_type(line.words("type"))
    return type_ is not None and type_.name in _BEGINS


def mentioned_in(table: Table) -> frozenset[str]:
    """All names in `${…}` anywhere in the table."""
    return frozenset(name for row in table.rows for cell in row.cells if "${" in cell for name in MENTION.findall(cell))


class _Nesting:
    def __init__(self, names: Names, findings: Findings) -> None:
        self._names, self._findings = names, findings
        self._top: list[Item] = []
        self._open: list[Item] = []

    def items(self, lines: Iterable[Line]) -> list[Item]:
        for line in lines:
            if (type_ := self._type(line)) is not None:
                self._place(line, type_)
        for item in self._open:
            ends = _BEGINS[item.type.name]
            what = _UNCLOSED.fill(type=item.type.name)
            self._findings.wrong(item.line.spot("type"), what, _UNCLOSED_MEND.fill(ends=ends))
        return self._top

    def _type(self, line: Line) -> Type | None:
        written = line.words("type")
        if not written:
            self._findings.wrong(line.spot("type"), _NO_TYPE, _NO_TYPE_MEND)
            return None
        type_ = read_type(written)
        if type_ is None:
            self._findings.wrong(line.spot("type"), _UNKNOWN.fill(type=quote(written)), nearest(written, KNOWN))
        return type_ or Type("text")  # so that what rests on it is not said to be missing

    def _place(self, line: Line, type_: Type) -> None:
        if type_.name in _BEGINS.values():
            self._end(line, type_)
            return
        into = self._open[-1].inside if self._open else self._top
        scope = self._open[-1].id if self._open else ""
        silent = type_.name in SILENT or type_.name in ("note", *_BEGINS)
        id_ = self._names.take(line, scope=scope, silent=silent, holds=type_.name in _BEGINS)
        item = Item(line, type_, id_)
        into.append(item)
        if type_.name in _BEGINS:
            self._open.append(item)
            if len(self._open) == DEEPEST + 1:
                mend = Text(ja="{n}段までにしてください。", en="Keep to {n} levels.").fill(n=DEEPEST)
                self._findings.wrong(line.spot("type"), _DEEP, mend)

    def _end(self, line: Line, type_: Type) -> None:
        if not self._open:
            self._findings.wrong(line.spot("type"), _UNOPENED.fill(type=type_.name), _UNOPENED_MEND)
            return
        begun = self._open.pop()
        ends = _BEGINS[begun.type.name]
        if ends != type_.name:
            what = _CROSSED.fill(type=type_.name, row=begun.line.number, begun=begun.type.name)
            self._findings.wrong(line.spot("type"), what, _CROSSED_MEND.fill(ends=ends))
