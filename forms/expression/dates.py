"""Dates in expressions: written as ISO 8601, compared and calculated as days since 1970 in the form's zone."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}(?::?[0-5]\d)?)?)?", re.ASCII
)
_LOOSE_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(
    r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECONDS = 86400
_FORMAT = re.compile("%(.)")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def looks_like_date(words: str) -> bool:
    """Whether it is worth the trouble of reading: cheap, asked of every string that is compared."""
    return words[4:5] == "-" and words[7:8] == "-"


@lru_cache(4096)
def days(words: str, zone: tzinfo) -> float | None:
    """Days since 1970, UTC, of an ISO date or date-time; what has no offset is in `zone`. None: it is neither."""
    moment = read(words, zone)
    return None if moment is None else (moment - _EPOCH) / _DAY


def read(words: str, zone: tzinfo) -> datetime | None:
    """The moment, in `zone`."""
    match = _DATE.fullmatch(words.strip()[:40])
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int(float(fraction or 0) * 1_000_000)
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro,
            tzinfo=zone if offset is None else timezone(_offset(offset)),
        )  # fmt: skip
        return moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _offset(words: str) -> timedelta:
    if words == "Z":
        return timedelta()
    length = timedelta(hours=int(words[1:3]), minutes=int(words[-2:]) if len(words) > 3 else 0)
    return -length if words[0] == "-" else length


def moment_of(number: float, zone: tzinfo) -> datetime | None:
    """The moment that many days after 1970, to the millisecond."""
    if not math.isfinite(number):
        return None
    try:
        return (_EPOCH + timedelta(milliseconds=round(number * _SECONDS * 1000))).astimezone(zone)
    except (OverflowError, ValueError):
        return None


def written(moment: datetime) -> str:
    """As ISO writes it; midnight is the day alone."""
    if not (moment.hour or moment.minute or moment.second or moment.microsecond // 1000):
        return moment.strftime("%Y-%m-%d") if moment.year > 999 else moment.date().isoformat()
    return moment.isoformat(timespec="milliseconds")


def padded(words: str) -> str:
    """1970-1-2 as 1970-01-02; all else as it is."""
    match = _LOOSE_DATE.fullmatch(words.strip())
    return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" if match else words


def part_of_day(words: str, zone: tzinfo, *, today: datetime) -> float:
    """What part of the day has gone at that time, 0 to 1; NaN when it is no time. `today` says which offset holds."""
    if (moment := read(words, zone)) is not None:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return (moment.replace(tzinfo=None) - midnight.replace(tzinfo=None)) / _DAY
    match = _TIME.fullmatch(words.strip()[:40])
    if match is None:
        return math.nan
    hour, minute, second, fraction, offset = match.groups()
    seconds = int(hour) * 3600 + int(minute) * 60 + float(f"{second or 0}{fraction or ''}")
    if offset is not None:
        here = today.astimezone(zone).utcoffset() or timedelta()
        seconds = (seconds + (here - _offset(offset)).total_seconds()) % _SECONDS
    return seconds / _SECONDS


def formatted(moment: datetime, pattern: str) -> str:
    """As format-date() of ODK: %Y %y %m %n %b %d %e %H %h %M %S %3 %a %W %u."""
    known = {
        "Y": f"{moment.year:04}", "y": f"{moment.year % 100:02}", "m": f"{moment.month:02}", "n": str(moment.month),
        "b": _MONTHS[moment.month - 1], "d": f"{moment.day:02}", "e": str(moment.day), "H": f"{moment.hour:02}",
        "h": str(moment.hour), "M": f"{moment.minute:02}", "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}", "a": _WEEKDAYS[moment.weekday()],
        "W": str(moment.isocalendar().week), "u": str(moment.isoweekday()), "%": "%",
    }  # fmt: skip
    return _FORMAT.sub(lambda match: known.get(match[1], match[0]), pattern)
