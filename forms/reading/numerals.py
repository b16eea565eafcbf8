"""Numerals as people write them: 1,500, 二〇二六, 三千五百, 2.5万; None where there is no one number in them."""

import re
from decimal import Decimal

LARGEST = 10**15
"""Beyond this a number of 64 bits loses its last digit on the way through other programs."""

_ALIKE = ("〇零", "一壱壹弌", "二弐貳", "三参參", "四肆", "五伍", "六陸", "七漆", "八捌", "九玖")
DIGITS = {c: n for n, alike in enumerate(_ALIKE) for c in alike}
SMALL = {"千": 1000, "阡": 1000, "仟": 1000, "百": 100, "佰": 100, "陌": 100, "十": 10, "拾": 10}
_LARGE = (("兆", 10**12), ("億", 10**8), ("万", 10**4))
_KANJI = "".join(DIGITS)
_PLAIN = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+")
_POSITIONAL = re.compile(f"[{_KANJI}0-9]+")
_STEP = re.compile(rf"([0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,4}}(?:\.[0-9]+)?|[{_KANJI}])?([{''.join(SMALL)}])")
_ONE_OR_THE_NEXT = re.compile("一二|二三|三四|四五|五六|六七|七八|八九")
_CUT_SHORT = re.compile(r"[0-9].*[万億兆千阡百][0-9]|.+[万億兆][0-9" + _KANJI + "]")


def numeral(body: str) -> Decimal | None:
    """The one number that `body` (half-width) says."""
    body = body.replace("萬", "万")
    if _ONE_OR_THE_NEXT.fullmatch(body):  # 二三人 is two or three
        return None
    return _value(body)


def is_cut_short(body: str) -> bool:
    """2万5 without a unit may be 20,005 or 25,000."""
    return _CUT_SHORT.fullmatch(body.replace("萬", "万")) is not None


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
        return Decimal("".join(str(DIGITS.get(c, c)) for c in body))
    total, last, at = Decimal(0), 10**8, 0
    while match := _STEP.match(body, at):
        times, size = _digit(match[1]), SMALL[match[2]]
        if size >= last:
            return None
        total, last, at = total + times * size, size, match.end()
    rest = body[at:]
    if not rest or not at:
        return total if at else None
    if len(rest) == 1 and rest in DIGITS:
        return total + DIGITS[rest]
    return total + int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 4 and int(rest) < last else None


def _digit(numeral: str | None) -> Decimal:
    if numeral is None:
        return Decimal(1)
    return Decimal(DIGITS.get(numeral, numeral.replace(",", "")))
