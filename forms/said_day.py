"""Which day stands beside a time of day: written out, counted from today, or to come; its weekday must agree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from forms.ahead import AHEAD
from forms.calendar import days_on
from forms.days import DAYS, ELAPSED, DayReader, business_days_on
from forms.mistake import Asked
from forms.reading.dates import bare_date, check_weekday, dated
from forms.spoken import without_weekday
from forms.text import Text


@dataclass(frozen=True, slots=True)
class SaidDay:
    """A day; `loose` where its year or month was not said but follows from its lying ahead."""

    value: date
    note: Text | None = None
    loose: bool = False


def said_day(words: str, today: date, *, form: bool) -> SaidDay | None:
    """None where `words` are no day. With `form` a missing year is asked for."""
    if not words:
        return SaidDay(today, loose=True)
    words = _WEEKDAY_AFTER.sub(r"(\1)", _PLAIN_BESIDE.sub("", words))
    words, weekday = without_weekday(words)
    day = _plain_day(words.strip(), today, form=form)
    if day is not None:
        check_weekday(day.value, weekday)
    return day


_WEEKDAY_AFTER = re.compile(r"(?<=[0-9]日)([月火水木金土日])曜日?\Z")
_PLAIN_BESIDE = re.compile(r"(?<=[日末])\((?:祝日?|休日?|必着|必須|厳守)\)")
_FROM_DAY = re.compile(
    r"(?P<base>.+?[日末])の(?:(?P<count>\d{1,3})(?P<unit>営業日|日|週間)(?P<way>前|後)|(?P<next>翌日|前日|翌営業日|前営業日))"
)


def _plain_day(words: str, today: date, *, form: bool) -> SaidDay | None:
    if match := _FROM_DAY.fullmatch(words):
        base = _plain_day(match["base"], today, form=form)
        return base and replace(base, value=_from_day(match, base.value))
    if (found := dated(bare_date(words, today), said=words, today=today)) is not None:
        return SaidDay(found.value, found.note)
    if (day := _read_day(DAYS, words, today)) is not None:
        return SaidDay(day)
    ahead = _read_day(AHEAD, words, today)
    if ahead is not None and form:
        raise Asked(
            Text(
                ja="年がありません。「2026/4/1」や「令和8年4月1日」のように、年から入力してください。",
                en="The year is missing. Please type it too, as in 2026-04-01.",
            )
        )
    return SaidDay(ahead, loose=True) if ahead else None


def _from_day(match: re.Match[str], base: date) -> date:
    if match["next"]:
        count, unit = (1 if match["next"][0] == "翌" else -1), match["next"][1:]
    else:
        count, unit = int(match["count"]) * (1 if match["way"] == "後" else -1), match["unit"]
    if unit == "営業日":
        return business_days_on(base, count)
    return days_on(base, count * (7 if unit == "週間" else 1))


def is_elapsed(words: str, today: date) -> bool:
    """Whether it is counted from now, as 3日後 is: without a time of day it means the same time of day as now."""
    return _read_day(ELAPSED, words, today) is not None


def _read_day(table: Iterable[tuple[str, DayReader]], words: str, today: date) -> date | None:
    for pattern, reader in table:
        if match := re.fullmatch(pattern, words):
            return reader(match, today)
    return None
