"""Which day people mean: 12月1日, 明後日, 来週の火曜, 4営業日後, in 3 days; it asks where there are two readings."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from forms.business_days import after_long_holiday, business_days_after
from forms.mistake import Mistake
from forms.text import Text

DayReader = Callable[[re.Match[str], date], date]

_WEEK = {c: n for n, c in enumerate("月火水木金土日")}
_WEEK_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK |= {name[:length]: n for length in (3, 9) for n, name in enumerate(_WEEK_EN)}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")[a-z]*"
_WEEKDAY = r"(?P<weekday>[月火水木金土日])曜日?"
_WEEKDAY_EN = r"(?P<weekday>" + "|".join(d for d in _WEEK if d.isascii()) + r")"
_NAMED = {
    **dict.fromkeys(("昨日", "きのう", "yesterday"), -1),
    **dict.fromkeys(("今日", "本日", "きょう", "today", "tonight"), 0),
    **dict.fromkeys(("明日", "あした", "あす", "翌日", "tomorrow"), 1),
    **dict.fromkeys(("明後日", "あさって", "the day after tomorrow"), 2),
    **dict.fromkeys(("しあさって", "明々後日"), 3),
}
_WEEKS = {"今週": 0, "今週末": 0, "this": 0, "来週": 1, "再来週": 2}


def _full(match: re.Match[str], _today: date) -> date:
    return _day(int(match["year"]), int(match["month"]), int(match["day"]))


def _reiwa(match: re.Match[str], _today: date) -> date:
    year = 1 if match["year"] == "元" else int(match["year"])
    return _day(2018 + year, int(match["month"]), int(match["day"]))


def _without_year(match: re.Match[str], today: date) -> date:
    said = match["month"]
    month = int(said) if said.isdigit() else _MONTHS[said]
    year = today.year if (month, int(match["day"])) >= (today.month, today.day) else today.year + 1
    return _day(year, month, int(match["day"]))


def _day_of_month(match: re.Match[str], today: date) -> date:
    number = int(match["day"])
    ahead = {"今月": 0, "来月": 1}.get(match["month"], int(number < today.day))
    return _day(*_months_on(today, ahead), number)


def _month_end(match: re.Match[str], today: date) -> date:
    year, month = _months_on(today, 1 if match["month"] == "来" else 0)
    return date(year, month, monthrange(year, month)[1])


def _named(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=_NAMED[match[0]])


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = _WEEK[match["weekday"]]
    if wanted == today.weekday():
        raise _which(today, today + timedelta(days=7))
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _weekday_of_week(match: re.Match[str], today: date) -> date:
    """Weeks begin on Monday for some and on Sunday for others: only a day on which both agree is taken."""
    wanted, ahead = _WEEK[match["weekday"]], timedelta(weeks=_WEEKS[match["week"]])
    monday_first = today + ahead + timedelta(days=wanted - today.weekday())
    sunday_first = today + ahead + timedelta(days=(wanted + 1) % 7 - (today.weekday() + 1) % 7)
    return _agreed(monday_first, sunday_first)


def _next_weekday(match: re.Match[str], today: date) -> date:
    """次の金曜 said on a Tuesday is this week's Friday for some, next week's for others."""
    wanted = _WEEK[match["weekday"]]
    nearest = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    return _agreed(nearest, today + timedelta(days=wanted - today.weekday() + 7))


def _business_days(match: re.Match[str], today: date) -> date:
    return business_days_after(today, int(match["count"]))


def _next_business_day(_match: re.Match[str], today: date) -> date:
    return business_days_after(today, 1)


def _after_long_holiday(_match: re.Match[str], today: date) -> date:
    return after_long_holiday(today)


def _days_on(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=_count(match))


def _weeks_on(match: re.Match[str], today: date) -> date:
    return today + timedelta(weeks=_count(match))


def _months_later(match: re.Match[str], today: date) -> date:
    return _day(*_months_on(today, _count(match)), today.day)


def _count(match: re.Match[str]) -> int:
    return int(match["count"]) if match["count"].isdigit() else 1


def _months_on(today: date, months: int) -> tuple[int, int]:
    return today.year + (today.month - 1 + months) // 12, (today.month - 1 + months) % 12 + 1


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Mistake(
            Text(
                ja=f"{year}年{month}月{day}日という日はありません。日付を確かめてください。",
                en=f"There is no such day as {year}-{month:02}-{day:02}. Please check the date.",
            )
        ) from None


def _agreed(one: date, other: date) -> date:
    if one == other:
        return one
    raise _which(*sorted((one, other)))


def _which(one: date, other: date) -> Mistake:
    return Mistake(
        Text(
            ja=f"{one.month}月{one.day}日と{other.month}月{other.day}日のどちらですか。日付で書いてください。",
            en=f"Do you mean {one:%Y-%m-%d} or {other:%Y-%m-%d}? Please write the date.",
        )
    )


ELAPSED: tuple[tuple[str, DayReader], ...] = (
    (r"(?P<count>\d{1,4})日後", _days_on),
    (r"(?P<count>\d{1,3})週間?後", _weeks_on),
    (r"(?P<count>\d{1,2})(?:か|ヶ|カ|ヵ|ケ|箇)月後", _months_later),
    (r"in (?P<count>\d{1,4}|an?|one) days?", _days_on),
    (r"in (?P<count>\d{1,3}|an?|one) weeks?", _weeks_on),
    (r"in (?P<count>\d{1,2}|an?|one) months?", _months_later),
)
"""Days counted from now: without a time of day they mean the same time of day as now."""

DAYS: tuple[tuple[str, DayReader], ...] = (
    (r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", _full),
    (r"(?P<year>\d{4})年\s?(?P<month>\d{1,2})月\s?(?P<day>\d{1,2})日", _full),
    (r"(?:令和|r)(?P<year>\d{1,2}|元)(?:年|[./])(?P<month>\d{1,2})(?:月|[./])(?P<day>\d{1,2})日?", _reiwa),
    (r"(?P<month>\d{1,2})月\s?(?P<day>\d{1,2})日", _without_year),
    (r"(?P<month>\d{1,2})/(?P<day>\d{1,2})", _without_year),
    (rf"{_MONTH}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?", _without_year),
    (rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}\.?", _without_year),
    (r"(?P<month>今月|来月)?の?(?P<day>\d{1,2})日", _day_of_month),
    (r"(?P<month>今|来)?月の?末日?", _month_end),
    ("|".join(sorted(_NAMED, key=len, reverse=True)), _named),
    (_WEEKDAY, _weekday),
    (_WEEKDAY_EN, _weekday),
    (rf"(?P<week>今週|来週|再来週)の?{_WEEKDAY}", _weekday_of_week),
    (rf"(?P<week>this) {_WEEKDAY_EN}", _weekday_of_week),
    (rf"(?:次|今度)の?{_WEEKDAY}", _next_weekday),
    (rf"next {_WEEKDAY_EN}", _next_weekday),
    (r"(?P<count>\d{1,4})営業日後", _business_days),
    (r"(?:in )?(?P<count>\d{1,4}) business days?(?: later)?", _business_days),
    (r"次の営業日|翌営業日|next business day|the next business day", _next_business_day),
    (r"連休明け|after the (?:long )?holidays", _after_long_holiday),
    *ELAPSED,
)
"""How a day may be written, and who reads it: the first pattern that fits decides."""
