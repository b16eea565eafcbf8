"""Dates as people write them: Western and Japanese years, full-width, kanji; a missing year is asked, never assumed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from forms.days import DAYS
from forms.mistake import Mistake
from forms.printable import line
from forms.reading.eras import ERAS, LAST_YEAR, MONTHS, WEEK_EN, WEEK_JA, check_era, shown
from forms.reading.words import plain, quote, unread
from forms.spoken import MAX_LENGTH, normal
from forms.text import Text


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day, and what was overlooked in reading it."""

    value: date
    note: Text | None = None


_YEAR = r"(?:(?P<era>明治|大正|昭和|平成|令和|[mtshr])\.?(?P<of_era>元|[0-9]{1,3})|(?P<year>[0-9]{4}))"
_EN_MONTH = "(?P<name>" + "|".join([*(f"{m}|{m[:3]}" for m in map(str.lower, MONTHS)), "sept"]) + ")"
_EN_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_FULL = tuple(
    map(
        re.compile,
        (
            rf"{_YEAR}年(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})日?",
            rf"{_YEAR}(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})日?",
            r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
            r"(?P<era>[mtshr])(?P<of_era>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
            rf"{_EN_DAY} (?:of )?{_EN_MONTH}\.?[, ]\s?(?P<year>[0-9]{{4}})",
            rf"{_EN_MONTH}\.? {_EN_DAY}[, ]\s?(?P<year>[0-9]{{4}})",
        ),
    )
)
_DASHES = re.compile("(?<=[0-9元])[\u2010-\u2015\u2212\u30fc\uff70](?=[0-9])")
_GAP = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])|(?<=[0-9]) (?=[年月日/.-])|(?<=[年月日/.-]) (?=[0-9])")
_TWO_YEARS = re.compile(r"(?P<one>[^()年]+年)\((?P<other>[^()年]+年)\)(?P<rest>.+)", re.DOTALL)
_BESIDE = re.compile(r"(?P<day>[^()]+)\((?P<beside>[^()]+)\)")
_WEEKDAY_AFTER = re.compile(rf"(?P<day>.+日)(?P<beside>[{WEEK_JA}]曜日?)")
_WEEKDAY = re.compile(rf"(?P<ja>[{WEEK_JA}])(?:曜日?)?|(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{{0,4}}day)?")
_NAMED_YEAR = re.compile("(今年|本年|来年|昨年|去年)の?(?=[0-9])")
_YEARS = {"今年": 0, "本年": 0, "来年": 1, "昨年": -1, "去年": -1}
_DAYS_AGO = {"一昨日": 2, "おととい": 2}

_EXAMPLE = Text(
    ja="「2026/4/1」や「令和8年4月1日」のように入力してください。",
    en="Please type it like 2026-04-01 (year, month, day).",
)
_NO_YEAR = Text(
    ja="「{said}」には年がありません。「2026/4/1」や「令和8年4月1日」のように、年から入力してください。",
    en="“{said}” has no year. Please type the year too, as in 2026-04-01.",
)
_SHORT_YEAR = Text(
    ja="「{said}」の年が西暦か元号か分かりません。「2026/4/1」や「令和8年4月1日」のように入力してください。",
    en="The year in “{said}” is unclear. Please type it with four digits, as in 2026-04-01.",
)
_YEAR_LAST = Text(
    ja="「{said}」はどれが月でどれが日か分かりません。「2026/4/1」のように、年・月・日の順に入力してください。",
    en="In “{said}” it is unclear which is the month. Please type year, month, day, as in 2026-04-01.",
)
_NO_DAY = Text(
    ja="「{said}」には日がありません。「2026/4/1」のように、日まで入力してください。",
    en="“{said}” has no day. Please type the day too, as in 2026-04-01.",
)
_INCOMPLETE = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (rf"{_YEAR}年度?|(?:19|20)[0-9]{{2}}|(?:今|来)月", _NO_DAY),
        (r"[0-9]{1,2}月|[0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}月[0-9]{1,2}日?|[0-9]{1,2}日|[0-9]{3,4}", _NO_YEAR),
        (rf"{_EN_MONTH}\.? {_EN_DAY}|{_EN_DAY.replace('day', 'd')} {_EN_MONTH.replace('name', 'n')}", _NO_YEAR),
        (r"'?[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{1,2}|'?[0-9]{1,2}年[0-9]{1,2}月[0-9]{1,2}日?|[0-9]{6}", _SHORT_YEAR),
        (r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}", _YEAR_LAST),
        (rf"{_YEAR}(?:年|[-/.])[0-9]{{1,2}}月?", _NO_DAY),
    )
)
_NO_SUCH_DAY = Text(
    ja="「{said}」という日はありません。日付を確かめて、もう一度入力してください。",
    en="There is no such day as “{said}”. Please check the date and type it again.",
)
_WRONG_WEEKDAY = Text(
    ja="{shown}は{weekday}曜日です。日付か曜日のどちらかが違います。正しい日付を入力してください。",
    en="{shown} is a {weekday}. Either the date or the weekday is wrong; please type the right date.",
)
_DISAGREE = Text(
    ja="「{said}」の2つの日付が一致しません。正しい日付を一つ入力してください。",
    en="The two dates in “{said}” do not agree. Please type one date.",
)


