"""What comes again or comes before: weekdays (月水金, 平日, mon-fri) and how long before a moment (1日前, 3h)."""

import re
from collections.abc import Iterable
from datetime import timedelta

from forms.mistake import Mistake
from forms.spoken import MAX_LENGTH, normal, unclear
from forms.text import Lang, Text

_JA = "月火水木金土日"
_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = tuple(range(7))
_SETS: dict[str, tuple[int, ...]] = {
    "平日": _EVERY[:5],
    "営業日": _EVERY[:5],
    "weekdays": _EVERY[:5],
    "weekday": _EVERY[:5],
    "business days": _EVERY[:5],
    "business day": _EVERY[:5],
    "毎日": _EVERY,
    "daily": _EVERY,
    "day": _EVERY,
    "everyday": _EVERY,
    "週末": _EVERY[5:],
    "weekends": _EVERY[5:],
    "weekend": _EVERY[5:],
}
_DAY_EN = "(?:" + "|".join(_EN) + ")[a-z]*"
_DAY = rf"(?:[{_JA}](?:曜日?)?|{_DAY_EN})"
_RANGE = re.compile(rf"(?P<first>{_DAY})\s?(?:〜|~|から|-|–|to)\s?(?P<last>{_DAY})(?:まで)?")
_LIST = re.compile(rf"{_DAY}(?:(?:\s|・|、|,|と|and|/)*{_DAY})*")
_UNITS: dict[str, timedelta] = {
    **dict.fromkeys(("w", "週", "週間", "week", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("d", "日", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("h", "時間", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("m", "分", "min", "minute", "minutes"), timedelta(minutes=1)),
}
_LONGEST = timedelta(days=366)


def read_weekdays(text: str) -> tuple[int, ...]:
    """Weekdays in order, Monday is 0: 月水金, 月〜金, 平日, 毎日, mon,wed, weekdays, daily. Raises Mistake."""
    words = re.sub(r"^(?:毎週|every |each )\s?の?", "", normal(text))
    if len(words) <= MAX_LENGTH:
        if words in _SETS:
            return _SETS[words]
        if match := _RANGE.fullmatch(words):
            return _between(_number(match["first"]), _number(match["last"]))
        if _LIST.fullmatch(words):
            return tuple(sorted({_number(day) for day in re.findall(_DAY, words)}))
    raise unclear(
        Text(
            ja="曜日は「平日」「月水金」「月〜金」のように書いてください。",
            en="Please write weekdays like “weekdays”, “mon,wed,fri” or “mon-fri”.",
        )
    )


def show_weekdays(weekdays: Iterable[int], lang: Lang) -> str:
    """平日, 毎日 or 月・水・金; “weekdays”, “every day” or “Mon, Wed, Fri”."""
    days = tuple(sorted(set(weekdays)))
    if days in _NAMES:
        return _NAMES[days][lang]
    return "・".join(_JA[day] for day in days) if lang == "ja" else ", ".join(_EN[day].title() for day in days)


_NAMES = {_EVERY[:5]: Text(ja="平日", en="weekdays"), _EVERY: Text(ja="毎日", en="every day")}


def read_offset(text: str) -> timedelta:
    """How long before: 1d, 3h, 30m, 1w, 1日前, 3時間前, 30分前, 前日. Raises Mistake."""
    words = re.sub(r"\s?(?:前|before)$", "", normal(text)) if normal(text) != "前日" else "1日"
    match = re.fullmatch(r"(\d{1,5})\s?([a-z]{1,7}|日|時間|分|週間?)", words)
    if match is None or match[2] not in _UNITS:
        raise unclear(
            Text(ja="「1d」「3h」「30m」か「1日前」のように書いてください。", en="Please write it like 1d, 3h or 30m.")
        )
    return _sensible(int(match[1]) * _UNITS[match[2]])


def _sensible(offset: timedelta) -> timedelta:
    if timedelta(0) < offset <= _LONGEST:
        return offset
    raise Mistake(Text(ja="1分前から1年前までで書いてください。", en="Please give between a minute and a year."))


def _between(first: int, last: int) -> tuple[int, ...]:
    if first < last:
        return tuple(range(first, last + 1))
    return tuple(sorted({*range(first, 7), *range(last + 1)}))  # 金〜月 goes over the weekend


def _number(day: str) -> int:
    return _JA.index(day[0]) if day[0] in _JA else _EN.index(day[:3])
