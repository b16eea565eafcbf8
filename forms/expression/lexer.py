"""From the text of an expression to its tokens; full-width signs and 「」 mean what they look like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from forms.mistake import Mistake
from forms.text import Text

LONGEST = 8192  # characters
Kind = Literal["number", "words", "ref", "name", "op", "operator", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what it means (a string without its quotes, a reference's id); `at` counts characters from 0.

    An `op` begins or continues a value (`(`, `/`, `@`); an `operator` stands between two values (`=`, `and`, `*`).
    """

    kind: Kind
    text: str
    at: int


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("　"): " ", ord("−"): "-", ord("、"): ","}
for _quote in "＂＇":
    del _HALF_WIDTH[ord(_quote)]  # quotes are looked at as they are written
_TOKEN = re.compile(
    r"""(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<words>'[^']*'|"[^"]*"|[‘’＇′][^'‘’＇′]*['‘’＇′]|[“”＂″][^"“”＂″]*["“”＂″]|「[^」]*」|『[^』]*』)
    |\$\{[ \t]*(?P<ref>[^{}\s]+)[ \t]*\}
    |(?P<name>[^\W\d][\w.\-]*(?::(?!:)(?:[^\W\d][\w.\-]*|\*))?)
    |(?P<op>==|<>|&&|\|\||!=|<=|>=|::|//|\.\.|[=<>()+*,\-/.@\[\]|≠≦≤≧≥×÷!&])""",
    re.VERBOSE,
)
_SAME_AS = {"≠": "!=", "≦": "<=", "≤": "<=", "≧": ">=", "≥": ">=", "×": "*", "÷": "div"}
_ELSEWHERE = {"==": "=", "<>": "!=", "&&": "and", "&": "and", "||": "or", "!": "!="}
_OPERATORS = frozenset(("or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "|"))
_WORD_OPERATORS = re.compile(r"(?:or|and|div|mod)(?![A-Za-z_])", re.IGNORECASE)
_ENDS_A_VALUE = frozenset((")", "]", ".", "..", "*"))
_QUOTES = "'\"‘’＇′“”＂″「『"


def wrong(at: int, what: Text) -> Mistake:
    """A mistake that says where: `at` counts characters from 0."""
    return Mistake(Text(ja="条件の{n}文字目: {what}", en="Condition, character {n}: {what}").fill(n=at + 1, what=what))


def tokens(source: str) -> Iterator[Token]:
    """The tokens of `source`, the last one of kind `end`. Raises Mistake with the position."""
    if len(source) > LONGEST:
        raise wrong(
            LONGEST, Text(ja="条件が長すぎます。短くしてください。", en="the condition is too long; shorten it.")
        )
    folded, at, before = source.translate(_HALF_WIDTH), 0, None
    while at < len(source):
        if folded[at].isspace():
            at += 1
            continue
        token, at = _next(source, folded, at=at, before=before)
        yield token
        before = token
    yield Token("end", "", len(source))


def _next(source: str, folded: str, *, at: int, before: Token | None) -> tuple[Token, int]:
    """The token at `at` and where it ends. As in XPath, after a value `*` multiplies and `and` joins."""
    after_value = before is not None and _ends_value(before)
    if after_value and (word := _WORD_OPERATORS.match(folded, at)):
        return Token("operator", word[0].lower(), at), word.end()
    match = _TOKEN.match(folded, at)
    if match is None:
        raise wrong(at, _stray(source[at:]))
    return _token(match, source, after_value=after_value), match.end()


def _ends_value(token: Token) -> bool:
    return token.kind in ("number", "words", "ref", "name") or (token.kind == "op" and token.text in _ENDS_A_VALUE)


def _token(match: re.Match[str], source: str, *, after_value: bool) -> Token:
    kind, at = match.lastgroup, match.start()
    text = match[kind or 0]
    if kind == "words":
        return Token("words", source[at + 1 : match.end() - 1], at)
    if kind == "number":
        return Token("number", text, at)
    if kind == "ref":
        return Token("ref", text, at)
    if kind == "name":
        return Token("name", text, at)
    if text in _ELSEWHERE:
        raise wrong(
            at,
            Text(
                ja="「{found}」ではなく「{meant}」と書いてください。", en="write “{meant}” instead of “{found}”."
            ).fill(found=text, meant=_ELSEWHERE[text]),
        )
    text = _SAME_AS.get(text, text)
    operator = text in _OPERATORS and (after_value or text != "*")
    return Token("operator" if operator else "op", text, at)


def _stray(rest: str) -> Text:
    if rest[0] in _QUOTES:
        return Text(ja="引用符が閉じていません。", en="this quote is never closed.")
    if rest[0] in "$＄":
        return Text(ja="設問は ${{id}} の形で書いてください。", en="write a question as ${{id}}.").fill()
    shown = rest[0] if rest[0].isprintable() else f"U+{ord(rest[0]):04X}"
    return Text(
        ja="「{shown}」は読めません。言葉は '…' で囲んでください。",
        en="“{shown}” cannot be read; put words in quotes: '…'.",
    ).fill(shown=shown)
