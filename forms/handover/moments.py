"""Which cells are days and times: files that know dates get dates, not words that look like them."""

import re
from datetime import date, datetime, time

from forms.questions import Valued
from forms.questions.base import Cell

Dated = Cell | date | time

_DATED = {"date", "datetime", "time", "period"}
"""Kinds whose cells are read so. Words that somebody typed never are."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(?::\d\d)?", re.ASCII)


def dated(question: Valued, cell: Cell) -> Dated:
    """The day, the moment (without a zone) or the time of day that a cell stands for; else the cell."""
    if not isinstance(cell, str) or question.kind not in _DATED:
        return cell
    try:
        return _read(cell)
    except ValueError:
        return cell


def _read(cell: str) -> Dated:
    if _DAY.fullmatch(cell):
        return date.fromisoformat(cell)
    if _MOMENT.fullmatch(cell):
        return datetime.fromisoformat(cell)
    if _TIME.fullmatch(cell):
        return time.fromisoformat(cell)
    return cell
