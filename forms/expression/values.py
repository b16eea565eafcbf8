"""What the values in a condition mean to each other: empty, true, equal, before, more."""

import math
import operator
import re
from collections.abc import Callable, Sequence

Operand = str | int | float | bool | Sequence[str]
"""A list is an answer with several choices; elsewhere than in selected() it is its names joined by spaces."""

_NUMBER = re.compile(r"\s*-?(?:\d{1,40}(?:\.\d{1,40})?|\.\d{1,40})\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ORDER: dict[str, Callable[[float | str, float | str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def truth(value: Operand) -> bool:
    """As in XPath: empty words, zero and what is no number are false."""
    return not math.isnan(value) and value != 0 if isinstance(value, float) else bool(value)


def number(value: Operand) -> int | float:
    """The number, or the one that words spell; NaN where there is none."""
    if isinstance(value, int | float):
        return value
    words = text(value)
    if _NUMBER.fullmatch(words) is None:
        return math.nan
    return float(words) if "." in words else int(words)


def text(value: Operand) -> str:
    """How a value reads."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _digits(value) if isinstance(value, int | float) else " ".join(value)


def equal(left: Operand, right: Operand) -> bool:
    """Numbers with words as numbers, true and false by truth, all else as words."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, int | float) or isinstance(right, int | float):
        return number(left) == number(right)
    return text(left) == text(right)


def ordered(sign: str, left: Operand, right: Operand) -> bool:
    """Two dates as dates, all else as numbers; false where either is neither, so also where it is empty."""
    first, second = (value if isinstance(value, int | float) else text(value) for value in (left, right))
    if isinstance(first, str) and isinstance(second, str) and _DATE.fullmatch(first) and _DATE.fullmatch(second):
        return _ORDER[sign](first, second)
    return _ORDER[sign](number(first), number(second))


def calculated(sign: str, left: Operand, right: Operand) -> float:
    """Arithmetic as in XPath; what cannot be calculated is NaN."""
    first, second = _float(left), _float(right)
    try:
        return _ARITHMETIC[sign](first, second)
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan


def negated(value: Operand) -> float:
    return -number(value)


def _digits(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return str(value) if abs(value) < 1e300 else "Infinity"


def _float(value: Operand) -> float:
    try:
        return float(number(value))
    except OverflowError:
        return math.inf


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": operator.truediv,
    "mod": math.fmod,
}
