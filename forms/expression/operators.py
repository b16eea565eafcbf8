"""Operators and calls as functions of a node, made from those of their operands."""

from collections.abc import Callable

from forms.expression.dates import looks_like_date
from forms.expression.functions.declared import Function
from forms.expression.node import Node
from forms.expression.paths import in_order
from forms.expression.predicates import Give
from forms.expression.run import Run
from forms.expression.values import COMPARISONS, ORDERS, Value, equal, number_in, text_of


def logic(operator: str, operands: list[Callable[[Node, Run], bool]]) -> Give:
    decides = operator == "or"

    def holds(node: Node, run: Run) -> bool:
        for operand in operands:
            if operand(node, run) is decides:
                return decides
        return not decides

    return holds


def union(operands: list[Callable[[Node, Run], list[Node]]]) -> Give:
    return lambda node, run: in_order([one for operand in operands for one in operand(node, run)], run)


def calculation(
    first: Callable[[Node, Run], float],
    rest: list[tuple[Callable[[float, float], float], Callable[[Node, Run], float]]],
) -> Give:
    def value(node: Node, run: Run) -> float:
        result = first(node, run)
        for calculate, operand in rest:
            result = calculate(result, operand(node, run))
        return result

    return value


def comparison(sign: str, left: Give, *, right: Give, constant: str | float | None) -> Give:
    """`constant` is what stands on the right, when that is known: most conditions compare one answer with it."""
    compare = COMPARISONS[sign]
    if sign == "=" and isinstance(constant, str) and not looks_like_date(constant):
        return _equals_words(left, constant)
    if sign in ORDERS and isinstance(constant, float):
        return _beside_number(sign, left, constant)
    return lambda node, run: compare(left(node, run), right(node, run), run)


def _equals_words(left: Give, words: str) -> Give:
    def holds(node: Node, run: Run) -> bool:
        value = left(node, run)
        if type(value) is list and len(value) == 1:
            return text_of(value[0], run) == words
        return equal(value, words, run)

    return holds


def _beside_number(sign: str, left: Give, wanted: float) -> Give:
    plain, compare = ORDERS[sign], COMPARISONS[sign]

    def holds(node: Node, run: Run) -> bool:
        value = left(node, run)
        if type(value) is list and len(value) == 1:
            return plain(number_in(text_of(value[0], run), run), wanted)
        return plain(value, wanted) if type(value) is float else compare(value, wanted, run)

    return holds


def applied(function: Function, arguments: list[Give]) -> Give:  # noqa: PLR0911 - one for each number of arguments
    call = function.call
    if function.inside:
        match arguments:
            case []:
                return call
            case [only]:
                return lambda node, run: call(node, run, only(node, run))
            case _:
                return lambda node, run: call(node, run, *[argument(node, run) for argument in arguments])
    match arguments:
        case []:
            return lambda _node, _run: call()
        case [only]:
            return lambda node, run: call(only(node, run))
        case [first, second]:
            return lambda node, run: call(first(node, run), second(node, run))
        case _:
            return lambda node, run: call(*[argument(node, run) for argument in arguments])


def checked(give: Give) -> Give:
    """What may grow is paid for, and must end somewhere."""

    def paid(node: Node, run: Run) -> Value:
        value = give(node, run)
        return run.checked(value) if isinstance(value, str) else value

    return paid
