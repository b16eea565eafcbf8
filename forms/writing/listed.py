"""Options as people write them: a line each, or several on one line."""

import re

MOST_OPTIONS = 200
_BULLET = re.compile(r"^\s*(?:[・･●○◯〇■□▪•*‐–—-]|\(?[0-9]{1,3}[.):、]|[a-zA-Z][.)]|[\u2460-\u2473])\s*(?=\S)")
_CUT = re.compile(r"\s*[、,/|;]\s*")


def listed_options(below: str) -> tuple[str, ...]:
    """Options pasted as lines; one line may hold several, with 、 between them."""
    rows = [_BULLET.sub("", row).strip() for row in below.split("\n")]
    rows = [row for row in rows if row]
    if len(rows) == 1:
        rows = split_options(rows[0])
    return tuple(dict.fromkeys(row[:200] for row in rows))[:MOST_OPTIONS]


def split_options(row: str) -> list[str]:
    """「A、B、C」, A / B / C."""
    half = row.translate(str.maketrans("，／｜；", ",/|;"))
    parts = [part.strip(' 　「」『』"') for part in _CUT.split(half)]
    if len(parts) < 2 and "・" in half:
        parts = [part.strip() for part in half.split("・")]
    return [part for part in parts if part]
