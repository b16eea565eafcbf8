"""What comes again: 毎週木曜 8:30, 平日 17時, 毎月最終営業日 10時; as an RRULE, and when it falls due next."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forms.business_days import is_open
from forms.calendar import last_of_month, make_day, nth_open_day
from forms.hours import TIMES
from forms.instant import instant, wall_time
from forms.mistake import Asked, Mistake
from forms.recurrence import read_weekdays
from forms.spoken import MAX_LENGTH
from forms.text import Text

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKING = (0, 1, 2, 3, 4)
_SEARCHED = 366 * 9  # days: a leap day comes again within eight years

Falls = Callable[[date], bool]
"""Whether the rule falls on a day."""


@dataclass(frozen=True, slots=True)
class Every:
    """A rule of RFC 5545 without its time of day (`rule`), and the days on which it falls."""

    rule: str
    falls: Falls


@dataclass(frozen=True, slots=True)
class Recurring:
    """A rule with its time of day, and the first moment after the one at which it was said."""

    rule: str
    first: datetime


EveryReader = Callable[[re.Match[str]], Every]


def read_every(words: str, now: datetime, zone: ZoneInfo) -> Recurring | None:
    """The rule in `words` (as `forms.when.bare` leaves them); None where they name none. Raises Mistake."""
    if len(words) > MAX_LENGTH or not _RECURS.search(words):
        return None
    if match := re.fullmatch(r"毎時(?:の?(?P<minute>\d{1,2})分)?(?:ちょうど)?|hourly|every hour", words):
        return _hourly(int(match["minute"] or 0), now, zone)
    found = _with_time(words)
    if found is None:
        raise Asked(_NO_TIME if _every(words) else _HOW)
    every, at = found
    days, part = at // timedelta(days=1), at % timedelta(days=1)
    if days:
        raise Asked(_PAST_MIDNIGHT)
    rule = f"{every.rule};BYHOUR={part // timedelta(hours=1)};BYMINUTE={part // timedelta(minutes=1) % 60}"
    return Recurring(rule, _first(every, (_MIDNIGHT + part).time(), now, zone))


_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - only its time of day counts
_RECURS = re.compile(
    r"毎|隔|平日|営業日ごと|ごと|おき|置き|に1[回度]|every|each|daily|weekdays|weekly|monthly|土日祝日?(?:を?除く|以外)"
)
_HOW = Text(
    ja="くり返しは「毎週木曜 8:30」「毎月25日 9:00」「平日 17:00」のように書いてください。",
    en="Please write what comes again like “every thursday 8:30” or “weekdays 17:00”.",
)
_NO_TIME = Text(
    ja="何時ですか。「毎週木曜 8:30」のように、時刻も書いてください。",
    en="At what time? Please write it too, as in “every thursday 8:30”.",
)
_PAST_MIDNIGHT = Text(
    ja="くり返しの時刻は0:00から23:59の間で書いてください。",
    en="Please give a time between 0:00 and 23:59 for what comes again.",
)
_NOT_EVERY_MONTH = Text(
    ja="{day}日がない月があります。月の終わりなら「毎月末」と書いてください。",
    en="Some months have no day {day}. For the last day, please write “毎月末”.",
)
_WHICH_PHASE = Text(
    ja="「{said}」は何日ごとか二通りに読めます。「2日ごと」「3日ごと」のように書いてください。",
    en="“{said}” may be counted in two ways. Please write it like “3日ごと”.",
)


def _with_time(words: str) -> tuple[Every, timedelta] | None:
    for pattern, reader in TIMES:
        match = re.fullmatch(rf"(?P<when>.*?)[\sの、,に]*(?:(?<=\s)at\s)?(?<![\d:/.+-])(?:{pattern})", words)
        if match and (every := _every(match["when"].strip())) is not None:
            return every, reader(match)
    return None


def _every(words: str) -> Every | None:
    for pattern, reader in RULES:
        if match := re.fullmatch(pattern, words):
            return reader(match)
    return None


def _hourly(minute: int, now: datetime, zone: ZoneInfo) -> Recurring:
    if minute > 59:
        raise Mistake(Text(ja="その時刻はありません。", en="There is no such time."))
    wall = wall_time(now, zone).replace(minute=minute, second=0, microsecond=0)
    first = instant(wall, zone)
    return Recurring(
        f"FREQ=HOURLY;BYMINUTE={minute}", (first if first > now else first + timedelta(hours=1)).astimezone(zone)
    )


def _first(every: Every, at: time, now: datetime, zone: ZoneInfo) -> datetime:
    day = wall_time(now, zone).date()
    for n in range(_SEARCHED):
        try:
            found = day + timedelta(days=n)
        except OverflowError:
            break
        if every.falls(found) and (moment := instant(datetime.combine(found, at), zone)) > now:
            return moment.astimezone(zone)
    raise Mistake(Text(ja="その日はありません。日付を確かめてください。", en="There is no such day."))


def _daily(_match: re.Match[str]) -> Every:
    return Every("FREQ=DAILY", lambda _day: True)


def _working_days(_match: re.Match[str]) -> Every:
    """The rule cannot name holidays: they are skipped when it falls due."""
    return Every(f"FREQ=WEEKLY;BYDAY={_byday(_WORKING)}", is_open)


def _every_few_days(match: re.Match[str]) -> Every:
    count = 2 if match["other"] else int(match["count"])
    if not 1 <= count <= 366:
        raise Asked(_HOW)
    if match["between"]:
        if count != 1:
            raise Asked(_WHICH_PHASE.fill(said=match[0]))
        count = 2
    return Every("FREQ=DAILY" + (f";INTERVAL={count}" if count > 1 else ""), lambda _day: True)


def _weekly(match: re.Match[str]) -> Every:
    weekdays = read_weekdays(match["days"])
    falls = is_open if weekdays == _WORKING else lambda day: day.weekday() in weekdays
    return Every(f"FREQ=WEEKLY{_interval(match)};BYDAY={_byday(weekdays)}", falls)


def _interval(match: re.Match[str]) -> str:
    groups = match.groupdict()
    count = 2 if groups.get("other") else int(groups.get("count") or 1)
    if not 1 <= count <= 60:
        raise Asked(_HOW)
    return f";INTERVAL={count}" if count > 1 else ""


def _byday(weekdays: Sequence[int]) -> str:
    return ",".join(_CODES[n] for n in weekdays)


def _monthly(match: re.Match[str]) -> Every:
    days = sorted({int(n) for n in re.findall(r"\d+", match["days"])})
    for n in days:
        make_day(2000, 1, n)
        if n > 28:
            raise Asked(_NOT_EVERY_MONTH.fill(day=n))
    return Every(f"FREQ=MONTHLY{_interval(match)};BYMONTHDAY={','.join(map(str, days))}", lambda day: day.day in days)


def _month_end(match: re.Match[str]) -> Every:
    return Every(f"FREQ=MONTHLY{_interval(match)};BYMONTHDAY=-1", _is_last)


def _is_last(day: date) -> bool:
    return day == last_of_month(day.year, day.month)


def _monthly_weekday(match: re.Match[str]) -> Every:
    weekday = "月火水木金土日".index(match["weekday"])
    nths = (-1,) if match["last"] else tuple(sorted({int(n) for n in re.findall(r"\d", match["nths"])}))
    byday = ",".join(f"{n}{_CODES[weekday]}" for n in nths)
    return Every(
        f"FREQ=MONTHLY{_interval(match)};BYDAY={byday}", lambda day: day.weekday() == weekday and _is_nth(day, nths)
    )


def _is_nth(day: date, nths: Sequence[int]) -> bool:
    return (day.day + 6) // 7 in nths or (-1 in nths and (day + timedelta(days=7)).month != day.month)


def _monthly_open_day(match: re.Match[str]) -> Every:
    nth = -1 if match["last"] else int(match["nth"] or 1)
    if not -1 <= nth <= 20 or nth == 0:
        raise Asked(_HOW)
    rule = f"FREQ=MONTHLY{_interval(match)};BYDAY={_byday(_WORKING)};BYSETPOS={nth}"
    return Every(rule, lambda day: day == nth_open_day(day.year, day.month, nth))


def _yearly(match: re.Match[str]) -> Every:
    month, day = int(match["month"]), int(match["day"])
    make_day(2000, month, day)
    if (month, day) == (2, 29):
        raise Asked(
            Text(
                ja="2月29日がない年があります。「毎年2月末」なら、そう書いてください。",
                en="Some years have no 29 February.",
            )
        )
    return Every(
        f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}", lambda found: (found.month, found.day) == (month, day)
    )


def _yearly_month_end(match: re.Match[str]) -> Every:
    month = int(match["month"])
    make_day(2000, month, 1)
    return Every(f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY=-1", lambda day: day.month == month and _is_last(day))


def _fiscal_year_end(_match: re.Match[str]) -> Every:
    return Every("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31", lambda day: (day.month, day.day) == (3, 31))


def _yearly_weekday(match: re.Match[str]) -> Every:
    month = int(match["month"])
    make_day(2000, month, 1)
    monthly = _monthly_weekday(match)
    byday = monthly.rule.partition("BYDAY=")[2]
    return Every(f"FREQ=YEARLY;BYMONTH={month};BYDAY={byday}", lambda day: day.month == month and monthly.falls(day))


_DAYS = r"(?P<days>[月火水木金土日](?:曜日?)?(?:(?:と|・|、|,|/| |〜|~|-|から)*[月火水木金土日](?:曜日?)?)*)"
_NTHS = r"(?:(?P<nths>第\d(?:(?:と|・|、|,)?第?\d)*)|(?P<last>最終|最後の))の?(?P<weekday>[月火水木金土日])曜日?"
_MONTHLY = r"(?:毎月の?|各月の?|月ごとの?|(?P<other>隔月)の?|(?P<count>\d{1,2})か月(?:ごと|毎|に1[回度])の?、?)"
_EN_DAYS = r"(?P<days>(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:(?:,| |and|&)+(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)*)"
RULES: tuple[tuple[str, EveryReader], ...] = (
    (r"毎日|日々|daily|every day|everyday|each day", _daily),
    (r"(?:毎[日週]の?)?平日(?:は|だけ|のみ)?(?:毎日|ごと)?|毎平日|毎営業日|営業日(?:ごと|毎日)?", _working_days),
    (r"(?:every |on )?(?:weekdays?|business days?)", _working_days),
    (r"(?:毎日)?[(、]?(?:土日祝日?|土・日・祝日?|土日・祝日)(?:を?除く|以外)(?:毎日)?\)?(?:毎日)?", _working_days),
    (r"(?:(?P<other>隔日)|(?P<count>\d{1,3})日(?:ごと|毎|に1[回度]|(?P<between>おき|置き)))", _every_few_days),
    (
        r"(?:毎週の?|各週の?|(?P<other>隔週|1週間?(?:おき|置き))の?|(?P<count>\d{1,2})週間?(?:ごと|毎|に1[回度])の?、?)"
        + _DAYS,
        _weekly,
    ),
    (rf"{_DAYS}(?:ごと|毎)", _weekly),
    (r"毎(?P<days>[月火水木金土日]曜日?)", _weekly),
    (rf"(?:every|each|on) {_EN_DAYS}", _weekly),
    (rf"{_MONTHLY}(?P<days>\d{{1,2}}日(?:(?:と|・|、|,|および|及び)*\d{{1,2}}日)*)", _monthly),
    (rf"{_MONTHLY}(?P<days>\d{{1,2}}(?:[・、,]\d{{1,2}})+日)", _monthly),
    (r"(?:毎月の?|(?P<other>隔月)の?|各月の?)(?:末日?|月末日?|最終日)|月末(?:ごと|毎)", _month_end),
    (rf"{_MONTHLY}{_NTHS}", _monthly_weekday),
    (
        _MONTHLY + r"(?:第(?P<nth>\d{1,2})|(?P<last>最終|最後の|末の?|月末の?)|最初の|初め?の?|1番最初の)の?営業日",
        _monthly_open_day,
    ),
    (r"毎年の?(?P<month>\d{1,2})(?:月|/)(?P<day>\d{1,2})日?", _yearly),
    (r"毎年の?(?P<month>\d{1,2})月の?(?:月?末日?|最終日)", _yearly_month_end),
    (r"毎年度末日?|毎年の?年度末日?", _fiscal_year_end),
    (rf"毎年の?(?P<month>\d{{1,2}})月の?{_NTHS}", _yearly_weekday),
)
"""How a rule may be said, and who reads it: the first pattern that fits decides."""
