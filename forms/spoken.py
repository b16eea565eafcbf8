"""What people type about time, made comparable: full-width, kanji numerals and stray marks folded away."""

import re
import unicodedata

from forms.mistake import Mistake
from forms.text import Text

MAX_LENGTH = 60  # no way to say when is longer; what is longer is not searched through

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_NUMERAL = re.compile(r"[〇一二三四五六七八九十]{1,4}(?=[年月日時分週営か])")
_SHORTHAND = (("今夜", "今日夜"), ("今晩", "今日夜"), ("明朝", "明日朝"), ("明晩", "明日夜"), ("今朝", "今日朝"))
_WEEKDAY_BESIDE_DATE = re.compile(r"(?<=[\d日])\s?\((?P<day>[月火水木金土日])(?:曜日?)?(?:[・/]祝)?\)")


class Unclear(Mistake):
    """None of the ways to say it fits, as opposed to one that fits and cannot be."""


def unclear(how: Text) -> Unclear:
    """A mistake that says how to write it instead."""
    return Unclear(Text(ja="読み取れませんでした。{how}", en="I could not read that. {how}").fill(how=how))


def normal(text: str) -> str:
    """NFKC, lower case, single spaces, ASCII digits; longer text than can be meant comes back as it is."""
    if len(text) > MAX_LENGTH:
        return text
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    for short, long in _SHORTHAND:
        words = words.replace(short, long)
    return _NUMERAL.sub(lambda m: str(_number(m[0])), words)


def without_weekday(words: str) -> tuple[str, int | None]:
    """12月1日(火) → 12月1日 and the weekday (Monday is 0) that must agree with it."""
    match = _WEEKDAY_BESIDE_DATE.search(words)
    if match is None:
        return words, None
    return words[: match.start()] + " " + words[match.end() :], "月火水木金土日".index(match["day"])


def _number(numeral: str) -> int:
    if "十" not in numeral:
        return int("".join(str(_DIGITS[c]) for c in numeral))
    tens, _, ones = numeral.partition("十")
    return _small(tens or "一") * 10 + _small(ones or "〇")


def _small(numeral: str) -> int:
    return int("".join(str(_DIGITS.get(c, 0)) for c in numeral))
