"""When somebody is on duty: lines of a roster on the calendar of public offices, and time that counts only then."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forms.business_days import is_open
from forms.hours import read_time
from forms.mistake import Mistake
from forms.recurrence import show_weekdays
from forms.spoken import normal
from forms.text import Text

DAY = 24 * 60
AHEAD = 60
"""Days that are looked at: longer than any run of holidays."""
_SPAN = re.compile(r"(?P<start>[^-〜~–から]+)(?:-|〜|~|–|から)(?P<end>[^-〜~–から]+)(?:まで)?")
_WHOLE_DAY = frozenset({"終日", "24時間", "24h", "all day", "always"})
_HOW = Text(
    ja="時間帯は「8:30-17:15」のように書いてください（夜をまたぐときは「17:15-8:30」）。",
    en="Please write the hours like 8:30-17:15 (over night: 17:15-8:30).",
)


@dataclass(frozen=True, slots=True)
class Shift:
    """`days`: Monday is 0. Minutes since midnight; `end` is beyond 24 hours where it is on the next morning.

    Days that are all from Monday to Friday are those of public offices: holidays and the turn of the year are left out.
    """

    days: tuple[int, ...]
    start: int
    end: int

    def begins_on(self, day: date) -> bool:
        """Whether it is worked on this day."""
        if day.weekday() not in self.days:
            return False
        return max(self.days) > 4 or is_open(day)


def read_hours(words: str) -> tuple[int, int]:
    """(start, end) in minutes: 8:30-17:15, 17:15-8:30 (over night), 0:00-24:00, 終日. Raises Mistake."""
    said = normal(words)
    if said in _WHOLE_DAY:
        return 0, DAY
    match = _SPAN.fullmatch(said)
    if match is None:
        raise Mistake(_HOW)
    start, end = _minutes(match["start"]), DAY if match["end"] in {"24:00", "24時"} else _minutes(match["end"])
    return start, end if end > start else end + DAY


def _minutes(words: str) -> int:
    read = read_time(words)
    return read.hour * 60 + read.minute


def show_shift(shift: Shift) -> Text:
    """平日 8:30-17:15."""
    if (shift.start, shift.end) == (0, DAY):
        hours = Text(ja="終日", en="all day")
    else:
        end = shift.end if shift.end == DAY else shift.end % DAY
        span = f"{shift.start // 60}:{shift.start % 60:02}-{end // 60}:{end % 60:02}"
        hours = Text(ja=span, en=span)
    days = Text(ja=show_weekdays(shift.days, "ja"), en=show_weekdays(shift.days, "en"))
    return Text(ja="{days} {hours}", en="{days} {hours}").fill(days=days, hours=hours)


def on_duty(shifts: Sequence[Shift], at: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """The places of those shifts that are worked at this moment."""
    return tuple(
        place
        for place, shift in enumerate(shifts)
        if any(start <= at < end for start, end in _worked((shift,), at, zone, days=1))
    )


def opening(shifts: Sequence[Shift], at: datetime, zone: ZoneInfo) -> datetime | None:
    """The next moment, perhaps this one, in which somebody is on duty; None where there is none for two months."""
    later = [max(start, at) for start, end in _worked(shifts, at, zone, days=AHEAD) if end > at]
    return min(later, default=None)


def after(shifts: Sequence[Shift], at: datetime, *, span: timedelta, zone: ZoneInfo) -> datetime | None:
    """The moment when `span` of time on duty has gone by since `at`; None where that is not in two months."""
    while (begun := opening(shifts, at, zone)) is not None:
        closes = max(e for s, e in _worked(shifts, begun, zone, days=1) if s <= begun < e)
        if begun + span <= closes:
            return begun + span
        span -= closes - begun
        at = closes
    return None


def _worked(shifts: Sequence[Shift], at: datetime, zone: ZoneInfo, *, days: int) -> Iterator[tuple[datetime, datetime]]:
    """(start, end) of each shift that begins from the day before on, for so many days more."""
    today = at.astimezone(zone).date()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        for shift in shifts:
            if shift.begins_on(day):
                yield _moment(day, shift.start, zone), _moment(day, shift.end, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=zone).astimezone(zone)
