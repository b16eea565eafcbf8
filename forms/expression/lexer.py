"""From the text of a condition to its tokens; full-width signs and 「」 mean what they look like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from forms.mistake import Mistake
from forms.text import Text

LONGEST = 8192  # characters
Kind = Literal["number", "words", "ref", "name", "op", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what it means (a string without its quotes, a reference's id); `at` counts characters from 0."""

    kind: Kind
    text: str
    at: int


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("　"): " ", ord("−"): "-", ord("、"): ","}
for _quote in "＂＇":
    del _HALF_WIDTH[ord(_quote)]  # quotes are looked at as they are written
_TOKEN = re.compile(
    r"""(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<words>'[^']*'|"[^"]*"|[‘’＇′][^'‘’＇′]*['‘’＇′]|[“”＂″][^"“”＂″]*["“”＂″]|「[^」]*」|『[^』]*』)
    |\$\{\s*(?P<ref>[^{}\s]+)\s*\}
    |(?P<name>[A-Za-z]+(?:-[A-Za-z]+)*)
    |(?P<op>==|<>|&&|\|\||!=|<=|>=|[=<>()+*,\-≠≦≤≧≥×÷!&|])""",
    re.VERBOSE | re.ASCII,
)
_SAME_AS = {"≠": "!=", "≦": "<=", "≤": "<=", "≧": ">=", "≥": ">=", "×": "*", "÷": "div"}
_ELSEWHERE = {"==": "=", "<>": "!=", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "!="}
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
    folded, at = source.translate(_HALF_WIDTH), 0
    while at < len(source):
        if folded[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(folded, at)
        if match is None:
            raise wrong(at, _stray(source[at:]))
        yield _token(match, source)
        at = match.end()
    yield Token("end", "", len(source))


def _token(match: re.Match[str], source: str) -> Token:
    text, at = match[match.lastgroup or 0], match.start()
    if match.lastgroup == "words":
        return Token("words", source[at + 1 : match.end() - 1], at)
    if match.lastgroup == "number":
        return Token("number", text, at)
    if match.lastgroup == "ref":
        return Token("ref", text, at)
    if match.lastgroup == "name":
        return Token("name", text.lower(), at)
    if text in _ELSEWHERE:
        raise wrong(
            at,
            Text(
                ja="「{found}」ではなく「{meant}」と書いてください。", en="write “{meant}” instead of “{found}”."
            ).fill(found=text, meant=_ELSEWHERE[text]),
        )
    text = _SAME_AS.get(text, text)
    return Token("name" if text == "div" else "op", text, at)


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
