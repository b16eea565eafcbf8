"""Functions of dates and times; the clock is the form's, never the machine's."""

import math

from forms.expression.dates import days, formatted, moment_of, padded, part_of_day, read, written
from forms.expression.functions.declared import takes
from forms.expression.node import Node
from forms.expression.run import Run
from forms.expression.values import Value, number_in, text


def _today(_node: Node, run: Run) -> str:
    moment = run.scope.moment
    return moment.date().isoformat() if moment else ""


def _now(_node: Node, run: Run) -> str:
    moment = run.scope.moment
    return moment.isoformat(timespec="milliseconds") if moment else ""


def _date(_node: Node, run: Run, value: Value) -> str:
    """A day, or a day and a time, from a text or from days since 1970; empty where it is neither."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return _of_days(value, run)
    words = padded(text(value, run))
    moment = read(words, run.scope.zone)
    return written(moment) if moment else _of_days(number_in(words, run), run)


def _of_days(number: float, run: Run) -> str:
    moment = moment_of(number, run.scope.zone)
    return written(moment) if moment else ""


def _decimal_date_time(node: Node, run: Run, value: Value) -> float:
    day = days(_date(node, run, value), run.scope.zone)
    return math.nan if day is None else day


def _decimal_time(_node: Node, run: Run, words: str) -> float:
    return part_of_day(words, run.scope.zone, today=run.scope.clock)


def _formatted(_node: Node, run: Run, value: Value, shape: str) -> str:
    if isinstance(value, bool):
        return ""
    words = text(value, run)
    moment = read(words, run.scope.zone) or moment_of(number_in(words, run), run.scope.zone)
    return formatted(moment, shape) if moment else ""


DATE = {
    "date": takes("value", _date, inside=True),
    "date-time": takes("value", _date, inside=True),
    "decimal-date-time": takes("value", _decimal_date_time, inside=True),
    "decimal-time": takes("text", _decimal_time, inside=True),
    "format-date": takes("value text", _formatted, inside=True, grows=True),
    "format-date-time": takes("value text", _formatted, inside=True, grows=True),
    "now": takes("", _now, inside=True),
    "today": takes("", _today, inside=True),
}
