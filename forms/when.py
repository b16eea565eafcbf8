"""When: from what a person types to a moment in the future, and back to words."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from forms.days import DAYS, ELAPSED, DayReader
from forms.hours import TIMES, read_time
from forms.instant import instant, wall_time
from forms.mistake import Mistake
from forms.recurrence import read_offset, read_weekdays, show_weekdays
from forms.spoken import MAX_LENGTH, Unclear, normal, unclear, without_weekday
from forms.text import Lang, Text

__all__ = [
    "read_offset",
    "read_time",
    "read_weekdays",
    "read_when",
    "show_weekdays",
    "show_when",
    "split_when",
]

MomentReader = Callable[[re.Match[str], datetime], datetime]

_HOW = Text(
    ja="「明日 9:00」「12月1日 17:00」「3日後」のように書いてください。",
    en="Please write it like “tomorrow 9am”, “2026-12-01 17:00” or “in 3 days”.",
)
_END_OF_DAY = timedelta(hours=23, minutes=59)
_YEARS_AHEAD = 10  # further ahead is a slip of the hand
_CUTS = re.compile(r"\s|(?<=に)(?=\S)")


def _in_time(match: re.Match[str], now: datetime) -> datetime:
    said = match["count"]
    return now + float(said if said.isdigit() else 1) * _UNITS[match["unit"]]


def _hours_and_half(match: re.Match[str], now: datetime) -> datetime:
    return now + timedelta(hours=int(match["count"]), minutes=30)


def _with_offset(match: re.Match[str], _now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(match[0].upper().replace(" ", "T"))
    except ValueError:
        raise Mistake(
            Text(
                ja="その日時はありません。日付を確かめてください。",
                en="There is no such moment. Please check the date.",
            )
        ) from None


_UNITS = {
    "時間": timedelta(hours=1),
    "分": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "min": timedelta(minutes=1),
}
MOMENTS: tuple[tuple[str, MomentReader], ...] = (
    (r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2})?(?:z|[+-]\d{2}:\d{2})", _with_offset),
    (r"(?P<count>\d{1,4})(?P<unit>時間|分)後", _in_time),
    (r"(?P<count>\d{1,4})時間半後", _hours_and_half),
    (r"in (?P<count>\d{1,4}|an?|one) (?P<unit>hour|min)(?:ute)?s?", _in_time),
)
"""Ways to name a moment as a whole. What people say with a day and a time stands in days.DAYS and hours.TIMES."""


def read_when(text: str, now: datetime, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
    """The moment that `text` names, aware, in `zone`.

    `now` is aware. With `end_of_day` (deadlines) a day without a time means 23:59 of that day; without it the time
    is asked for, save after 「3日後」, which keeps the time of day. Raises Mistake for what is unclear, in the past,
    or does not exist; Unclear (a Mistake) where no way to say it fits.
    """
    words, now = _bare(text), now.astimezone(UTC)  # in a zone of its own, + would move the clock on the wall
    moment = _moment(words, now) or _day_and_time(words, now, zone=zone) or _day_alone(words, now, zone, end_of_day)
    if moment is None:
        raise unclear(_HOW)
    return _ahead(moment.astimezone(zone), now)


def split_when(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """「明日 9:00 資料を出す」→ the moment, and the words after it: the longest beginning that says when.

    Raises what is wrong with the longest beginning that fits but cannot be, or Unclear.
    """
    ends = [m.start() for m in _CUTS.finditer(text[: 2 * MAX_LENGTH])]
    for end in sorted({len(text), *ends}, reverse=True):
        try:
            return read_when(text[:end], now, zone), text[end:].strip()
        except Unclear:
            continue
    raise unclear(_HOW)


def show_when(moment: datetime, zone: ZoneInfo, lang: Lang, *, now: datetime) -> str:
    """11月25日（水）9:00, “Wed 25 Nov, 9:00”; the year only where it is not the one of `now`."""
    wall = wall_time(moment, zone)
    year = wall.year if wall.year != wall_time(now, zone).year else None
    clock = f"{wall.hour}:{wall.minute:02}"
    if lang == "ja":
        day = f"{wall.month}月{wall.day}日（{'月火水木金土日'[wall.weekday()]}）"
        return f"{year}年{day}{clock}" if year else f"{day}{clock}"
    day = f"{_WEEKDAYS[wall.weekday()]} {wall.day} {_MONTHS[wall.month - 1]}"
    return f"{day} {year}, {clock}" if year else f"{day}, {clock}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _bare(text: str) -> str:
    words = normal(text)
    if len(words) > MAX_LENGTH:
        raise unclear(_HOW)
    words = re.sub(r"^(?:by|on|at|until) |\s?(?:まで|迄)?に?$", "", words)
    return re.sub(r"\s?(?:まで|迄)$", "", words).strip()


def _moment(words: str, now: datetime) -> datetime | None:
    for pattern, reader in MOMENTS:
        if match := re.fullmatch(pattern, words):
            return reader(match, now)
    return None


def _day_and_time(words: str, now: datetime, *, zone: ZoneInfo) -> datetime | None:
    """「12月1日 17時」, 「17時」, “5pm today”: whatever stands beside a time of day must be a day, or nothing."""
    words, weekday = without_weekday(words)
    for pattern, reader in TIMES:
        for shape in (_TIME_LAST, _TIME_FIRST):
            match = re.fullmatch(shape.format(time=pattern), words)
            if match is None:
                continue
            day = _day(match["when"].strip(), wall_time(now, zone).date(), weekday=weekday)
            if day is not None:
                return instant(_midnight(day) + reader(match), zone)
    return None


_TIME_LAST = r"(?P<when>.*?)[\sの、,]*(?:(?<=\d)t|(?<=\s)at\s)?(?<![\d:/.+-])(?:{time})"
_TIME_FIRST = r"(?:{time})(?:,|\son)?\s(?P<when>.+)"


def _day_alone(words: str, now: datetime, zone: ZoneInfo, end_of_day: bool) -> datetime | None:  # noqa: FBT001 - ours
    words, weekday = without_weekday(words)
    wall = wall_time(now, zone)
    day = _day(words.strip(), wall.date(), weekday=weekday) if words else None
    if day is None:
        return None
    if end_of_day:
        return instant(_midnight(day) + _END_OF_DAY, zone)
    if _read_day(ELAPSED, words, wall.date()) is not None:
        return instant(datetime.combine(day, wall.time().replace(second=0, microsecond=0)), zone)
    raise Mistake(
        Text(ja=f"{day.month}月{day.day}日の何時ですか。", en=f"At what time on {day:%Y-%m-%d}?")
        if day >= wall.date()
        else _PAST
    )


def _day(words: str, today: date, *, weekday: int | None) -> date | None:
    day = _read_day(DAYS, words, today) if words else today
    if day is None or weekday is None or day.weekday() == weekday:
        return day
    raise Mistake(
        Text(
            ja=f"{day.month}月{day.day}日は{'月火水木金土日'[day.weekday()]}曜日です。日付と曜日を確かめてください。",
            en=f"{day:%Y-%m-%d} is a {day:%A}. Please check the date and the weekday.",
        )
    )


def _read_day(table: Iterable[tuple[str, DayReader]], words: str, today: date) -> date | None:
    for pattern, reader in table:
        if match := re.fullmatch(pattern, words):
            return reader(match, today)
    return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time; `instant` gives it its zone


_PAST = Text(
    ja="もう過ぎています。「明日 9:00」のように、これからの日時を書いてください。",
    en="That is already past. Please give a time to come, for example “tomorrow 9am”.",
)


def _ahead(moment: datetime, now: datetime) -> datetime:
    if moment <= now:
        raise Mistake(_PAST)
    if moment.year > now.year + _YEARS_AHEAD:
        raise Mistake(
            Text(ja="先の日付すぎます。年を確かめてください。", en="That is very far ahead. Please check the year.")
        )
    return moment
