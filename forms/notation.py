"""YAML and JSON into one plain tree: words stay as written, nothing is constructed, nothing refers to anything else."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from forms.reading.words import is_unsafe, quote
from forms.text import Text

LARGEST = 256 * 1024
"""Bytes of one document."""

_DEEPEST, _MOST_NODES = 20, 50_000
_FENCED = re.compile(
    r"\s*(?P<fence>```+|~~~+)[ \t]*[A-Za-z]{0,10}[ \t]*\n(?P<inside>.*?)\n?[ \t]*(?P=fence)\s*", re.DOTALL
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same events, ten times as fast, where libyaml is there
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

KEEP_ONE = Text(ja="どちらか一つにしてください。", en="Keep one of them.")

Path = tuple[int | str, ...]
Node = str | None | list["Node"] | dict[str, "Node"]
"""Numbers, dates, yes and no are the words as written; only null is not."""


class Unreadable(Exception):  # noqa: N818 - said of a document
    """There is no tree in this text: why, and at which line (from 1)."""

    def __init__(self, what: Text, mend: Text, line: int | None = None) -> None:
        super().__init__("a document that cannot be read")
        self.what, self.mend, self.line = what, mend, line


@dataclass(slots=True)
class Tree:
    """`lines`: where each value stands, by the way to it; none for JSON. `twice`: fields written more than once."""

    value: Node
    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[Path] = field(default_factory=list)

    def at(self, path: Path) -> Node:
        """The value at the end of `path`, which leads into the tree."""
        node: Any = self.value
        for part in path:
            node = node[part]
        return cast("Node", node)

    def walk(self) -> Iterator[tuple[Path, Node]]:
        """Every value and the way to it, outermost first."""
        ahead: list[tuple[Path, Node]] = [((), self.value)]
        while ahead:
            path, node = ahead.pop()
            yield path, node
            if isinstance(node, dict):
                ahead += [((*path, key), inside) for key, inside in reversed(node.items())]
            elif isinstance(node, list):
                ahead += [((*path, n), inside) for n, inside in reversed(list(enumerate(node)))]


def read_tree(text: str) -> Tree:
    """The tree of a YAML or JSON document, which may stand in a code fence. Raises Unreadable."""
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise Unreadable(
            Text(ja="大きすぎます（256 kBまで）。", en="It is too large (256 kB at most)."),
            Text(ja="フォームを分けてください。", en="Please split the form."),
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _check_characters(text)
    fenced = _FENCED.fullmatch(text)
    inside, above = (fenced["inside"], text.count("\n", 0, fenced.start("inside"))) if fenced else (text, 0)
    if inside.lstrip().startswith("{") and (tree := _json(inside)):
        return tree
    return _yaml(inside, above)


def repeated(key: str) -> Text:
    """A field that is written twice."""
    return Text(ja="「{key}」が2回書かれています。", en="“{key}” is written twice.").fill(key=quote(key))


def _check_characters(text: str) -> None:
    if not is_unsafe(text):
        return
    line, words = next((n, words) for n, words in enumerate(text.split("\n"), 1) if is_unsafe(words))
    codes = ", ".join(sorted({f"U+{ord(c):04X}" for c in words if is_unsafe(c)})[:3])
    raise Unreadable(
        Text(ja="見えない制御文字（{codes}）が入っています。", en="It holds control characters ({codes}).").fill(
            codes=codes
        ),
        Text(ja="その文字を消してください。", en="Please delete them."),
        line,
    )


def _json(text: str) -> Tree | None:
    """None where it is no JSON: it may still be YAML."""
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise _too_deep(None) from None
    except ValueError:
        return None
    return Tree(_plain(value, 0))


def _pairs(pairs: list[tuple[str, Node]]) -> dict[str, Node]:
    read: dict[str, Node] = {}
    for key, value in pairs:
        if key in read:
            raise Unreadable(repeated(key), KEEP_ONE)
        read[key] = value
    return read


def _plain(value: object, depth: int) -> Node:
    """JSON's true and false as words; fields that are null left out, as in YAML."""
    if depth > _DEEPEST:
        raise _too_deep(None)
    if isinstance(value, dict):
        return {key: _plain(inside, depth + 1) for key, inside in value.items() if inside is not None}
    if isinstance(value, list):
        return [_plain(inside, depth + 1) for inside in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _yaml(text: str, above: int) -> Tree:
    composer = _Composer(above)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise _malformed(error, above) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable(_NOT_YAML, _INDENT) from None
    return Tree(composer.root, composer.lines, composer.twice)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read; `key` waits for its value."""

    node: list[Node] | dict[str, Node]
    path: Path
    key: str | None = None


@dataclass(slots=True)
class _Composer:
    """YAML's events into a tree, without recursion."""

    above: int
    root: Node = None
    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[Path] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _count: int = 0
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 + self.above if event.start_mark else None
        match event:
            case yaml.DocumentStartEvent():
                self._begin(line)
            case yaml.ScalarEvent():
                self._refuse_marks(event, line)
                self._scalar(event.value, line, null=event.style in (None, "") and event.value in _NULLS)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._refuse_marks(event, line)
                self._enter([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
            case yaml.AliasEvent():
                raise _no_marks(line)

    def _begin(self, line: int | None) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Unreadable(
                Text(ja="フォームが2つ入っています（---）。", en="There are two documents here (---)."),
                Text(ja="1つずつ読み込ませてください。", en="Please load them one at a time."),
                line,
            )

    def _refuse_marks(self, event: yaml.NodeEvent, line: int | None) -> None:
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            raise _no_marks(line)
        self._count += 1
        if self._count > _MOST_NODES:
            raise Unreadable(
                Text(ja="項目が多すぎます。", en="It has too many parts."),
                Text(ja="フォームを分けてください。", en="Please split the form."),
                line,
            )

    def _scalar(self, words: str, line: int | None, *, null: bool) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.node, dict) and top.key is None:
            if words in top.node or (*top.path, words) in self.lines:
                self.twice.append((*top.path, words))
            top.key = words
            self.lines[*top.path, words] = line or 0
        else:
            self._put(None if null else words, line)

    def _enter(self, node: list[Node] | dict[str, Node], line: int | None) -> None:
        if len(self._open) >= _DEEPEST:
            raise _too_deep(line)
        if self._open and isinstance(self._open[-1].node, dict) and self._open[-1].key is None:
            raise Unreadable(_NOT_YAML, _INDENT, line)
        self._open.append(_Open(node, self._put(node, line)))

    def _put(self, node: Node, line: int | None) -> Path:
        """Where it was put. A field without a value is as good as absent."""
        if not self._open:
            path: Path = ()
            self.root = node
        elif isinstance(into := self._open[-1].node, list):
            into.append(node)
            path = (*self._open[-1].path, len(into) - 1)
        else:
            key, self._open[-1].key = self._open[-1].key or "", None
            path = (*self._open[-1].path, key)
            if node is not None:
                into[key] = node
        self.lines.setdefault(path, line or 0)
        return path


_NOT_YAML = Text(ja="YAML としても JSON としても読めません。", en="This can be read neither as YAML nor as JSON.")
_INDENT = Text(
    ja="字下げ（半角の空白）、「: 」のあとの空白、かっこと引用符の対応を確かめてください。",
    en="Check the indentation (spaces), the space after “:”, and that brackets and quotes are closed.",
)
_COLON = Text(
    ja='「: 」や「#」を含む言葉は "…" で囲んでください。', en='Put words that hold “: ” or “#” in quotation marks: "…".'
)

_CLOSE_QUOTE = Text(ja="引用符が閉じていません。閉じてください。", en="A quotation mark is never closed: close it.")
_CLOSE_BRACKET = Text(
    ja='かっこ { } [ ] かコンマが足りません。記号を含む言葉は "…" で囲んでください。',
    en='A bracket or comma is missing. Put words that hold such signs in quotation marks: "…".',
)
_SIGN = Text(
    ja='この行の言葉を "…" で囲み、字下げはタブでなく半角の空白にしてください。',
    en='Put the words of this line in quotation marks ("…"), and indent with spaces, not tabs.',
)
_ALIGN = Text(
    ja="同じ段の項目（並びなら「- 」）を同じ位置から書いてください。",
    en="Begin fields (or “- ”) of one level in the same column.",
)
_MENDS = (
    ("mapping values", _COLON),
    ("unexpected end of stream", _CLOSE_QUOTE),
    ("expected ',' or", _CLOSE_BRACKET),
    ("node content", _CLOSE_BRACKET),
    ("cannot start any token", _SIGN),
    ("expected key", _ALIGN),
    ("'-' indicator", _ALIGN),
)
"""A piece of libyaml's reason → what to do about it."""


def _malformed(error: yaml.MarkedYAMLError, above: int) -> Unreadable:
    problem = str(error.problem or "")
    mend = next((mend for sign, mend in _MENDS if sign in problem), _INDENT)
    mark = error.problem_mark or error.context_mark
    return Unreadable(_NOT_YAML, mend, mark.line + 1 + above if mark else None)


def _too_deep(line: int | None) -> Unreadable:
    return Unreadable(
        Text(ja="入れ子が深すぎます。", en="It is nested too deeply."),
        Text(ja="浅くしてください。", en="Flatten it."),
        line,
    )


def _no_marks(line: int | None) -> Unreadable:
    return Unreadable(
        Text(ja="& や * や ! で始まる記号は使えません。", en="Anchors (&), aliases (*) and tags (!) cannot be used."),
        Text(ja='言葉なら "…" で囲んでください。', en='If it is a word, put it in quotation marks: "…".'),
        line,
    )
