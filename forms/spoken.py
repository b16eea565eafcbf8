"""What people type about time, made comparable: widths, kanji numerals, kana, brackets and stray marks folded away."""

import re
import unicodedata

from forms.mistake import Asked
from forms.text import Text

MAX_LENGTH = 60  # no way to say when is longer; what is longer is not searched through

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {
    c: n
    for n, alike in enumerate(("零", "壱壹弌", "弐貳弍", "参參", "肆", "伍", "陸", "漆", "捌", "玖"))
    for c in alike
}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "阡": 1000, "廿": 20, "卅": 30}
_NUMERAL = re.compile(
    "[" + "".join(_DIGITS) + "".join(_PLACES) + "0-9]*[" + "".join(_DIGITS) + "".join(_PLACES) + "]+(?!昨)"
)
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_BRACKETS = str.maketrans("[]{}〔〕【】〈〉《》「」『』", "()()()()()()()()")
_SAID_OTHERWISE = (
    ("今夜", "今日夜"), ("今晩", "今日夜"), ("今夕", "今日夕方"), ("今朝", "今日朝"), ("昨夜", "昨日夜"),
    ("昨晩", "昨日夜"), ("こんや", "今日夜"), ("こんばん", "今日夜"), ("明朝", "明日朝"), ("翌朝", "明日朝"),
    ("明晩", "明日夜"), ("明夜", "明日夜"), ("明夕", "明日夕方"), ("毎朝", "毎日朝"), ("毎晩", "毎日夜"),
    ("毎夜", "毎日夜"), ("毎夕", "毎日夕方"), ("午后", "午後"), ("ごぜん", "午前"), ("ごご", "午後"),
    ("しょうご", "正午"), ("おひる", "お昼"), ("まいにち", "毎日"), ("まいしゅう", "毎週"), ("まいつき", "毎月"),
    ("まいげつ", "毎月"), ("まいとし", "毎年"), ("へいじつ", "平日"), ("らいしゅう", "来週"),
    ("こんしゅう", "今週"), ("せんしゅう", "先週"), ("さ来週", "再来週"), ("さらい週", "再来週"),
    ("らいげつ", "来月"), ("こんげつ", "今月"), ("せんげつ", "先月"), ("らいねん", "来年"), ("ことし", "今年"),
    ("げつまつ", "月末"), ("げつよう", "月曜"), ("かよう", "火曜"), ("すいよう", "水曜"), ("もくよう", "木曜"),
    ("きんよう", "金曜"), ("どよう", "土曜"), ("にちよう", "日曜"), ("曜び", "曜日"), ("週かん", "週間"),
    ("れいわ", "令和"), ("へいせい", "平成"), ("しょうわ", "昭和"), ("たいしょう", "大正"), ("めいじ", "明治"),
    ("にち後", "日後"), ("ねん", "年"), ("がつ", "月"),
)  # fmt: skip
_WEEKDAY_BESIDE_DATE = re.compile(r"(?<=[\d日])\s?\((?P<day>[月火水木金土日])(?:曜日?)?(?:[・/](?:祝日?|休))?\)")
_COUNTED = re.compile("[かけゕゖヵヶ箇個](?=[月年]|所)")
_GAP = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])|(?<=[0-9]) (?=[年月日時分/.-])|(?<=[年月日時分/.-]) (?=[0-9])")
_HYPHENS = re.compile("(?<=[0-9元])[\u2010-\u2015\u2212\u30fc\uff70\u2500](?=[0-9])")
_IN_KANA = re.compile("(?<=[0-9])じ|(?<=[0-9])[ふぷ]ん")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f]")


class Unclear(Asked):
    """None of the ways to say it fits, as opposed to one that fits and cannot be."""


def unclear(how: Text) -> Unclear:
    """A mistake that says how to write it instead."""
    return Unclear(Text(ja="読み取れませんでした。{how}", en="I could not read that. {how}").fill(how=how))


def normal(text: str) -> str:
    """NFKC, lower case, hiragana, ASCII digits, spaces only between words of letters or digits.

    Longer text than can be meant comes back as it is.
    """
    if len(text) > MAX_LENGTH:
        return text
    words = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).lower().translate(_BRACKETS).translate(_KATAKANA)
    words = " ".join(words.split())
    for said, meant in _SAID_OTHERWISE:
        words = words.replace(said, meant)
    words = _NUMERAL.sub(_arabic, _COUNTED.sub("か", _HYPHENS.sub("-", words)))
    return _GAP.sub("", _IN_KANA.sub(lambda m: "時" if m[0] == "じ" else "分", words))[: MAX_LENGTH + 1]


def without_weekday(words: str) -> tuple[str, int | None]:
    """12月1日(火) → 12月1日 and the weekday (Monday is 0) that must agree with it."""
    match = _WEEKDAY_BESIDE_DATE.search(words)
    if match is None:
        return words, None
    return words[: match.start()] + " " + words[match.end() :], "月火水木金土日".index(match["day"])


def _arabic(match: re.Match[str]) -> str:
    """二〇二六 → 2026, 二十四 → 24; what is no number stays as it was."""
    numeral = match[0]
    if numeral.isdecimal() or not any(c in _PLACES for c in numeral):
        return "".join(c if c.isdecimal() else str(_DIGITS[c]) for c in numeral)
    number = _by_places(numeral)
    return numeral if number is None else str(number)


def _by_places(numeral: str) -> int | None:
    total, digit, last = 0, None, 10**4
    for c in numeral:
        if c in _PLACES:
            size, place = _PLACES[c], min(_PLACES[c], 10) if _PLACES[c] < 100 else _PLACES[c]
            if place >= last or (size != place and digit is not None):
                return None
            total, digit, last = total + size * (1 if digit is None else digit), None, place
        elif digit is not None:
            return None
        else:
            digit = int(c) if c.isdecimal() else _DIGITS[c]
    return total + (digit or 0)
