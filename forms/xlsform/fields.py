"""One row of the survey as the fields of a question, whatever its kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.flaws import KINDS
from forms.reading.words import clean, quote
from forms.text import Text
from forms.xlsform.headings import Heading
from forms.xlsform.names import expression, mentioning
from forms.xlsform.own import OF_COLUMNS, decoded, limited
from forms.xlsform.places import Findings
from forms.xlsform.survey import Item
from forms.xlsform.tables import Languages, Line

_TEXTS = {
    "title": "label",
    "hint": "hint",
    "required_message": "required_message",
    "constraint_message": "constraint_message",
}
_SOURCES = {
    "when": "relevant",
    "constraint": "constraint",
    "calculate": "calculation",
    "choice_filter": "choice_filter",
    "count": "repeat_count",
}
_STRUCTURE = frozenset(("kind", "id", "questions", "inside", "options", "offered", "from_list"))
"""What follows from the rows themselves: no column of ours can say otherwise."""
_DYNAMIC = re.compile(r"\$\{|[A-Za-z][\w:-]*\(")
_YES = frozenset(("yes", "true", "true()", "on", "1", "はい", "○", "◯", "〇", "●", "◎", "必須", "y"))
_NO = frozenset(("no", "false", "false()", "off", "0", "いいえ", "×", "✕", "任意", "n", "-", "ー"))
_UNUSED = {
    "guidance_hint": Text(ja="補足の説明（guidance_hint）は使いません。", en="guidance_hint is not used."),
    "appearance": Text(
        ja="見た目の指定（appearance）は、会話では使いません。", en="appearance is not used in a conversation."
    ),
    "image": Text(ja="質問の画像・音声・動画は表示しません。", en="Pictures and sounds of questions are not shown."),
    "trigger": Text(ja="trigger 列は使いません。", en="The column trigger is not used."),
    "read_only": Text(ja="読み取り専用（read_only）は使いません。", en="read_only is not used here."),
}
_FINE = Text(ja="そのままで構いません。", en="Nothing needs to be done.")
_COLUMN = Text(ja="列「{column}」は使いません。", en="The column “{column}” is not used.")
_REQUIRED = Text(ja="必須の「{word}」は「{plain}」と読みました。", en="“{word}” under required is taken as “{plain}”.")
_REQUIRED_MEND = Text(
    ja="ほかのソフトでも使うファイルなら、「{plain}」と書いてください。",
    en="Write “{plain}” if other tools are to read the file too.",
)


@dataclass(slots=True)
class Rows:
    """What reading a row needs to know of the rest."""

    languages: Languages
    ids: Mapping[str, str]
    findings: Findings

    def common(self, item: Item, kind: str) -> dict[str, Any]:
        """The fields that `kind` has, from the columns of XLSForm and from our own."""
        has, line = KINDS[kind].model_fields, item.line
        document: dict[str, Any] = {"id": item.id, "kind": kind}
        for name, column in _TEXTS.items():
            if name in has and (words := self._text(line, column)) is not None:
                document[name] = words
        for name, column in _SOURCES.items():
            if name in has and (source := line.words(column)):
                document[name] = expression(source, self.ids)
        if "required" in has:
            document["required"] = self._required(line)
        if default := line.words("default"):
            document |= self._default(default, has)
        self._own(line, document)
        self._unused(line)
        return document

    def _text(self, line: Line, column: str) -> Any:
        text = self.languages.text(line.wordings(column))
        if isinstance(text, dict):
            return {lang: mentioning(words, self.ids) for lang, words in text.items()}
        return mentioning(text, self.ids) if text else None

    def _required(self, line: Line) -> bool | str:
        """Yes and no in either language; all else is an expression. Blank is no."""
        word = line.words("required")
        bare = word.replace(" ", "").casefold()
        if bare not in _YES and bare not in _NO:
            return expression(word, self.ids) if word else False
        if word in ("はい", "いいえ"):  # elsewhere this would be taken for an expression
            plain = "yes" if bare in _YES else "no"
            what = _REQUIRED.fill(word=word, plain=plain)
            self.findings.aside(line.spot("required"), what, _REQUIRED_MEND.fill(plain=plain))
        return bare in _YES

    def _default(self, written: str, has: Mapping[str, object]) -> dict[str, Any]:
        if "value" in has:
            return {"value": clean(written)}
        if "default" not in has:
            return {}
        dynamic = _DYNAMIC.search(written) is not None and "default" in has
        return {"default": f"= {expression(written, self.ids)}" if dynamic else clean(written)}

    def _own(self, line: Line, document: dict[str, Any]) -> None:
        """Our own columns; where the plain column beside one was changed since, the plain one counts."""
        own = {h.name.removeprefix("x_"): decoded(words) for h, words in line.extras() if h.name.startswith("x_")}
        own = {name: value for name, value in own.items() if name not in _STRUCTURE}
        if not isinstance(own.get("constraint"), str):
            own.pop("constraint", None)
        document |= {name: value for name, value in own.items() if name not in OF_COLUMNS}
        for name in OF_COLUMNS.keys() & own.keys() - {"constraint"}:
            if document.get(name) == as_plain(name, own[name]):
                document[name] = own[name]
        limits = limited(document | {"constraint": own.get("constraint")})
        if limits and line.words("constraint") == limits.strip():
            document["constraint"] = own.get("constraint")

    def _unused(self, line: Line) -> None:
        for heading, words in line.extras():
            own = heading.name.startswith("x_") and heading.name.removeprefix("x_") not in _STRUCTURE - {"kind"}
            if own or heading.name in _READ:
                continue
            self.findings.aside(line.spot(heading.name), _said(heading, words), _FINE)


_READ = frozenset(("options", "parameters", "read_only", "note", *OF_COLUMNS.values()))


def _said(heading: Heading, _words: str) -> Text:
    name = "image" if heading.name in ("audio", "video", "big-image") else heading.name
    return _UNUSED.get(name) or _COLUMN.fill(column=quote(heading.written))


def as_plain(name: str, value: Any) -> Any:
    """What a reader of the plain columns alone would make of a field."""
    if isinstance(value, dict):
        return {lang: clean(words) if isinstance(words, str) else words for lang, words in value.items()}
    if not isinstance(value, str):
        return value
    if name == "default":
        written = shown_default(value)
        return f"= {expression(written, {})}" if _DYNAMIC.search(written) else clean(written)
    return expression(value, {}) if name in (*_SOURCES, "required") else clean(value)


def shown_default(default: str) -> str:
    """As XLSForm writes it: an expression without our equals sign."""
    return default.removeprefix("=").strip() if default.startswith("=") else default.strip()
