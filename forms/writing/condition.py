"""A condition between its two notations: XLSForm's expressions, and what people say. Only the shapes they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from forms.mistake import Mistake
from forms.text import Text

Sign = Literal["=", "!=", ">=", "<=", ">", "<", "has", "lacks"]
SIGNS: tuple[Sign, ...] = (">=", "<=", "!=", "=", ">", "<")
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """The answer to one question beside a value, as expressions see it; "" is no answer. `bare`: a number."""

    question: str
    sign: Sign
    value: str
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Several, all of which (`and`) or one of which (`or`) must hold."""

    word: Literal["and", "or"]
    parts: tuple["Condition", ...]


Condition = Compared | Joined

_BOTH_QUOTES = Text(
    ja="「'」と「\"」の両方が入った言葉は、条件に使えません。",
    en="Words that hold both ' and \" cannot be used in a condition.",
)


def source(condition: Condition) -> str:
    """The expression that a form keeps. Raises Mistake for a value that cannot be quoted."""
    if isinstance(condition, Compared):
        return _compared(condition)
    parts = (f"({source(p)})" if isinstance(p, Joined) else source(p) for p in condition.parts)
    return f" {condition.word} ".join(parts)


def _compared(one: Compared) -> str:
    value = one.value if one.bare else _quoted(one.value)
    name = f"${{{one.question}}}"
    if one.sign == "has":
        return f"selected({name}, {value})"
    if one.sign == "lacks":
        return f"not(selected({name}, {value}))"
    return f"{name} {one.sign} {value}"


def _quoted(value: str) -> str:
    if "'" in value and '"' in value:
        raise Mistake(_BOTH_QUOTES)
    return f'"{value}"' if "'" in value else f"'{value}'"


_TOKEN = re.compile(
    r"\s*(?:\$\{\s*(?P<name>[^}\s]+)\s*\}|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\""
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<sign>>=|<=|!=|=|>|<)|(?P<word>and|or|not|selected|date)\b|(?P<mark>[(),]))"
)


def parsed(expression: str) -> Condition | None:
    """What an expression says, where it is of a shape that can be said in words; None for all others."""
    tokens = list(_tokens(expression[:8192]))
    if not tokens or None in tokens or len(tokens) > 400:
        return None
    reader = _Reader([t for t in tokens if t is not None])
    try:
        found = reader.either(0)
    except (IndexError, ValueError):
        return None
    return found if reader.at == len(reader.tokens) else None


def _tokens(expression: str) -> Iterator[tuple[str, str] | None]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            yield None
            return
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


@dataclass(slots=True)
class _Reader:
    """Recursive descent; ValueError or IndexError where the shape is another."""

    tokens: list[tuple[str, str]]
    at: int = 0

    def either(self, depth: int) -> Condition:
        return self._row("or", depth)

    def _row(self, word: Literal["and", "or"], depth: int) -> Condition:
        parts = [self._part(word, depth)]
        while self._peek() == ("word", word):
            self.at += 1
            parts.append(self._part(word, depth))
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _part(self, word: Literal["and", "or"], depth: int) -> Condition:
        return self._row("and", depth) if word == "or" else self._one(depth)

    def _peek(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, kind: str, words: str | None = None) -> str:
        found, said = self.tokens[self.at]
        if found != kind or (words is not None and said != words):
            raise ValueError(kind)
        self.at += 1
        return said

    def _one(self, depth: int) -> Condition:
        kind, words = self.tokens[self.at]
        if depth > 20:
            raise ValueError("deep")
        if (kind, words) == ("mark", "("):
            self.at += 1
            inside = self.either(depth + 1)
            self._take("mark", ")")
            return inside
        if words == "not":
            return self._negated()
        if words == "selected":
            return self._selected("has")
        name = self._take("name")
        sign = self._take("sign")
        value, bare = self._value()
        return Compared(name, next(s for s in SIGNS if s == sign), value, bare)

    def _negated(self) -> Compared:
        self._take("word", "not")
        self._take("mark", "(")
        inside = self._selected("lacks")
        self._take("mark", ")")
        return inside

    def _selected(self, sign: Literal["has", "lacks"]) -> Compared:
        self._take("word", "selected")
        self._take("mark", "(")
        name = self._take("name")
        self._take("mark", ",")
        value, _ = self._value()
        self._take("mark", ")")
        return Compared(name, sign, value)

    def _value(self) -> tuple[str, bool]:
        kind, words = self.tokens[self.at]
        self.at += 1
        if kind == "word" and words == "date":
            self._take("mark", "(")
            inner = self._value()
            self._take("mark", ")")
            return inner
        if kind not in ("single", "double", "number"):
            raise ValueError(kind)
        return words, kind == "number"
