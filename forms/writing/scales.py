"""Scales as people write them: 「満足度を5段階で 1=不満 5=満足」, “on a scale of 1 to 5”."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_POINTS = 11
_LONGEST = 1000  # characters: no wording is longer, and longer ones are not searched through
_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0x301C: 0x7E}  # one to one: places stay the same
_STEPS = re.compile(
    r"(?<![0-9])(?P<points>[0-9]{1,2})\s*(?:段階|件法|点満点|[- ]?point\b|[- ]?steps?\b)", re.IGNORECASE
)
_FROM_TO = re.compile(
    r"(?<![0-9])(?P<first>[01])\s*点?\s*(?:~|から|-|–|to)\s*(?P<last>[0-9]{1,2})\s*点?\s*"
    r"(?:まで)?(?:の(?:数字|点数?|段階|評価|間))?(?:で(?!す)|の(?:数字|段階|評価)$)"
    r"|\b(?:scale|rate|number)\b.*?\b(?P<low>[01])\s*(?:to|-|–)\s*(?P<high>[0-9]{1,2})\b"
    r"|(?:満足|理解|重要|関心|評価)[^\s(]*\s*\(\s*(?P<least>[01])\s*(?:~|-|–)\s*(?P<most>[0-9]{1,2})\s*\)",
    re.IGNORECASE,
)
_LABEL = r"(?P<label>[^\s、,;/()=0-9][^、,;/()=\n]{0,59}?)(?=\s*(?:[、,;/()\n]|\Z|\s[0-9]{1,2}\s*[=が]))"
_PAIR = re.compile(r"(?<![0-9])(?P<n>[0-9]{1,2})\s*点?\s*[=→]\s*" + _LABEL)
_SAID_PAIR = re.compile(r"(?<![0-9])(?P<n>[0-9]{1,2})\s*点?\s*(?:[=→が]|\bis\b)\s*" + _LABEL)


@dataclass(frozen=True, slots=True)
class Scaled:
    """`title` is the wording without the names of points; `fields` are those of a scale in a document."""

    title: str
    fields: Mapping[str, Any]


def scale_in(title: str, below: str = "") -> Scaled | None:
    """The scale that a wording asks for; None where it asks for none."""
    if len(title) > _LONGEST:
        return None
    half, more = title.translate(_HALF), below.translate(_HALF)
    steps = _steps(half)
    pair = _SAID_PAIR if steps else _PAIR
    pairs = [*pair.finditer(half), *pair.finditer(more)]
    named = {int(match["n"]): match["label"].strip() for match in pairs}
    if steps is None and len(named) < 2:
        return None
    first, points = steps or _between(min(named), max(named))
    if not 2 <= points <= MOST_POINTS or not set(named) <= set(range(first, first + points)):
        return None
    begins = next((match.start() for match in pair.finditer(half)), len(title))
    bare = title[:begins].rstrip(" 　:：、,(（[")
    return Scaled(bare or title, _fields(first, points, named))


def named_points(below: str) -> Mapping[str, Any] | None:
    """「1=不満 5=満足」 alone, as fields of a scale; None where it names no points."""
    found = scale_in("", below)
    return None if found is None else found.fields


def labelled(labels: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a scale that has a word for each of its points, from 1."""
    return {"points": len(labels), "labels": list(labels)}


def points_shown(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Its points as the columns of a table: 1（不満）, 2, … 5（満足）; or the words for them."""
    if "labels" in fields:
        return tuple(fields["labels"])
    first, points = fields.get("first", 1), fields["points"]
    ends = {first: fields.get("lowest"), first + points - 1: fields.get("highest")}
    return tuple(f"{n}（{ends[n]}）" if ends.get(n) else str(n) for n in range(first, first + points))


def _between(lowest: int, highest: int) -> tuple[int, int]:
    first = 0 if lowest == 0 else 1
    return first, highest - first + 1


def _steps(half: str) -> tuple[int, int] | None:
    """(first point, how many)."""
    if match := _FROM_TO.search(half):
        first, last = (next(int(n) for n in found if n) for found in (match.group(1, 3, 5), match.group(2, 4, 6)))
        return first, last - first + 1
    match = _STEPS.search(half)
    return (1, int(match["points"])) if match else None


def _fields(first: int, points: int, named: Mapping[int, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"points": points, **({"first": 0} if first == 0 else {})}
    if points > 2 and len(named) == points:
        return {**fields, "labels": [named[n] for n in range(first, first + points)]}
    ends = {"lowest": named.get(first), "highest": named.get(first + points - 1)}
    return fields | {name: words for name, words in ends.items() if words}
