"""Whole numbers, numbers, yen and per cent: one exact value, never rounded."""

import re
from decimal import Decimal

from forms.mistake import Asked
from forms.reading.numbers import ReadNumber, number_in, read_number, show_number
from forms.reading.taken import Given, Taken
from forms.reading.words import plain, quote, unread
from forms.text import Text, same

NOT_WHOLE = Text(
    ja="小数は入力できません。整数で入力してください（四捨五入はしません）。",
    en="Please type a whole number; nothing is rounded for you.",
)
_TOO_MANY_DIGITS = Text(ja="桁が多すぎます。15桁以内にしてください。", en="That is too many digits. Please keep to 15.")
_YEN = re.compile(r"\s*(?:円|えん|エン|yen|jpy|圓)(?:也|なり)?\Z", re.IGNORECASE)
_OTHER_UNIT = re.compile(
    r"(?:[0-9]|[一-九十百千万億])\s*(?!円|えん|エン|yen|jpy|圓)[^\W0-9一二三四五六七八九十百千万億兆〇零壱弐参拾伍阡萬]+\Z",
    re.IGNORECASE,
)
_BESIDE_YEN = re.compile(r"\((?:税込み?|込み?|税込価格)\)\Z|(?<=円)(?:税込み?)\Z")
_BEFORE_YEN = re.compile(r"(?:金額?|総額|税込み?|jpy)[:\s]*(?=[0-9¥\\一-龥])", re.IGNORECASE)
_DASH_AFTER = re.compile(r"(?<=[0-9円])\.?[-\u2010-\u2015\u2212ー]\Z")
_HOW_MUCH = Text(ja="金額を円で入力してください（例: 1,500）。", en="Please type an amount in yen, such as 1,500.")
_WITHOUT_TAX_WORD = Text(ja="「税込」は除いて読みました。", en="Read without the words about tax.")
_PER_CENT = re.compile(r"\s*(?:%|パーセント|ぱーせんと|percent|per cent|pct)\Z", re.IGNORECASE)
_TENTHS = re.compile(
    r"(?P<tenths>[0-9.]+|[一二三四五六七八九十])割(?:(?P<hundredths>[0-9一二三四五六七八九])分)?(?:(?P<rest>[0-9一二三四五六七八九])厘)?"
)
_SHARE = Text(
    ja="「{said}」は{small}%か{large}%か分かりません。%を付けて入力してください。",
    en="Is “{said}” {small}% or {large}%? Please type it with the per cent sign.",
)
_HOW_MANY_PER_CENT = Text(ja="割合を入力してください（例: 30%）。", en="Please type a percentage, such as 30%.")


def read_integer(said: str, _given: Given) -> Taken:
    """Any unit is dropped."""
    found = read_number(said)
    return _whole(found)


def read_any_number(said: str, _given: Given) -> Taken:
    """Any unit is dropped."""
    found = read_number(said)
    return _shown(found)


def read_money(said: str, _given: Given) -> Taken:
    """Yen, whole."""
    words = _DASH_AFTER.sub("", _BEFORE_YEN.sub("", plain(said).replace("圓", "円"), count=1))
    exact = _BESIDE_YEN.sub("", words)
    if exact in ("無料", "タダ", "ただ"):
        return Taken(0, same("0円"))
    if re.search(r"[①-⑳²³]", said) and len(said.strip()) > 1:
        raise unread(said, _HOW_MUCH)
    found = number_in(exact, said=said, unit=_YEN)
    if found is None:
        raise unread(said, _HOW_MUCH)
    taken = _whole(found)
    note = taken.note or (_WITHOUT_TAX_WORD if exact != words else None)
    yen = f"{taken.value:,}"
    return Taken(taken.value, Text(ja=f"{yen}円", en=f"¥{yen}" if taken.value >= 0 else f"-¥{-taken.value:,}"), note)


def read_percentage(said: str, _given: Given) -> Taken:
    """50 for 50 %, 30 for 3割."""
    words = plain(said)
    found = _tenths(words) or number_in(words, said=said, unit=_PER_CENT)
    if found is None:
        raise unread(said, _HOW_MANY_PER_CENT)
    if 0 < abs(found.value) < 1 and found.value != found.value.to_integral_value() and _is_bare(words):
        small, large = (f"{value.normalize():f}" for value in (found.value, found.value * 100))
        raise Asked(_SHARE.fill(said=quote(said), small=small, large=large))
    taken = _shown(found)
    return Taken(taken.value, same(f"{taken.shown.ja}%"), taken.note)


def _is_bare(words: str) -> bool:
    return not _PER_CENT.search(words) and "割" not in words


def _tenths(words: str) -> ReadNumber | None:
    """3割5分 → 35."""
    if words in ("半分", "半数", "半々"):
        return ReadNumber(Decimal(50))
    match = _TENTHS.fullmatch(words.removeprefix("約").removesuffix("くらい").removesuffix("程度"))
    if match is None:
        return None
    parts = [number_in(match[name] or "0", said=words) for name in ("tenths", "hundredths", "rest")]
    if not all(parts):
        return None
    tenths, hundredths, rest = (part.value for part in parts if part)
    about = number_in("約1", said=words) if match[0] != words else None
    return ReadNumber(tenths * 10 + hundredths + rest / 10, about.note if about else None)


def _whole(found: ReadNumber) -> Taken:
    if found.value != found.value.to_integral_value():
        raise Asked(NOT_WHOLE)
    return Taken(int(found.value), same(show_number(int(found.value))), found.note)


def _shown(found: ReadNumber) -> Taken:
    value = storable(found.value)
    return Taken(value, same(show_number(value)), found.note)


def storable(exact: Decimal) -> int | float:
    """Raises Asked where storing the number would round it."""
    if exact == exact.to_integral_value():
        return int(exact)
    if Decimal(repr(float(exact))) != exact:
        raise Asked(_TOO_MANY_DIGITS)
    return float(exact)
