"""Numbers as people write them: full-width, with commas, in kanji, with 万 and 円; never rounded, never guessed."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from forms.mistake import Mistake
from forms.reading.words import LONGEST_ANSWER, plain, quote, unread
from forms.text import Text

LARGEST = 10**15
"""Beyond this a number of 64 bits loses its last digit on the way through other programs."""

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}
_SMALL = {"千": 1000, "百": 100, "十": 10, "拾": 10}
_LARGE = (("兆", 10**12), ("億", 10**8), ("万", 10**4))
_KANJI = "".join(_DIGITS)
_PLAIN = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_POSITIONAL = re.compile(f"[{_KANJI}]+")
_STEP = re.compile(rf"([0-9]{{1,4}}(?:\.[0-9]+)?|[{_KANJI}])?([千百十拾])")
_ABOUT = re.compile(r"(?:約|およそ|おおよそ|だいたい|about\s)\s*|(?:くらい|ぐらい|程度|ほど)\Z")
_SIGN = re.compile(r"(?P<minus>[-△▲\u2010-\u2015\u2212ー]|マイナス)?\+?\s*[¥\\]?\s*(?=[0-9.千百十" + _KANJI + "])")
_UNITS = (
    "円 ¥ yen 人 名 名様 人分 people persons 個 件 回 歳 才 years 日 日間 days 世帯 戸 台 点 本 枚 冊 匹 頭 羽 "
    "棟 室 部 通 階 箇所 か所 カ所 ヶ所 ヵ所 か月 カ月 ヶ月 ヵ月 箇月 週間 年 年間 時間 hours 分 分間 minutes "
    "秒 泊 食 席 組 社 校 つ 度 °c % パーセント kg kw kwh km cm mm m m2 m3 平米 坪 g t ha l ml トン キロ "
    "メートル リットル"
)
_UNIT = re.compile(r"\s*(?:" + "|".join(sorted(_UNITS.split(), key=len, reverse=True)) + r")\Z", re.IGNORECASE)
_EXAMPLE = Text(ja="数字だけを入力してください（例: 3）。", en="Please type a number only, such as 3.")
_COMMA = Text(
    ja="カンマは3桁ごとにだけ使えます（例: 1,500）。一つの数だけを入力してください。",
    en="A comma may only stand before three digits, as in 1,500. Please type one number.",
)
_TOO_LARGE = Text(
    ja="数が大きすぎます。桁を確かめてください。", en="That number is too large. Please check its digits."
)
_ROUGHLY = Text(ja="「約」は除いて読みました。", en="Taken as an exact number.")


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """An exact number, and what was overlooked in reading it."""

    value: Decimal
    note: Text | None = None


def read_number(said: str) -> ReadNumber:
    """One number of at most ±LARGEST. Raises Mistake where there is none, several, or an unclear one."""
    words = "" if _is_row_of_marks(said) else plain(said)
    exact = _ABOUT.sub("", words)
    sign = _SIGN.match(exact)
    if sign is None:
        raise _unread(said)
    body = exact[sign.end() :]
    value = next((v for v in map(_value, _without_unit(body)) if v is not None), None)
    if value is None:
        raise _unread(said)
    if value > LARGEST:
        raise Mistake(_TOO_LARGE)
    return ReadNumber(-value if sign["minus"] else value, _ROUGHLY if exact != words else None)


def _is_row_of_marks(said: str) -> bool:
    """①② is not 12, and 3² is not 32; ③ alone is 3."""
    marks = sum(unicodedata.category(c) == "No" for c in said[:LONGEST_ANSWER].replace("m²", ""))
    return marks > 0 and len(said.strip()) > 1


def small_number(numeral: str) -> int | None:
    """12, 十二 or 一二; None where it is no whole number."""
    value = _value(unicodedata.normalize("NFKC", numeral))
    return int(value) if value is not None and value == int(value) else None


def show_number(value: float) -> str:
    """1500 → 1,500; 0.5 → 0.5; never in scientific notation."""
    return f"{value:,}" if isinstance(value, int) else f"{Decimal(repr(value)):,f}"


def _unread(said: str) -> Mistake:
    return unread(said, _COMMA if any(c in quote(said) for c in ",，、") else _EXAMPLE)


def _without_unit(body: str) -> tuple[str, ...]:
    """十分 may be ten minutes, 3千 is no unit: first without what looks like a unit, then as it stands."""
    match = _UNIT.search(body[-10:])
    if match is None:
        return (body,)
    return (body[: len(body) - len(match[0])].rstrip(), body)


def _value(body: str) -> Decimal | None:
    if _PLAIN.fullmatch(body):
        return Decimal(body.replace(",", ""))
    total, last = Decimal(0), LARGEST * 10
    for mark, size in _LARGE:
        head, found, rest = body.partition(mark)
        if not found:
            continue
        part = _section(head)
        if part is None or not 0 < part * size < last or (rest and part % 1):
            return None
        total, body, last = total + part * size, rest, size
    if not body:
        return total or None
    part = _section(body)
    return total + part if part is not None and part < last else None


def _section(body: str) -> Decimal | None:
    """What stands before 万 or after it: 5,000, 二三, 三千五百, 8千."""
    if _PLAIN.fullmatch(body):
        return Decimal(body.replace(",", ""))
    if _POSITIONAL.fullmatch(body):
        return Decimal("".join(str(_DIGITS[c]) for c in body))
    total, last, at = Decimal(0), 10**8, 0
    while match := _STEP.match(body, at):
        times, size = _digit(match[1]), _SMALL[match[2]]
        if size >= last:
            return None
        total, last, at = total + times * size, size, match.end()
    rest = body[at:]
    if not rest or not at:
        return total if at else None
    return total + _digit(rest) if len(rest) == 1 and (rest in _DIGITS or rest in "0123456789") else None


def _digit(numeral: str | None) -> Decimal:
    if numeral is None:
        return Decimal(1)
    return Decimal(_DIGITS.get(numeral, numeral))
