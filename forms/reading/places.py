"""Where: a postal code, an address, a place by name or by latitude and longitude."""

import re
import unicodedata

from forms.mistake import Asked, Mistake
from forms.reading.taken import Given, Taken, as_is
from forms.reading.words import LONGEST_ANSWER, clean, is_blank, quote, unread, without_politeness
from forms.text import Text

_DASHES = re.compile("[-\u2010-\u2015\u2212\u30fc\uff70\u2500\u2501~〜・.]")
_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")
_BEFORE = re.compile(r"(?:〒|郵便番号|postal code|zip)[\s:：]*", re.IGNORECASE)
_POSTAL = re.compile(r"([0-9]{3})\s*-?\s*([0-9]{4})")
_NEVER = frozenset(["000", "008", "009"])
"""Beginnings of codes that do not exist anywhere; others may yet be given out."""
_SEVEN_DIGITS = Text(
    ja="7桁の郵便番号を入力してください（例: 870-8501）。",
    en="Please type a postal code of seven digits, such as 870-8501.",
)
_UNKNOWN_CODE = Text(
    ja="郵便番号「{code}」は見当たりません。番号を確かめてください。",
    en="There is no postal code {code}. Please check it.",
)
_MUNICIPALITY = re.compile("[都道府県市区町村郡島]")
_SAME = re.compile("同上|同じ|上に同じ|同左|なし|無し|不明|未定|自宅|職場|ここ|現在地|ない|わからない|今いる場所|-+")
_FROM_TOWN = Text(
    ja="市区町村から入力してください（例: 大分市大手町3丁目1-1）。",
    en="Please type the address with the city, such as “大分市大手町3丁目1-1”.",
)
_A_PLACE = Text(
    ja="場所の名前か、「33.2382, 131.6126」のように緯度と経度を入力してください。",
    en="Please type the name of a place, or latitude and longitude as in 33.2382, 131.6126.",
)
_DEGREES = (
    r"(?P<{0}>[-+]?[0-9]{{1,3}}(?:\.[0-9]{{1,12}})?)\s*[度°]?\s*"
    r"(?:(?P<{0}_minutes>[0-9]{{1,2}}(?:\.[0-9]{{1,9}})?)\s*[分′']\s*)?"
    r"(?:(?P<{0}_seconds>[0-9]{{1,2}}(?:\.[0-9]{{1,9}})?)\s*[秒″\"]\s*)?"
)
_COORDINATES = re.compile(
    rf"(?:geo:|緯度[:\s]*)?(?P<ns>北緯|南緯|n|s)?\s*{_DEGREES.format('lat')}(?P<ns2>n|s)?\s*[,、/ ]\s*"
    rf"(?:経度[:\s]*)?(?P<ew>東経|西経|e|w)?\s*{_DEGREES.format('lon')}(?P<ew2>e|w)?",
    re.IGNORECASE,
)
_COORDINATES_ALONE = re.compile(r"[-+0-9.,、°度分秒\s]+")
_SWAPPED = Text(
    ja="緯度と経度が逆ではありませんか。「緯度, 経度」の順に入力してください（例: 33.2382, 131.6126）。",
    en="Are latitude and longitude the wrong way round? Please type latitude first, as in 33.2382, 131.6126.",
)
_NOT_ON_EARTH = Text(
    ja="緯度は-90から90、経度は-180から180の間です。確かめてください。",
    en="Latitude lies between -90 and 90, longitude between -180 and 180. Please check.",
)


def read_postal(said: str, given: Given) -> Taken:
    """Seven digits."""
    words = re.sub(r"\([^()]*\)\Z", "", _BEFORE.sub("", _bare(said), count=1)).strip()
    words = _DASHES.sub("-", words.translate(_KANJI))
    match = _POSTAL.fullmatch(words)
    if match is None:
        raise unread(said, _SEVEN_DIGITS)
    code = match[1] + match[2]
    towns = given.towns(code) if given.towns else None
    if match[1] in _NEVER:
        raise Mistake(_UNKNOWN_CODE.fill(code=f"{match[1]}-{match[2]}"))
    if towns is not None and not towns:
        raise Asked(_UNKNOWN_CODE.fill(code=f"{match[1]}-{match[2]}"))
    where = f"（{'、'.join(towns[:3])}{'ほか' if len(towns) > 3 else ''}）" if towns else ""
    return Taken(code, Text(ja=f"〒{match[1]}-{match[2]}{where}", en=f"{match[1]}-{match[2]}"))


def read_address(said: str, _given: Given) -> Taken:
    """As written, on one line."""
    words = " ".join(without_politeness(clean(said[:2000])).split(" "))
    words = re.sub(r"[\t\n ]+", " ", words)
    if len(said) > 2000 or len(words) > LONGEST_ANSWER:
        raise Mistake(
            Text(ja="住所が長すぎます。200文字以内で入力してください。", en="That is too long for an address.")
        )
    latin = words.isascii() and sum(c.isalpha() for c in words) > 5
    if _SAME.fullmatch(words) or not (latin or (_MUNICIPALITY.search(words) and len(words) >= 4)):
        raise unread(said, _FROM_TOWN)
    return as_is(words)


def read_place(said: str, _given: Given) -> Taken:
    """What was typed, or "33.2382,131.6126"."""
    words = without_politeness(clean(said[:2000]))
    if len(said) > 2000 or len(words) > LONGEST_ANSWER:
        raise Mistake(Text(ja="長すぎます。200文字以内で入力してください。", en="That is too long for a place."))
    plain = unicodedata.normalize("NFKC", words).strip("()")
    if match := _COORDINATES.fullmatch(plain):
        return _coordinates(match)
    if is_blank(words) or _SAME.fullmatch(words) or _COORDINATES_ALONE.fullmatch(plain):
        raise unread(said, _A_PLACE)
    if not any(c.isalpha() for c in words):
        raise unread(said, _A_PLACE)
    return as_is(re.sub(r"[\t\n ]+", " ", words))


def _coordinates(match: re.Match[str]) -> Taken:
    lat, lon = _degrees(match, "lat"), _degrees(match, "lon")
    if (match["ns"] or match["ns2"] or "n").lower() in ("南緯", "s"):
        lat = -lat
    if (match["ew"] or match["ew2"] or "e").lower() in ("西経", "w"):
        lon = -lon
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        raise Asked(_SWAPPED)
    if abs(lat) > 90 or abs(lon) > 180:
        raise Mistake(_NOT_ON_EARTH)
    value = f"{_trimmed(lat)},{_trimmed(lon)}"
    return Taken(value, Text(ja=value.replace(",", ", "), en=value.replace(",", ", ")))


def _degrees(match: re.Match[str], which: str) -> float:
    whole = float(match[which])
    parts = float(match[f"{which}_minutes"] or 0) / 60 + float(match[f"{which}_seconds"] or 0) / 3600
    return whole + parts if whole >= 0 else whole - parts


def _trimmed(degrees: float) -> str:
    return f"{degrees:.7f}".rstrip("0").rstrip(".")


def _bare(said: str) -> str:
    if len(said) > LONGEST_ANSWER:
        raise Mistake(Text(ja="「{said}」は長すぎます。", en="“{said}” is too long.").fill(said=quote(said)))
    return without_politeness(unicodedata.normalize("NFKC", clean(said)).strip())
