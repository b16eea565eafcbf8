"""Which days public offices are open: the calendar that reminders, digests and deadlines follow."""

from datetime import date, timedelta
from functools import lru_cache

import jpholiday

from forms.mistake import Mistake
from forms.text import Text

_DAY = timedelta(days=1)
_FAR = 250  # about a year of business days: further ahead is a slip of the hand


@lru_cache(maxsize=4096)
def is_open(day: date) -> bool:
    """Closed on Saturdays, Sundays, holidays and from 29 December to 3 January.

    Source: 行政機関の休日に関する法律 (Act on Holidays of Administrative Organs), article 1.
    """
    if day.weekday() >= 5 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return False
    return not jpholiday.is_holiday(day)


def business_days_after(day: date, count: int) -> date:
    """The `count`th open day after `day`, which itself is not counted."""
    if not 1 <= count <= _FAR:
        raise Mistake(
            Text(
                ja=f"営業日は1から{_FAR}までの数で書いてください。",
                en=f"Please give between 1 and {_FAR} business days.",
            )
        )
    for _ in range(count):
        day = _next_open(day)
    return day


def after_long_holiday(day: date) -> date:
    """The first open day after the next three or more closed days in a row (連休明け); a run may have begun already."""
    while True:
        day = _next_open(day)
        if not any(is_open(day - n * _DAY) for n in (1, 2, 3)):
            return day


def _next_open(day: date) -> date:
    day += _DAY
    while not is_open(day):
        day += _DAY
    return day
