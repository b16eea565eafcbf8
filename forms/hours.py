"""The time of day as people write it: 9:00, 午後3時半, 9am, noon; it asks where there are two readings."""

import re
from collections.abc import Callable
from datetime import time, timedelta

from forms.mistake import Mistake
from forms.spoken import MAX_LENGTH, normal, unclear
from forms.text import Text

TimeReader = Callable[[re.Match[str]], timedelta]

# word → the hours that may follow it, and what is added to them
_PARTS: dict[str, tuple[range, int]] = {
    "午前": (range(12), 0),
    "am": (range(1, 12), 0),
    "朝": (range(4, 12), 0),
    "午後": (range(12), 12),
    "pm": (range(1, 12), 12),
    "夕方": (range(3, 8), 12),
    "夜": (range(5, 12), 12),
    "晩": (range(5, 12), 12),
    "深夜": (range(0), 0),
}
_PART = "午前|午後|朝|夕方|深夜|夜|晩"
_LATEST = 29  # 24時 and beyond belong to the day named: until 29時, five in the morning


def _spoken(match: re.Match[str]) -> timedelta:
    hour, minute = int(match["hour"]), 30 if match["half"] else int(match["minute"] or 0)
    if not match["part"] and 1 <= hour <= 6:
        raise _two_readings(hour)
    return _since_midnight(hour, minute, part=match["part"])


def _written(match: re.Match[str]) -> timedelta:
    return _since_midnight(int(match["hour"]), int(match["minute"]), part=match["part"])


def _english(match: re.Match[str]) -> timedelta:
    return _since_midnight(int(match["hour"]), int(match["minute"] or 0), part=match["part"].replace(".", ""))


def _noon(_match: re.Match[str]) -> timedelta:
    return timedelta(hours=12)


def _vague(_match: re.Match[str]) -> timedelta:
    raise Mistake(
        Text(
            ja="時刻をはっきり書いてください（例：「明日 12:30」）。",
            en="Please give an exact time, for example “tomorrow 12:30”.",
        )
    )


def _since_midnight(hour: int, minute: int, *, part: str | None) -> timedelta:
    if minute > 59 or hour > _LATEST:
        raise Mistake(
            Text(
                ja="その時刻はありません。「9:00」のように書いてください。",
                en="There is no such time. Please write it like 9:00.",
            )
        )
    return timedelta(hours=_hour(hour, part), minutes=minute)


def _hour(hour: int, part: str | None) -> int:
    if part is None:
        return hour
    said, shift = _PARTS[part]
    if hour in said:
        return hour + shift
    if hour - shift in said and hour != 12:  # 午後15時, 夜20時: said twice, meant once
        return hour
    if part == "深夜" and hour >= 22:
        return hour
    raise _two_readings(hour)


def _two_readings(hour: int) -> Mistake:
    early, late = hour % 12, hour % 12 + 12
    return Mistake(
        Text(
            ja=f"{hour}時が午前か午後か分かりません。「{early}:00」か「{late}:00」のように24時間制で書いてください。",
            en=f"Is {hour} o’clock in the morning or in the afternoon? Please write {early}:00 or {late}:00.",
        )
    )


TIMES: tuple[tuple[str, TimeReader], ...] = (
    (rf"(?P<part>{_PART})?の?\s?(?P<hour>\d{{1,2}})時(?:(?P<half>半)|(?P<minute>\d{{1,2}})分)?", _spoken),
    (rf"(?P<part>{_PART})?の?\s?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::00)?", _written),
    (r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<part>a\.?m|p\.?m)\.?", _english),
    (r"正午|noon", _noon),
    (rf"(?:{_PART}|昼|お昼|昼前|昼過ぎ|midnight|morning|afternoon|evening|night)", _vague),
    (r"\S*(?:ごろ|頃|くらい|ぐらい)", _vague),
    (r"(?:around|about)\s.*", _vague),
)
"""How a time of day may be written, and who reads it: the first pattern that fits decides. Times since midnight."""


def read_time(text: str) -> time:
    """A time of day (9:00, ９時, 午後3時, 9am). Raises Mistake where it is unclear or not within one day."""
    words = normal(text)
    for pattern, reader in TIMES if len(words) <= MAX_LENGTH else ():
        if match := re.fullmatch(pattern, words):
            return _within_a_day(reader(match))
    raise unclear(Text(ja="「9:00」「午後3時」のように書いてください。", en="Please write it like 9:00 or 3pm."))


def _within_a_day(since_midnight: timedelta) -> time:
    if since_midnight >= timedelta(days=1):
        raise Mistake(Text(ja="0:00から23:59の間で書いてください。", en="Please give a time between 0:00 and 23:59."))
    minutes = since_midnight // timedelta(minutes=1)
    return time(minutes // 60, minutes % 60)
