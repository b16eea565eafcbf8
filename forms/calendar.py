"""Counting in the calendar: months on, ends of months, the second Tuesday; a day that does not exist is said so."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from forms.business_days import is_open
from forms.mistake import Asked, Mistake
from forms.text import Text

WEEK_JA = "月火水木金土日"
_DAY = timedelta(days=1)


def make_day(year: int, month: int, day: int) -> date:
    """Raises Mistake where the calendar has no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Mistake(
            Text(
                ja=f"{year}年{month}月{day}日という日はありません。日付を確かめてください。",
                en=f"There is no such day as {year}-{month:02}-{day:02}. Please check the date.",
            )
        ) from None


def days_on(day: date, count: int) -> date:
    """So many days on, or back."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise Mistake(Text(ja="その日はありません。", en="There is no such day.")) from None


def months_on(day: date, months: int) -> tuple[int, int]:
    """The year and month that lie so many months on."""
    return day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1


def same_day_in(day: date, months: int) -> date:
    """The same day of a later or earlier month; asks where that month is too short for it."""
    year, month = months_on(day, months)
    last = last_of_month(year, month)
    if day.day > last.day:
        raise which(last, last + _DAY)
    return date(year, month, day.day)


def last_of_month(year: int, month: int) -> date:
    """Raises Mistake where there is no such month."""
    make_day(year, month, 1)
    return date(year, month, monthrange(year, month)[1])


def nth_weekday(year: int, month: int, *, weekday: int, nth: int) -> date:
    """The second Tuesday (nth 2), the last Friday (nth -1). Raises Mistake where there is no fifth."""
    days = [d for d in days_of_month(year, month) if d.weekday() == weekday]
    return _nth(days, nth)


def nth_open_day(year: int, month: int, nth: int) -> date:
    """The first (1) or last (-1) day on which public offices are open in that month."""
    return _nth([d for d in days_of_month(year, month) if is_open(d)], nth)


def days_of_month(year: int, month: int) -> list[date]:
    """All of them, in order."""
    last = last_of_month(year, month)
    return [date(year, month, n) for n in range(1, last.day + 1)]


def fiscal_year(day: date) -> int:
    """The fiscal year, from April to March, in which a day lies."""
    return day.year if day.month >= 4 else day.year - 1


def in_fiscal_year(year: int, month: int, day: int) -> date:
    """A day of the fiscal year that began in April of `year`."""
    return make_day(year if month >= 4 else year + 1, month, day)


def nearest(day: date, wanted: Callable[[date], bool], *, step: int) -> date:
    """The next (step 1) or last (step -1) day that is wanted, `day` itself not counted; within a year or so."""
    for n in range(1, 400):
        found = days_on(day, n * step)
        if wanted(found):
            return found
    raise Mistake(Text(ja="その日はありません。", en="There is no such day."))


def agreed(one: date, other: date) -> date:
    """The day on which two ways of counting agree; asks where they do not."""
    if one == other:
        return one
    raise which(*sorted((one, other)))


def which(*days: date) -> Asked:
    """To be raised: it may be any of these days."""
    years = len({day.year for day in days}) > 1
    ja = "と".join((f"{d.year}年" if years else "") + f"{d.month}月{d.day}日" for d in days)
    return Asked(
        Text(
            ja=f"{ja}のどちらですか。日付で書いてください。",
            en=f"Do you mean {' or '.join(f'{d:%Y-%m-%d}' for d in days)}? Please write the date.",
        )
    )


def _nth(days: list[date], nth: int) -> date:
    if 1 <= abs(nth) <= len(days):
        return days[nth - 1 if nth > 0 else nth]
    raise Mistake(Text(ja="その月に、その日はありません。", en="There is no such day in that month."))
