"""The time of day as people write it: 9:00, 午後3時半, 9am, noon; it asks where there are two readings."""

import re
from collections.abc import Callable
from datetime import time, timedelta

from forms.mistake import Asked, Mistake
from forms.reading.words import without_politeness
from forms.spoken import MAX_LENGTH, normal, unclear
from forms.text import Text

TimeReader = Callable[[re.Match[str]], timedelta]

# word → the hours that may follow it, and what is added to them
_PARTS: dict[str, tuple[range, int]] = {
    "午前": (range(12), 0),
    "am": (range(1, 12), 0),
    "朝": (range(3, 12), 0),
    "早朝": (range(3, 9), 0),
    "明け方": (range(3, 7), 0),
    "未明": (range(5), 0),
    "昼": (range(11, 13), 0),
    "午後": (range(12), 12),
    "pm": (range(1, 12), 12),
    "夕方": (range(3, 8), 12),
    "夜": (range(5, 12), 12),
    "深夜": (range(5), 0),
}
_SAME = {
    "お昼": "昼",
    "昼の部": "昼",
    "夕": "夕方",
    "晩": "夜",
    "夜中": "深夜",
    "真夜中": "深夜",
    "a.m": "am",
    "p.m": "pm",
}
_SAME |= {"a.m.": "am", "p.m.": "pm", "あさ": "朝", "よる": "夜", "ひる": "昼", "ゆうがた": "夕方", "朝方": "朝"}
_PART = "|".join(sorted({*_PARTS, *_SAME}, key=len, reverse=True)).replace(".", r"\.")
_EXACTLY = r"(?:ちょうど|丁度|きっかり|ぴったり|じゃすと)"
_LATEST = 29  # 24時 and beyond belong to the day named: until 29時, five in the morning

_VAGUE = Text(
    ja="時刻をはっきり書いてください（例:「12:30」「午後3時」）。",
    en="Please give an exact time, for example 12:30 or 3pm.",
)
_NO_SUCH_TIME = Text(
    ja="その時刻はありません。「9:00」のように書いてください。",
    en="There is no such time. Please write it like 9:00.",
)
_HOW = Text(ja="「9:00」「午後3時」のように書いてください。", en="Please write it like 9:00 or 3pm.")


def _spoken(match: re.Match[str]) -> timedelta:
    hour, minute = int(match["hour"]), 30 if match["half"] else int((match["minute"] or "0").rstrip("分"))
    _check(hour, minute)
    if not match["part"] and 1 <= hour <= 6:
        raise _two_readings(hour, minute)
    return _since_midnight(hour, minute, part=match["part"])


def _written(match: re.Match[str]) -> timedelta:
    """3:00 is said of the afternoon as often as of the night, 03:00 and 0:30 are not."""
    hour, minute = int(match["hour"]), int(match["minute"])
    _check(hour, minute)
    if not match["part"] and 1 <= hour <= 6 and len(match["hour"]) == 1:
        raise _two_readings(hour, minute)
    return _since_midnight(hour, minute, part=match["part"])


def _english(match: re.Match[str]) -> timedelta:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    _check(hour, minute)
    return _since_midnight(hour, minute, part=match["part"])


def _noon(_match: re.Match[str]) -> timedelta:
    return timedelta(hours=12)


def _vague(_match: re.Match[str]) -> timedelta:
    raise Asked(_VAGUE)


def _check(hour: int, minute: int) -> None:
    if minute > 59 or hour > _LATEST:
        raise Mistake(_NO_SUCH_TIME)


def _since_midnight(hour: int, minute: int, *, part: str | None) -> timedelta:
    return timedelta(hours=_hour(hour, minute, part=part and _SAME.get(part, part)), minutes=minute)


def _hour(hour: int, minute: int, *, part: str | None) -> int:
    if part is None:
        return hour
    said, shift = _PARTS[part]
    if part == "昼" and hour in (1, 2, 3):
        return hour + 12
    if hour in said:
        return hour + shift
    if hour - shift in said and hour != 12:  # 午後15時, 夜20時: said twice, meant once
        return hour
    if part == "昼" and hour in (13, 14, 15):
        return hour
    if part == "深夜" and hour in (22, 23, 10, 11):
        return hour % 12 + 12
    raise _two_readings(hour, minute)


def _two_readings(hour: int, minute: int) -> Asked:
    early, past = hour % 12, f"{minute}分" if minute else ""
    return Asked(
        Text(
            ja=f"{hour}時{past}が午前か午後か分かりません。"
            f"「午前{early}時{past}」か「{early + 12}時{past}」のように書いてください。",
            en=f"Is that in the morning or in the afternoon? "
            f"Please write {early:02}:{minute:02} or {early + 12}:{minute:02}.",
        )
    )


TIMES: tuple[tuple[str, TimeReader], ...] = (
    (
        (
            rf"(?P<part>{_PART})?の?\s?{_EXACTLY}?(?P<hour>\d{{1,2}})時"
            rf"(?:(?P<half>半)|(?P<minute>\d\d(?:分)?|\d分))?{_EXACTLY}?"
        ),
        _spoken,
    ),
    (rf"(?P<part>{_PART})?の?\s?{_EXACTLY}?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::00)?{_EXACTLY}?", _written),
    (r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<part>a\.?m|p\.?m)\.?", _english),
    (r"(?P<part>am|pm)\s?(?P<hour>\d{1,2})(?P<minute>)", _english),
    (rf"(?:お昼の)?{_EXACTLY}?正午{_EXACTLY}?|noon", _noon),
    (
        rf"(?:{_PART}|昼前|昼過ぎ|昼すぎ|昼休み|午前中|午後いち|午後一|朝一番?|朝いち|終業時|始業時|夕刻|夜間|日中)",
        _vague,
    ),
    (r"midnight|morning|afternoon|evening|night", _vague),
    (r"\S*(?:ごろ|頃|くらい|ぐらい|前後|過ぎ|すぎ|以降|以前|以後|まえ)", _vague),
    (r"(?:around|about)\s.*", _vague),
)
"""How a time of day may be written, and who reads it: the first pattern that fits decides. Times since midnight."""

_DIGITS = re.compile(r"(?P<hour>\d\d):?(?P<minute>\d\d)")
_TAIL = re.compile(r"(?:に|から|より|まで|までに|開始|始まり|集合)\Z")


def read_time(text: str) -> time:
    """A time of day (9:00, ９時, 午後3時, 9am). Raises Mistake where it is unclear or not within one day."""
    words = _TAIL.sub("", normal(without_politeness(text.strip()[: 2 * MAX_LENGTH])))
    for pattern, reader in TIMES if len(words) <= MAX_LENGTH else ():
        if match := re.fullmatch(pattern, words):
            return _within_a_day(reader(match))
    if match := _DIGITS.fullmatch(words):
        return _within_a_day(_written_alone(match))
    raise unclear(_HOW)


def _written_alone(match: re.Match[str]) -> timedelta:
    _check(int(match["hour"]), int(match["minute"]))
    return timedelta(hours=int(match["hour"]), minutes=int(match["minute"]))


def _within_a_day(since_midnight: timedelta) -> time:
    if since_midnight >= timedelta(days=1):
        wrong = Asked if since_midnight < timedelta(hours=25) else Mistake
        raise wrong(Text(ja="0:00から23:59の間で書いてください。", en="Please give a time between 0:00 and 23:59."))
    minutes = since_midnight // timedelta(minutes=1)
    return time(minutes // 60, minutes % 60)