def read_date(said: str, today: date) -> ReadDate:
    """The one day meant by `said`. Raises Mistake where there is none, or something is missing or contradictory."""
    words = _normal(said)
    if len(words) > MAX_LENGTH:
        raise unread(said, _EXAMPLE)
    words = _NAMED_YEAR.sub(lambda m: f"{today.year + _YEARS[m[1]]}年", words)
    for pattern, text in _INCOMPLETE:
        if pattern.fullmatch(words):
            raise Mistake(text.fill(said=quote(said)))
    if match := _TWO_YEARS.fullmatch(words):
        rest = match["rest"]
        return _same(said, _beside(match["one"] + rest, said, today), _beside(match["other"] + rest, said, today))
    return _beside(words, said, today)


def _normal(said: str) -> str:
    """Half-width, lower case, kanji numerals as digits, no spaces but those between words; "" where far too long."""
    words = normal(plain(line(said[:1000])) if len(said) <= 1000 else "")
    return _GAP.sub("", _DASHES.sub("-", words))


def _beside(words: str, said: str, today: date) -> ReadDate:
    """A date, and what stands beside it in brackets: its weekday, the date once more."""
    match = _BESIDE.fullmatch(words) or _WEEKDAY_AFTER.fullmatch(words)
    if match is None:
        return _one(words, said, today)
    found = _one(match["day"].strip(), said, today)
    for part in match["beside"].split("・"):
        weekday = _WEEKDAY.fullmatch(part.strip())
        if weekday is None and part not in ("祝", "祝日", "休"):
            _same(said, found, _one(part.strip(), said, today))
        elif weekday is not None and _weekday_number(weekday) != found.value.weekday():
            name = Text(ja=WEEK_JA[found.value.weekday()], en=f"{found.value:%A}")
            raise Mistake(_WRONG_WEEKDAY.fill(shown=shown(found.value), weekday=name))
    return found


def _weekday_number(match: re.Match[str]) -> int:
    return WEEK_JA.index(match["ja"]) if match["ja"] else WEEK_EN.index(match["en"].title())


def _same(said: str, one: ReadDate, other: ReadDate) -> ReadDate:
    if one.value != other.value:
        raise Mistake(_DISAGREE.fill(said=quote(said)))
    return one


def _one(words: str, said: str, today: date) -> ReadDate:
    for pattern in _FULL:
        if match := pattern.fullmatch(words):
            return _full(match, said)
    if words in _DAYS_AGO:
        return ReadDate(today - timedelta(days=_DAYS_AGO[words]))
    for spelling, reader in DAYS:
        if (match := re.fullmatch(spelling, words)) and _is_clear(match):
            return ReadDate(_counted(reader, match, today, said=said))
    raise unread(said, _EXAMPLE)


def _is_clear(match: re.Match[str]) -> bool:
    """Whether it means the same day in a form, where days past are as likely as days to come, as in a reminder."""
    groups = match.groupdict()
    if "year" in groups or set(groups) == {"weekday"}:
        return False
    return groups.get("month", "今") in ("今", "来", "今月", "来月")


def _counted(reader: Callable[[re.Match[str], date], date], match: re.Match[str], today: date, *, said: str) -> date:
    try:
        return reader(match, today)
    except (OverflowError, ValueError):
        raise unread(said, _EXAMPLE) from None


def _full(match: re.Match[str], said: str) -> ReadDate:
    groups = match.groupdict()
    month = int(groups["month"]) if groups.get("month") else _month_number(groups["name"])
    era = next((e for e in ERAS if groups.get("era") in (e.name, e.letter.lower())), None)
    if era is None:
        return ReadDate(_day(int(groups["year"]), month, int(groups["day"]), said=said))
    year = 1 if groups["of_era"] == "元" else int(groups["of_era"])
    day = _day(era.begin.year + year - 1 if 1 <= year <= LAST_YEAR else 0, month, int(groups["day"]), said=said)
    return ReadDate(day, check_era(era, day))


def _month_number(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.lower().startswith(name[:3]))


def _day(year: int, month: int, day: int, *, said: str) -> date:
    """Raises Mistake where the calendar has no such day; a year with leading zeros is a slip."""
    try:
        if year >= 1000:
            return date(year, month, day)
    except ValueError:
        pass
    raise Mistake(_NO_SUCH_DAY.fill(said=quote(said)))
