"""From the tree of a condition to one function of the answers; new functions go into FUNCTIONS."""

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from forms.expression.lexer import wrong
from forms.expression.parser import Binary, Called, Constant, Negated, Node, Ref, parse
from forms.expression.values import Operand, calculated, equal, negated, ordered, text, truth
from forms.questions.base import Answers, Value
from forms.text import Text

Run = Callable[[Answers], Operand]
_TODAY = "today()"  # no id can look like this


@dataclass(frozen=True, slots=True)
class Function:
    """What may be called: with how many arguments at least and at most, and what it does with their values."""

    least: int
    most: int
    call: Callable[..., Operand]


def _selected(value: Operand, name: Operand) -> bool:
    chosen = [*value.split(), value] if isinstance(value, str) else value
    return text(name) in chosen if isinstance(chosen, list | tuple) else text(value) == text(name)


def _count_selected(value: Operand) -> int:
    return len(value) if isinstance(value, list | tuple) else len(text(value).split())


FUNCTIONS = {
    "contains": Function(2, 2, lambda words, part: text(part) in text(words)),
    "count-selected": Function(1, 1, _count_selected),
    "false": Function(0, 0, lambda: False),
    "if": Function(3, 3, lambda condition, yes, no: yes if truth(condition) else no),
    "not": Function(1, 1, lambda value: not truth(value)),
    "selected": Function(2, 2, _selected),
    "string-length": Function(1, 1, lambda words: len(text(words))),
    "true": Function(0, 0, lambda: True),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition ready to be asked; never raises. `mentions` are the ids of the questions it looks at."""

    run: Run
    mentions: frozenset[str]

    def __call__(self, answers: Answers, today: date | None = None) -> bool:
        """Whether it holds. `today` is what today() gives; without it today() is empty."""
        return truth(self.run(answers if today is None else {**answers, _TODAY: today.isoformat()}))


def compile_expression(source: str, known: Collection[str]) -> Condition:
    """The condition as a function of the answers.

    `known` are the ids that `${…}` may name. Raises Mistake: at which character, and what is expected there.
    """
    tree = parse(source)
    return Condition(_compiled(tree, known), frozenset(_mentions(tree)))


def _mentions(node: Node) -> Iterator[str]:
    match node:
        case Ref(id_, _):
            yield id_
        case Negated(operand):
            yield from _mentions(operand)
        case Binary(_, left, right):
            yield from _mentions(left)
            yield from _mentions(right)
        case Called(_, arguments, _):
            for argument in arguments:
                yield from _mentions(argument)


def _compiled(node: Node, known: Collection[str]) -> Run:
    match node:
        case Constant(value):
            return lambda _answers: value
        case Ref():
            return _reference(node, known)
        case Negated(operand):
            inside = _compiled(operand, known)
            return lambda answers: negated(inside(answers))
        case Binary(sign, left, right):
            return _binary(sign, _compiled(left, known), right=_compiled(right, known))
        case Called():
            return _call(node, known)


def _reference(node: Ref, known: Collection[str]) -> Run:
    if node.id not in known:
        raise wrong(node.at, _unknown(node.id, known, shape="${{{}}}"))
    id_ = node.id
    return lambda answers: _or_empty(answers.get(id_))


def _or_empty(value: Value) -> Operand:
    return "" if value is None else str(value) if isinstance(value, dict) else value


def _binary(sign: str, left: Run, *, right: Run) -> Run:
    match sign:
        case "and":
            return lambda answers: truth(left(answers)) and truth(right(answers))
        case "or":
            return lambda answers: truth(left(answers)) or truth(right(answers))
        case "=":
            return lambda answers: equal(left(answers), right(answers))
        case "!=":
            return lambda answers: not equal(left(answers), right(answers))
        case "<" | "<=" | ">" | ">=":
            return lambda answers: ordered(sign, left(answers), right(answers))
        case _:
            return lambda answers: calculated(sign, left(answers), right(answers))


def _call(node: Called, known: Collection[str]) -> Run:
    if node.name == "today" and not node.arguments:
        return lambda answers: _or_empty(answers.get(_TODAY))
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise wrong(node.at, _unknown(node.name, FUNCTIONS, shape="{}()"))
    if not function.least <= len(node.arguments) <= function.most:
        raise wrong(node.at, _miscounted(node.name, function))
    arguments = tuple(_compiled(argument, known) for argument in node.arguments)
    call = function.call
    return lambda answers: call(*[argument(answers) for argument in arguments])


def _unknown(name: str, known: Collection[str], *, shape: str) -> Text:
    near = difflib.get_close_matches(name[:64], sorted(known), n=1, cutoff=0.5)
    if near:
        return Text(
            ja="{it} はありません。{near} ではありませんか。", en="there is no {it}; did you mean {near}?"
        ).fill(it=shape.format(name[:64]), near=shape.format(near[0]))
    return Text(ja="{it} はありません。使えるのは {known} です。", en="there is no {it}; there are {known}.").fill(
        it=shape.format(name[:64]), known=", ".join(shape.format(one) for one in sorted(known)[:8])
    )


def _miscounted(name: str, function: Function) -> Text:
    count = str(function.least) if function.least == function.most else f"{function.least}-{function.most}"
    return Text(ja="{name}() の括弧の中は{count}個です。", en="{name}() takes {count} values.").fill(
        name=name, count=count
    )
