"""When: from what a person types to a moment in the future, and back to words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from forms.hours import TIMES, read_time
from forms.instant import instant, wall_time
from forms.mistake import Asked, Mistake
from forms.reading.words import without_politeness
from forms.recurrence import read_offset, read_weekdays, show_weekdays
from forms.said_day import is_elapsed, said_day
from forms.spoken import MAX_LENGTH, Unclear, normal, unclear
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
    return now + timedelta(hours=int(match["count"]), minutes=int(match["minutes"] or 30))


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
    (r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:z|[+-]\d{2}:\d{2})", _with_offset),
    (r"(?P<count>\d{1,4})(?P<unit>時間|分)(?:後|たったら|経ったら)", _in_time),
    (r"(?P<count>\d{1,4})時間(?:半|(?P<minutes>\d{1,2})分)後", _hours_and_half),
    (r"半時間後", lambda _m, now: now + timedelta(minutes=30)),
    (r"in (?P<count>\d{1,4}|an?|one) (?P<unit>hour|min)(?:ute)?s?", _in_time),
)
"""Ways to name a moment as a whole. What people say with a day and a time stands in days.DAYS and hours.TIMES."""


@dataclass(frozen=True, slots=True)
class _Found:
    at: datetime
    note: Text | None = None
    loose: bool = False


def read_when(text: str, now: datetime, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
    """The moment that `text` names, aware, in `zone`.

    `now` is aware. With `end_of_day` (deadlines) a day without a time means 23:59 of that day; without it the time
    is asked for, save after 「3日後」, which keeps the time of day. Raises Mistake for what is in the past or does not
    exist; Asked (a Mistake) for what is unclear; Unclear (an Asked) where no way to say it fits.
    """
    return noted_when(text, now, zone, end_of_day=end_of_day)[0]


def noted_when(text: str, now: datetime, zone: ZoneInfo, *, end_of_day: bool = False) -> tuple[datetime, Text | None]:
    """As `read_when`, with what was overlooked in reading it."""
    found = _found(text, now, zone, end_of_day=end_of_day, form=False)
    return _ahead(found, now.astimezone(UTC)).astimezone(zone), found.note


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, Text | None]:
    """The moment meant in a form, past or to come, with what was overlooked: a missing year or time is asked for."""
    found = _found(text, now, zone, end_of_day=False, form=True)
    if found.loose:
        raise Asked(_NO_DAY)
    return found.at.astimezone(zone), found.note


_NO_DAY = Text(
    ja="日付がありません。「2026/4/1 9:00」のように入力してください。",
    en="The date is missing. Please type it too, as in 2026-04-01 09:00.",
)


def _found(text: str, now: datetime, zone: ZoneInfo, *, end_of_day: bool, form: bool) -> _Found:
    words, now = bare(text), now.astimezone(UTC)  # in a zone of its own, + would move the clock on the wall
    if words and (moment := _moment(words, now)) is not None:
        return _Found(moment)
    found = _day_and_time(words, now, zone=zone, form=form) or _day_alone(
        words, now, zone, end_of_day=end_of_day, form=form
    )
    if found is None:
        raise unclear(_HOW)
    return found


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


def bare(text: str) -> str:
    """`text` made comparable, without まで, に or です after it. Raises Unclear where it is too long."""
    words = normal(without_politeness(text.strip()) if len(text) <= 2 * MAX_LENGTH else text)
    if len(words) > MAX_LENGTH:
        raise unclear(_HOW)
    words = re.sub(r"^(?:by|on|at|until) |(?:の予定|予定|必着|厳守|締切|締め切り)$", "", words)
    return _UNTIL.sub("", _UNTIL.sub("", words)).strip(" 、,.")


def _moment(words: str, now: datetime) -> datetime | None:
    for pattern, reader in MOMENTS:
        if match := re.fullmatch(pattern, words):
            return reader(match, now)
    return None


def _day_and_time(words: str, now: datetime, *, zone: ZoneInfo, form: bool) -> _Found | None:
    """「12月1日 17時」, 「17時」, “5pm today”: whatever stands beside a time of day must be a day, or nothing."""
    for pattern, reader in TIMES:
        for shape in (_TIME_LAST, _TIME_FIRST):
            match = re.fullmatch(shape.format(time=pattern), words)
            if match is None:
                continue
            day = said_day(match["when"].strip(), wall_time(now, zone).date(), form=form)
            if day is not None:
                _check_night(match, now)
                return _Found(instant(_midnight(day.value) + reader(match), zone), day.note, loose=day.loose)
    return None


def _check_night(match: re.Match[str], now: datetime) -> None:  # noqa: ARG001 - a reader like the others
    """深夜1時 of a day is its beginning for some and the night after it for others."""
    groups = match.groupdict()
    if (groups.get("part") or "") in _NIGHT and int(groups.get("hour") or 12) % 12 < 6:
        raise Asked(_WHICH_NIGHT)


_NIGHT = ("深夜", "夜中", "真夜中")
_WHICH_NIGHT = Text(
    ja="どちらの日の夜か分かりません。「12月2日 午前1時」のように書いてください。",
    en="Which night is that? Please write it like “2 December, 1am”.",
)
_UNTIL = re.compile(r"\s?(?:(?:まで|迄|までに|迄に|に|から)|(?<=[今本明]日)中(?:に)?)$")
_TIME_LAST = r"(?P<when>.*?)[\sの、,]*(?:(?<=\d)t|(?<=\s)at\s)?(?<![\d:/.+-])(?:{time})"
_TIME_FIRST = r"(?:{time})(?:,|\son)?\s(?P<when>.+)"


def _day_alone(words: str, now: datetime, zone: ZoneInfo, *, end_of_day: bool, form: bool) -> _Found | None:
    wall = wall_time(now, zone)
    day = said_day(words.strip(), wall.date(), form=form) if words else None
    if day is None:
        return None
    if end_of_day:
        return _Found(instant(_midnight(day.value) + _END_OF_DAY, zone), day.note, loose=day.loose)
    if is_elapsed(words, wall.date()) and not form:
        return _Found(instant(datetime.combine(day.value, wall.time().replace(second=0, microsecond=0)), zone))
    if day.value < wall.date() and not form:
        raise Mistake(_PAST)
    said = day.value
    raise Asked(Text(ja=f"{said.month}月{said.day}日の何時ですか。", en=f"At what time on {said:%Y-%m-%d}?"))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time; `instant` gives it its zone


_PAST = Text(
    ja="もう過ぎています。「明日 9:00」のように、これからの日時を書いてください。",
    en="That is already past. Please give a time to come, for example “tomorrow 9am”.",
)


_PAST_TODAY = Text(
    ja="もう過ぎています。「明日 9:00」のように、日にちも書いてください。",
    en="That is already past today. Please write the day too, for example “tomorrow 9am”.",
)


def _ahead(found: _Found, now: datetime) -> datetime:
    if found.at <= now:
        raise Asked(_PAST_TODAY) if found.loose else Mistake(_PAST)
    if found.at.year > now.year + _YEARS_AHEAD:
        raise Asked(
            Text(ja="先の日付すぎます。年を確かめてください。", en="That is very far ahead. Please check the year.")
        )
    return found.at
