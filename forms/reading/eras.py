"""Dates in both calendars: Japanese eras, when each began, and how a date is said."""

from datetime import date
from typing import NamedTuple

from forms.mistake import Mistake
from forms.text import Lang, Text


class Era(NamedTuple):
    """An era; `end` is the first day of the next one."""

    name: str
    letter: str
    begin: date
    end: date


ERAS = (
    Era("令和", "R", date(2019, 5, 1), date.max),
    Era("平成", "H", date(1989, 1, 8), date(2019, 5, 1)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 8)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
)
GREGORIAN = date(1873, 1, 1)
"""Until the day before, Japan counted its months by the moon: such dates are not converted."""

LAST_YEAR = 150  # of an era: what is longer ago than any document is a slip

_MONTH_NAMES = "January February March April May June July August September October November December"
MONTHS = tuple(_MONTH_NAMES.split())
WEEK_JA, WEEK_EN = "月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_AFTER = Text(ja="{era}は{end}までなので、{day}として読みました。", en="{era} ended on {end}: read as {day}.")
_BEFORE = Text(
    ja="{era}は{begin}からです。{day}のことでしたら、そのように入力してください。",
    en="{era} began on {begin}. If you mean {day}, please type that.",
)


def era_of(day: date) -> Era | None:
    """The era of a day; None before 1873 and in years that no era reaches."""
    era = next((era for era in ERAS if day >= era.begin), None) if day >= GREGORIAN else None
    return era if era and day.year - era.begin.year < LAST_YEAR else None


def wareki(day: date) -> str:
    """令和8年4月1日, or the western date where there is no era."""
    era = era_of(day)
    year = f"{day.year}年" if era is None else f"{era.name}{_year(day.year - era.begin.year + 1)}年"
    return f"{year}{day.month}月{day.day}日"


def show_date(day: date, lang: Lang) -> str:
    """2026年4月1日（水・令和8年4月1日） or 1 April 2026 (Wed)."""
    if lang == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year} ({WEEK_EN[day.weekday()]})"
    also = f"・{wareki(day)}" if era_of(day) else ""
    return f"{day.year}年{day.month}月{day.day}日（{WEEK_JA[day.weekday()]}{also}）"


def shown(day: date) -> Text:
    """A date in each language."""
    return Text(ja=show_date(day, "ja"), en=show_date(day, "en"))


def check_era(era: Era, day: date) -> Text | None:
    """A note where `day` was said in an era that had ended; raises Mistake where it had not begun."""
    if day < GREGORIAN:
        raise Mistake(
            Text(
                ja="明治5年までは旧暦のため変換できません。西暦で入力してください（例: 1870-01-31）。",
                en="Dates before 1873 were in the old calendar. Please type the western date, as in 1870-01-31.",
            )
        )
    if day < era.begin:
        raise Mistake(
            _BEFORE.fill(era=era.name, begin=shown(era.begin), day=Text(ja=wareki(day), en=show_date(day, "en")))
        )
    if day < era.end:
        return None
    return _AFTER.fill(
        era=era.name,
        end=Text(ja=f"{era.end.year}年", en=str(era.end.year)),
        day=Text(ja=wareki(day), en=show_date(day, "en")),
    )


def _year(year: int) -> str:
    return "元" if year == 1 else str(year)
