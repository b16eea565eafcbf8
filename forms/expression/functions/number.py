"""Functions of numbers."""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from forms.expression.functions.declared import Function, takes
from forms.expression.node import Node
from forms.expression.run import Run
from forms.expression.values import number_in, text_of

_MOST_PLACES = 20


def _careful(calculate: Callable[..., float]) -> Callable[..., float]:
    """What cannot be calculated is NaN, what is too large infinite."""

    def carefully(*numbers: float) -> float:
        try:
            return float(calculate(*numbers))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan

    return carefully


def _of_one(calculate: Callable[[float], float]) -> Function:
    return takes("number", _careful(calculate))


def _whole(cut: Callable[[float], int]) -> Function:
    return takes("number", lambda value: float(cut(value)) if math.isfinite(value) else value)


def _logarithm(calculate: Callable[[float], float]) -> Function:
    return _of_one(lambda value: -math.inf if value == 0 else calculate(value))


def _rounded(value: float, places: float = 0.0) -> float:
    """To that many places; what lies between goes away from zero, as 2.15 is written and not as it is stored."""
    if not math.isfinite(value) or math.isnan(places):
        return value
    digits = int(max(-_MOST_PLACES, min(_MOST_PLACES, places)))
    unit = Decimal(1).scaleb(-digits)
    if abs(value) >= 1e15 * float(unit):
        return value  # it has no digits there
    return float((Decimal(repr(value)) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit)


def _least_or_most(choose: Callable[[list[float]], float]) -> Function:
    def chosen(_node: Node, run: Run, *parts: list[str]) -> float:
        numbers = [number_in(one, run) for part in parts for one in part]
        return math.nan if not numbers or any(map(math.isnan, numbers)) else choose(numbers)

    return takes("texts texts*", chosen, inside=True)


def _sum(_node: Node, run: Run, nodes: list[Node]) -> float:
    run.spend(len(nodes))
    return _careful(math.fsum)([number_in(text_of(node, run), run) for node in nodes])


NUMBER = {
    "abs": _of_one(abs),
    "acos": _of_one(math.acos),
    "asin": _of_one(math.asin),
    "atan": _of_one(math.atan),
    "atan2": takes("number number", _careful(math.atan2)),
    "ceiling": _whole(math.ceil),
    "cos": _of_one(math.cos),
    "exp": _of_one(math.exp),
    "exp10": _of_one(lambda value: 10.0**value),
    "floor": _whole(math.floor),
    "int": _whole(math.trunc),
    "log": _logarithm(math.log),
    "log10": _logarithm(math.log10),
    "max": _least_or_most(max),
    "min": _least_or_most(min),
    "number": takes("number?", lambda value: value, own=True),
    "pi": takes("", lambda: math.pi),
    "pow": takes("number number", _careful(math.pow)),
    "round": takes("number number?", _rounded),
    "sin": _of_one(math.sin),
    "sqrt": _of_one(math.sqrt),
    "sum": takes("nodes", _sum, inside=True),
    "tan": _of_one(math.tan),
}
