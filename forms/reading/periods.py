"""From one day to another: 令和8年4月1日〜令和9年3月31日, 4月1日から1週間, 令和8年度."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from forms.calendar import days_on, in_fiscal_year, last_of_month, make_day, same_day_in
from forms.mistake import Asked, Mistake
from forms.reading.dates import check_weekday, read_date
from forms.reading.eras import shown
from forms.reading.months import fiscal_year_in, month_in
from forms.reading.taken import Given, Taken
from forms.reading.words import plain, quote, unread
from forms.spoken import MAX_LENGTH, normal
from forms.text import Text

_EXAMPLE = Text(
    ja="「2026/4/1〜2026/4/30」のように、いつからいつまでかを入力してください。",
    en="Please type from when to when, as in 2026-04-01 – 2026-04-30.",
)
_ONE_DAY = Text(
    ja="「{said}」には始まりか終わりの日がありません。「2026/4/1〜2026/4/30」のように入力してください。",
    en="“{said}” has only one day. Please type from when to when, as in 2026-04-01 – 2026-04-30.",
)
_BACKWARDS = Text(
    ja="終わりの日（{last}）が始まりの日（{first}）より前です。日付を確かめてください。",
    en="It ends ({last}) before it begins ({first}). Please check the dates.",
)
_MISCOUNTED = Text(
    ja="「{said}」は数えると{count}日間です。正しい期間を入力してください。",
    en="“{said}” is {count} days when counted. Please type the right period.",
)
_OVER_NEW_YEAR = Text(ja="終わりの日は翌年として読みました。", en="The last day is taken to be in the next year.")
_BETWEEN = re.compile(r"\s*(?:[~〜∼〰→⇒]|から|より|--+|[-\u2010-\u2015\u2212ー\u2500]| to | until )\s*")
_PLAINLY = re.compile(r"\s*(?:[~〜∼〰→⇒]|から|より|--+| to | until |\s[-\u2010-\u2015\u2212ー\u2500]\s)\s*")
_ISO = re.compile(r"(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})\s*(?:/|-)\s*(?P<last>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_LENGTH = re.compile(r"(?P<count>[0-9]{1,3})(?P<unit>日間|週間|か月間?|年間)|(?P<half>半年間?)")
_MONTH_DAY = re.compile(r"(?:同年)?(?P<month>[0-9]{1,2})(?:月|[/.-])(?P<day>[0-9]{1,2})日?")
_DAY = re.compile(r"(?:同年)?(?:同月)?(?P<day>[0-9]{1,2})日?")
_MONTH_END = re.compile(r"(?:同年)?(?P<month>[0-9]{1,2})月の?(?:月?末日?)")
_MONTH = re.compile(r"(?:同年)?(?P<month>[0-9]{1,2})月")
_WEEKDAY = re.compile(r"(?P<day>.*?)\((?P<weekday>[月火水木金土日])(?:曜日?)?(?:・祝日?)?\)")
_SAME_MONTH_END = re.compile(r"同?月?末日?")
_ONLY = re.compile(r"(?P<day>.+?)(?:のみ|だけ|の?1日間|限り)")
_DAYS_BESIDE = re.compile(r"\((?P<count>[0-9]{1,3})日間?\)\Z")
_UNTIL = re.compile(r"(?:まで|迄|までの間|の間|の期間)\Z")


_End = tuple[date, Text | None]
"""The last day, and what was overlooked in reading it."""


@dataclass(frozen=True, slots=True)
class _Period:
    first: date
    last: date
    note: Text | None = None


def read_period(said: str, given: Given) -> Taken:
    """[2026-04-01, 2026-04-30]; both days belong to it."""
    found = _period(said, given.today)
    if found.first > found.last:
        raise Mistake(_BACKWARDS.fill(first=shown(found.first), last=shown(found.last)))
    echo = Text(ja="{first}〜{last}", en="{first} – {last}").fill(first=shown(found.first), last=shown(found.last))
    return Taken([found.first.isoformat(), found.last.isoformat()], echo, found.note)


def _period(said: str, today: date) -> _Period:
    words = _UNTIL.sub("", plain(said)).strip().removeprefix("from ")
    if not words or len(words) > 2 * MAX_LENGTH:
        raise unread(said, _EXAMPLE)
    if match := _DAYS_BESIDE.search(words):
        return _counted(_period(words[: match.start()], today), int(match["count"]), said=said)
    if match := _ONLY.fullmatch(words):
        only = read_date(match["day"], today)
        return _Period(only.value, only.value, only.note)
    if match := _ISO.fullmatch(words):
        return _Period(read_date(match["first"], today).value, read_date(match["last"], today).value)
    if (whole := _whole(words, today)) is not None:
        return whole
    for cut in _cuts(words):
        if (found := _from_to(*cut, today=today)) is not None:
            return found
    if _is_one_day(words, today):
        raise Asked(_ONE_DAY.fill(said=quote(said)))
    raise unread(said, _EXAMPLE)


def _counted(found: _Period, count: int, *, said: str) -> _Period:
    """4月1日〜4月30日（30日間）: the days must be as many."""
    if (found.last - found.first).days + 1 != count:
        raise Asked(_MISCOUNTED.fill(said=quote(said), count=(found.last - found.first).days + 1))
    return found


def _cuts(words: str) -> list[tuple[str, str]]:
    """Where `words` may be cut in two: at what can only stand between two days, else at any dash."""
    for pattern in (_PLAINLY, _BETWEEN):
        found = [(words[: m.start()], words[m.end() :]) for m in pattern.finditer(words)]
        if pattern is _BETWEEN and len(found) > 1:
            found = found[len(found) // 2 : len(found) // 2 + 1] if len(found) % 2 else []
        if found:
            return [cut for cut in found if all(cut)][:1] if len(found) == 1 or pattern is _PLAINLY else []
    return []


def _whole(words: str, today: date) -> _Period | None:
    """令和8年度, 2026年4月, 今月: all the days of it."""
    try:
        if words.endswith("年度"):
            year, note = fiscal_year_in(words, today)
            return _Period(in_fiscal_year(year, 4, 1), in_fiscal_year(year, 3, 31), note)
        if words.endswith("月"):
            first, note = month_in(words, today)
            return _Period(first, last_of_month(first.year, first.month), note)
    except Asked:
        pass
    return None


def _from_to(begin: str, end: str, *, today: date) -> _Period | None:
    end = _UNTIL.sub("", end)
    if (whole := _whole(begin, today)) and begin.endswith("年度") and (until := _whole(end, today)):
        return _Period(whole.first, until.last, whole.note or until.note)
    if (months := _months(begin, end, today)) is not None:
        return months
    if begin.endswith(("年", "年度")) or not _is_one_day(begin, today, strict=True):
        return None
    first = read_date(begin, today)
    last, note = _last(normal(end), end, first.value, today)
    return _Period(first.value, last, first.note or note)


def _last(words: str, said: str, first: date, today: date) -> _End:
    """The last day, whose year and month may be those of the first."""
    if match := _WEEKDAY.fullmatch(words):
        last, note = _last(match["day"], match["day"], first, today)
        check_weekday(last, "月火水木金土日".index(match["weekday"]))
        return last, note
    for pattern, reader in _ENDS:
        if match := pattern.fullmatch(words):
            return reader(match, first)
    found = read_date(said, first if words.startswith(("翌", "同")) else today)
    return found.value, found.note


def _after_so_long(match: re.Match[str], first: date) -> _End:
    return _after(first, match), None


def _month_and_day(match: re.Match[str], first: date) -> _End:
    """Before the month in which it began, it is of the next year."""
    month, day = int(match["month"]), int(match["day"])
    if month < first.month:
        return make_day(first.year + 1, month, day), _OVER_NEW_YEAR
    return make_day(first.year, month, day), None


def _same_month(match: re.Match[str], first: date) -> _End:
    return make_day(first.year, first.month, int(match["day"])), None


def _end_of_month(match: re.Match[str], first: date) -> _End:
    year = first.year + (int(match["month"]) < first.month)
    return last_of_month(year, int(match["month"])), None if year == first.year else _OVER_NEW_YEAR


def _end_of_same_month(_match: re.Match[str], first: date) -> _End:
    return last_of_month(first.year, first.month), None


_ENDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], _End]], ...] = (
    (_LENGTH, _after_so_long),
    (_MONTH_DAY, _month_and_day),
    (_DAY, _same_month),
    (_MONTH_END, _end_of_month),
    (_SAME_MONTH_END, _end_of_same_month),
)


def _after(first: date, match: re.Match[str]) -> date:
    """The last of so many days; a month from 1 April ends on 30 April."""
    count, unit = (6, "か") if match["half"] else (int(match["count"]), match["unit"])
    if unit.startswith(("日", "週")):
        return days_on(first, count * (7 if unit[0] == "週" else 1) - 1)
    return days_on(same_day_in(first, count * (12 if unit.startswith("年") else 1)), -1)


def _months(begin: str, end: str, today: date) -> _Period | None:
    """令和8年4月〜6月: whole months."""
    if not normal(begin).endswith("月") or not re.search(r"月(?:末日?)?\Z", normal(end)):
        return None
    first, note = month_in(begin, today)
    match = _MONTH.fullmatch(normal(end)) or _MONTH_END.fullmatch(normal(end))
    if match is None:
        later = normal(end).startswith(("翌", "同"))
        last, other = month_in(re.sub(r"末日?\Z", "", end), first if later else today)
        return _Period(first, last_of_month(last.year, last.month), note or other)
    year = first.year + (int(match["month"]) < first.month)
    return _Period(first, last_of_month(year, int(match["month"])), note if year == first.year else _OVER_NEW_YEAR)


def _is_one_day(words: str, today: date, *, strict: bool = False) -> bool:
    """With `strict`, what is wrong with the day is raised."""
    try:
        read_date(words, today)
    except Mistake:
        if strict:
            raise
        return False
    return True
