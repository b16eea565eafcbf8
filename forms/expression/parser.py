"""From the tokens of an expression to its tree."""

from dataclasses import dataclass

from forms.expression.lexer import Token, tokens, wrong
from forms.expression.tree import Called, Chain, Constant, Filtered, Negated, Path, Ref, Start, Step, Tree
from forms.text import Text, same

DEEPEST = 64
MOST_NODES = 500
AXES = frozenset(
    (
        "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
        "following-sibling", "parent", "preceding", "preceding-sibling", "self",
    )
)  # fmt: skip
NODE_TESTS = frozenset(("comment", "node", "processing-instruction", "text"))
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
    "|": 8,
}
"""How tightly each operator binds what stands on its sides."""
_MINUS = 7
_VALUE = Text(ja="値（${id}、数、'言葉'）", en="a value (${id}, a number or 'words')")
_OPERATOR = Text(ja="and・or・= などの記号か、条件の終わり", en="and, or, = or the like, or the end of the condition")
_NAME = Text(ja="項目の名前", en="the name of a field")
_ANYTHING = Step("descendant-or-self", "node()")
_SHORT_STEPS = {".": Step("self", "node()"), "..": Step("parent", "node()")}


def parse(source: str, *, bare_names: bool = True) -> Tree:
    """The tree of an expression. Raises Mistake that says the position and what is expected there.

    Without `bare_names` a path may begin with a name in `[…]` alone: elsewhere it is a word without its quotes.
    """
    reading = _Reading(list(tokens(source)), bare_names=bare_names)
    tree = _expression(reading, 0)
    if reading.now.kind != "end":
        raise _expected(reading.now, _OPERATOR)
    return tree


@dataclass(slots=True)
class _Reading:
    """Where the parser is; it is the one thing here that changes."""

    ahead: list[Token]
    bare_names: bool
    place: int = 0
    depth: int = 0
    nodes: int = 0
    predicates: int = 0

    @property
    def now(self) -> Token:
        return self.ahead[self.place]

    @property
    def next(self) -> Token:
        return self.ahead[min(self.place + 1, len(self.ahead) - 1)]

    def take(self) -> Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def is_op(self, *texts: str) -> bool:
        return self.now.kind == "op" and self.now.text in texts

    def need(self, text: str) -> None:
        if not self.is_op(text):
            raise _expected(self.now, same(f"「{text}」"))
        self.take()

    def count(self) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise wrong(self.now.at, Text(ja="条件が長すぎます。", en="the condition is too long."))


def _expression(reading: _Reading, above: int) -> Tree:
    """The longest expression whose operators all bind tighter than `above`."""
    reading.depth += 1
    if reading.depth > DEEPEST:
        raise wrong(reading.now.at, Text(ja="括弧が深すぎます。", en="the parentheses are nested too deeply."))
    left = _prefix(reading)
    while (strength := _strength(reading.now)) > above:
        rest: list[tuple[str, Tree]] = []
        while _strength(reading.now) == strength:
            reading.count()
            rest.append((reading.take().text, _expression(reading, strength)))
        left = Chain(left, tuple(rest))
    reading.depth -= 1
    return left


def _strength(token: Token) -> int:
    return STRENGTH[token.text] if token.kind == "operator" else 0


def _prefix(reading: _Reading) -> Tree:
    reading.count()
    if reading.now.kind == "operator" and reading.now.text == "-":
        reading.take()
        return Negated(_expression(reading, _MINUS))
    if reading.is_op("/", "//"):
        return _from_the_top(reading)
    if (primary := _primary(reading)) is None:
        return Path(Start(absolute=False), _steps(reading), reading.now.at)
    at = reading.now.at
    if predicates := _predicates(reading):
        primary = Filtered(primary, predicates, at)
    return _path_from(primary, reading)


def _from_the_top(reading: _Reading) -> Tree:
    token = reading.take()
    if token.text == "//":
        return Path(Start(absolute=True), (_ANYTHING, *_steps(reading)), token.at)
    return Path(Start(absolute=True), _steps(reading) if _is_step(reading) else (), token.at)


