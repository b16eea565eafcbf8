"""What the values of an expression mean to each other: empty, true, equal, before, more.

As in XPath 1.0, and beyond it as in ODK: a text that is a date counts as its days, so that dates compare as dates.
"""

import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal

from forms.expression.dates import days, looks_like_date
from forms.expression.node import Kind, Node
from forms.expression.run import Run

Value = str | float | bool | list[Node]
_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)
_CLOSE = 1e-11  # 6.1 - 7.8 is -1.7, and ten days after a day is a day: less than a microsecond apart
_TEXT_KINDS = (Kind.ELEMENT, Kind.TEXT)


def text_of(node: Node, run: Run) -> str:
    """What a node reads as."""
    if not node.children:
        return node.value
    inside = list(node.below())
    run.spend(len(inside))
    return run.checked("".join(one.value for one in inside if one.kind in _TEXT_KINDS))


def text(value: Value, run: Run) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return text_of(value[0], run) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return digits(value)


def digits(value: float) -> str:
    """A number as ODK prints it: no exponent, no .0."""
    if math.isfinite(value):
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def number(value: Value, run: Run) -> float:
    """The number, or the one that a text spells; for a date its days since 1970; NaN where there is none."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    return number_in(value if isinstance(value, str) else text(value, run), run)


def number_in(words: str, run: Run) -> float:
    if (words.isdecimal() and words.isascii()) or _NUMBER.fullmatch(words):
        return float(words)
    if looks_like_date(words) and (day := days(words, run.scope.zone)) is not None:
        return day
    return math.nan


def truth(value: Value) -> bool:
    """As in XPath: empty words, zero, what is no number and what is nowhere are false."""
    if isinstance(value, float):
        return value == value and value != 0  # noqa: PLR0124 - NaN
    return bool(value)


def texts(value: Value, run: Run) -> list[str]:
    """Each of several nodes by itself; all else alone."""
    if isinstance(value, list):
        run.spend(len(value))
        return [text_of(node, run) for node in value]
    return [text(value, run)]


def equal(left: Value, right: Value, run: Run) -> bool:
    """Of several nodes it is enough that one is equal."""
    if isinstance(left, list):
        return _some(left, right, run, _same) if not isinstance(right, list) else _shared(left, right, run)
    if isinstance(right, list):
        return _some(right, left, run, _same)
    return _same(left, right, run)


def unequal(left: Value, right: Value, run: Run) -> bool:
    """As in XPath: of several nodes it is enough that one differs."""
    if isinstance(left, list) and isinstance(right, list):
        ours, theirs = set(texts(left, run)), set(texts(right, run))
        return len(ours | theirs) > 1 and bool(ours) and bool(theirs) and not _one_day(ours, theirs, run)
    if isinstance(left, list):
        return _some(left, right, run, _different)
    if isinstance(right, list):
        return _some(right, left, run, _different)
    return not _same(left, right, run)


def _some(nodes: list[Node], other: Value, run: Run, holds: Callable[[Value, Value, Run], bool]) -> bool:
    if isinstance(other, bool):
        return holds(bool(nodes), other, run)
    if len(nodes) == 1:
        return holds(text_of(nodes[0], run), other, run)
    run.spend(len(nodes))
    return any(holds(text_of(node, run), other, run) for node in nodes)


def _shared(left: list[Node], right: list[Node], run: Run) -> bool:
    ours, theirs = set(texts(left, run)), set(texts(right, run))
    return not ours.isdisjoint(theirs) or not _dates(ours, run).isdisjoint(_dates(theirs, run))


def _one_day(ours: set[str], theirs: set[str], run: Run) -> bool:
    return len(ours) == len(theirs) == 1 and not _dates(ours, run).isdisjoint(_dates(theirs, run))


def _dates(words: set[str], run: Run) -> set[float]:
    return {day for one in words if looks_like_date(one) and (day := days(one, run.scope.zone)) is not None}


def _same(left: Value, right: Value, run: Run) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or (looks_like_date(left) and looks_like_date(right) and _same_day(left, right, run))
    first, second = number(left, run), number(right, run)
    return first == second or abs(first - second) < _CLOSE


def _different(left: Value, right: Value, run: Run) -> bool:
    return not _same(left, right, run)


def _same_day(left: str, right: str, run: Run) -> bool:
    first, second = days(left, run.scope.zone), days(right, run.scope.zone)
    return first is not None and first == second


def ordering(compare: Callable[[float, float], bool]) -> Callable[[Value, Value, Run], bool]:
    """`<`, `<=`, `>`, `>=` as numbers, dates as days; false where either is neither, so also where it is empty."""

    def holds(left: Value, right: Value, run: Run) -> bool:
        ours, theirs = _numbers(left, run), _numbers(right, run)
        if len(ours) == 1 and len(theirs) == 1:
            return compare(ours[0], theirs[0])
        return bool(ours) and bool(theirs) and any(compare(a, b) for a in _ends(ours) for b in _ends(theirs))

    return holds


def _numbers(value: Value, run: Run) -> list[float]:
    if not isinstance(value, list):
        return [number(value, run)]
    if len(value) == 1:
        return [number_in(text_of(value[0], run), run)]
    found = [number_in(one, run) for one in texts(value, run)]
    return [one for one in found if one == one]  # noqa: PLR0124 - NaN is neither more nor less


def _ends(numbers: list[float]) -> tuple[float, ...]:
    """The least and the most decide for all."""
    return (numbers[0],) if len(numbers) == 1 else (min(numbers), max(numbers))


def _divided(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _rest(left: float, right: float) -> float:
    return math.nan if right == 0 or not math.isfinite(left) else math.fmod(left, right)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divided,
    "mod": _rest,
}
ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPARISONS: dict[str, Callable[[Value, Value, Run], bool]] = {
    "=": equal,
    "!=": unequal,
    **{sign: ordering(compare) for sign, compare in ORDERS.items()},
}
