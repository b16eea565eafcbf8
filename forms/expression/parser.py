"""From the tokens of a condition to its tree."""

from collections.abc import Callable
from dataclasses import dataclass, field

from forms.expression.lexer import Token, tokens, wrong
from forms.text import Text, same

DEEPEST = 64
MOST_NODES = 500


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Ref:
    """The answer to a question; `at` is where in the text, counted from 0."""

    id: str
    at: int


@dataclass(frozen=True, slots=True)
class Negated:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Called:
    name: str
    arguments: tuple["Node", ...]
    at: int


Node = Constant | Ref | Negated | Binary | Called

STRENGTH = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
"""How tightly each operator binds what stands on its sides."""
_TIGHTEST = 7
_VALUE = Text(ja="値（${id}、数、'言葉'）", en="a value (${id}, a number or 'words')")
_OPERATOR = Text(ja="and・or・= などの記号か、条件の終わり", en="and, or, = or the like, or the end of the condition")


def parse(source: str) -> Node:
    """The tree of a condition. Raises Mistake that says the position and what is expected there."""
    reading = _Reading(list(tokens(source)))
    node = _expression(reading, 0)
    if reading.now.kind != "end":
        raise _expected(reading.now, _OPERATOR)
    return node


@dataclass(slots=True)
class _Reading:
    """Where the parser is; it is the one thing here that changes."""

    ahead: list[Token]
    place: int = 0
    depth: int = 0
    nodes: int = field(default=0)

    @property
    def now(self) -> Token:
        return self.ahead[self.place]

    def take(self) -> Token:
        token = self.now
        self.place += 1
        return token

    def is_op(self, text: str) -> bool:
        return self.now.kind == "op" and self.now.text == text

    def need(self, text: str) -> None:
        if not self.is_op(text):
            raise _expected(self.now, same(f"「{text}」"))
        self.take()

    def count(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise wrong(self.now.at, Text(ja="条件が長すぎます。", en="the condition is too long."))
        return node


def _expression(reading: _Reading, above: int) -> Node:
    """The longest expression whose operators all bind tighter than `above`."""
    reading.depth += 1
    if reading.depth > DEEPEST:
        raise wrong(reading.now.at, Text(ja="括弧が深すぎます。", en="the parentheses are nested too deeply."))
    left = _prefix(reading)
    while reading.now.kind in ("op", "name") and STRENGTH.get(reading.now.text, 0) > above:
        operator = reading.take().text
        left = reading.count(Binary(operator, left, _expression(reading, STRENGTH[operator])))
    reading.depth -= 1
    return left


def _prefix(reading: _Reading) -> Node:
    token = reading.take()
    if token.kind in _PREFIXES:
        return reading.count(_PREFIXES[token.kind](token, reading))
    if token.kind == "op" and token.text == "-":
        return reading.count(Negated(_expression(reading, _TIGHTEST)))
    if token.kind == "op" and token.text == "(":
        inside = _expression(reading, 0)
        reading.need(")")
        return inside
    raise _expected(token, _VALUE)


def _number(token: Token, _reading: _Reading) -> Node:
    small = len(token.text) <= 15 and token.text.isdigit()
    return Constant(int(token.text) if small else float(token.text))


def _call(token: Token, reading: _Reading) -> Node:
    if token.text in STRENGTH:
        raise _expected(token, _VALUE)
    if not reading.is_op("("):
        raise wrong(
            token.at,
            Text(
                ja="「{name}」は、言葉なら '{name}'、設問なら ${{{name}}} と書いてください。",
                en="write '{name}' if it is a word, ${{{name}}} if it is a question.",
            ).fill(name=token.text[:40]),
        )
    reading.take()
    arguments: list[Node] = []
    while not reading.is_op(")"):
        if arguments:
            reading.need(",")
        arguments.append(_expression(reading, 0))
    reading.take()
    return Called(token.text, tuple(arguments), token.at)


_PREFIXES: dict[str, Callable[[Token, _Reading], Node]] = {
    "number": _number,
    "words": lambda token, _: Constant(token.text),
    "ref": lambda token, _: Ref(token.text, token.at),
    "name": _call,
}


def _expected(found: Token, what: Text) -> Exception:
    if found.kind == "end":
        return wrong(
            found.at,
            Text(ja="途中で終わっています。{what}が必要です。", en="it ends here; expected {what}.").fill(what=what),
        )
    return wrong(
        found.at,
        Text(ja="{what}が必要ですが、「{found}」があります。", en="expected {what}, found “{found}”.").fill(
            what=what, found=found.text[:40]
        ),
    )