def _path_from(primary: Tree, reading: _Reading) -> Tree:
    if not reading.is_op("/", "//"):
        return primary
    token = reading.take()
    first = (_ANYTHING,) if token.text == "//" else ()
    return Path(primary, (*first, *_steps(reading)), token.at)


def _primary(reading: _Reading) -> Tree | None:
    """A number, words, a reference, a call, a parenthesis; None where a path begins."""
    token = reading.now
    match token.kind:
        case "number":
            return Constant(float(reading.take().text), token.at)
        case "words":
            return Constant(reading.take().text, token.at)
        case "ref":
            return Ref(reading.take().text, token.at)
        case "name" if _is_op(reading.next, "(") and token.text not in NODE_TESTS:
            return _call(reading)
        case "op" if token.text == "(":
            return _parenthesis(reading)
        case _ if not _is_step(reading):
            raise _expected(token, _VALUE)
        case "name" if not (reading.bare_names or reading.predicates or _is_op(reading.next, "::", "(")):
            raise wrong(token.at, _bare(token.text))
        case _:
            return None


def _is_op(token: Token, *texts: str) -> bool:
    return token.kind == "op" and token.text in texts


def _is_step(reading: _Reading) -> bool:
    return reading.now.kind == "name" or reading.is_op(".", "..", "@", "*")


def _parenthesis(reading: _Reading) -> Tree:
    reading.take()
    inside = _expression(reading, 0)
    reading.need(")")
    return inside


def _call(reading: _Reading) -> Tree:
    name = reading.take()
    reading.take()
    arguments: list[Tree] = []
    while not reading.is_op(")"):
        if arguments:
            reading.need(",")
        arguments.append(_expression(reading, 0))
    reading.take()
    return Called(name.text.lower(), tuple(arguments), name.at)


def _predicates(reading: _Reading) -> tuple[Tree, ...]:
    found: list[Tree] = []
    while reading.is_op("["):
        reading.take()
        reading.predicates += 1
        found.append(_expression(reading, 0))
        reading.predicates -= 1
        reading.need("]")
    return tuple(found)


def _steps(reading: _Reading) -> tuple[Step, ...]:
    steps = [_step(reading)]
    while reading.is_op("/", "//"):
        if reading.take().text == "//":
            steps.append(_ANYTHING)
        steps.append(_step(reading))
    return tuple(steps)


def _step(reading: _Reading) -> Step:
    reading.count()
    if reading.is_op(".", ".."):
        short = _SHORT_STEPS[reading.take().text]
        return Step(short.axis, short.test, _predicates(reading))
    axis = _axis(reading)
    test = _test(reading)
    return Step(axis, test, _predicates(reading))


def _axis(reading: _Reading) -> str:
    if reading.is_op("@"):
        reading.take()
        return "attribute"
    if not _is_op(reading.next, "::"):
        return "child"
    token = reading.take()
    reading.take()
    if token.text not in AXES:
        raise wrong(
            token.at,
            Text(ja="「{name}::」は使えません。", en="“{name}::” cannot be used.").fill(name=token.text[:40]),
        )
    return token.text


def _test(reading: _Reading) -> str:
    token = reading.take()
    if token.kind == "name" and token.text in NODE_TESTS and reading.is_op("("):
        reading.take()
        if token.text == "processing-instruction" and reading.now.kind == "words":
            reading.take()
        reading.need(")")
        return f"{token.text}()"
    if token.kind == "name" or _is_op(token, "*"):
        return token.text
    raise _expected(token, _NAME)


def _bare(name: str) -> Text:
    return Text(
        ja="「{name}」は、言葉なら '{name}'、設問なら ${{{name}}} と書いてください。",
        en="write '{name}' if it is a word, ${{{name}}} if it is a question.",
    ).fill(name=name[:40])


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
