"""Which day to come people mean where they leave out the year or the month: 12月1日, 30日, 金曜, 11月末."""

import re
from collections.abc import Callable
from datetime import date

from forms.calendar import days_on, last_of_month, make_day, months_on, nth_open_day, nth_weekday, which
from forms.days import NTH, WEEKDAY, WEEKDAY_EN, DayReader, nth
from forms.mistake import Asked, Mistake
from forms.text import Text

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")[a-z]*"
_WEEK = {c: n for n, c in enumerate("月火水木金土日")}
_WEEK |= dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), range(7), strict=True))
_SHORT_MONTH = Text(
    ja="今月に{day}日はありません。「12月1日」のように、月から書いてください。",
    en="This month has no day {day}. Please write the month too, as in “December 1”.",
)
_LEAP_YEAR = Text(
    ja="2月29日は、次は{year}年です。年から書いてください。",
    en="The next 29 February is in {year}. Please write the year too.",
)


def _without_year(match: re.Match[str], today: date) -> date:
    said = match["month"]
    month, day = int(said) if said.isdigit() else _MONTHS[said], int(match["day"])
    if (month, day) == (2, 29):
        raise Asked(_LEAP_YEAR.fill(year=next(y for y in range(today.year, today.year + 9) if _is_leap(y, today))))
    return make_day(today.year + ((month, day) < (today.month, today.day)), month, day)


def _is_leap(year: int, today: date) -> bool:
    return last_of_month(year, 2).day == 29 and date(year, 2, 29) >= today


def _day_alone(match: re.Match[str], today: date) -> date:
    """30日: this month's, or next month's where that is past."""
    day = int(match["day"])
    make_day(2000, 1, day)
    year, month = months_on(today, int(day < today.day))
    if day > last_of_month(year, month).day:
        raise Asked(_SHORT_MONTH.fill(day=day))
    return date(year, month, day)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = _WEEK[match["weekday"][:3]]
    if wanted == today.weekday():
        raise which(today, days_on(today, 7))
    return days_on(today, (wanted - today.weekday()) % 7)


def _in_month(match: re.Match[str], today: date, day_of: Callable[[int, int], date]) -> date:
    month = int(match["month"])
    if not 1 <= month <= 12:
        raise Mistake(Text(ja=f"{month}月はありません。", en=f"There is no month {month}."))
    this = day_of(today.year, month)
    return this if this >= today else day_of(today.year + 1, month)


def _month_end(match: re.Match[str], today: date) -> date:
    return _in_month(match, today, last_of_month)


def _nth_weekday(match: re.Match[str], today: date) -> date:
    weekday, count = _WEEK[match["weekday"]], nth(match)
    return _in_month(match, today, lambda year, month: nth_weekday(year, month, weekday=weekday, nth=count))


def _nth_open(match: re.Match[str], today: date) -> date:
    return _in_month(match, today, lambda year, month: nth_open_day(year, month, nth(match)))


def _feast(match: re.Match[str], today: date) -> date:
    month, day = (12, 31) if match[0] == "大晦日" else (1, 1)
    this = date(today.year, month, day)
    return this if this >= today else date(today.year + 1, month, day)


AHEAD: tuple[tuple[str, DayReader], ...] = (
    (r"(?P<month>\d{1,2})月の?(?P<day>\d{1,2})日?", _without_year),
    (r"(?P<month>\d{1,2})/(?P<day>\d{1,2})", _without_year),
    (rf"{_MONTH}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?", _without_year),
    (rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}\.?", _without_year),
    (r"(?P<day>\d{1,2})日", _day_alone),
    (WEEKDAY, _weekday),
    (rf"{WEEKDAY_EN}", _weekday),
    (r"(?P<month>\d{1,2})月の?(?:月?末日?|最終日)", _month_end),
    (rf"(?P<month>\d{{1,2}})月の?{NTH}{WEEKDAY}", _nth_weekday),
    (
        r"(?P<month>\d{1,2})月の?(?:第(?P<nth>\d{1,2})|(?P<first>最初の|初)|(?P<last>最終|最後の|末の?))の?営業日",
        _nth_open,
    ),
    (r"元日|元旦|大晦日", _feast),
)
"""Days that are only clear where they lie ahead, as reminders and deadlines do."""
