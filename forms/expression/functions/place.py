"""Functions of places: a point is `latitude longitude [altitude [accuracy]]`, a line or an area is points with `;`."""

import math
from itertools import pairwise, starmap

from forms.expression.functions.declared import takes
from forms.expression.node import Node
from forms.expression.run import Run
from forms.expression.values import number_in

_RADIUS = 6_378_100  # metres, of the earth at its equator, as ODK has it
Point = tuple[float, float]  # in radians: latitude, longitude


def _points(parts: tuple[list[str], ...], run: Run) -> list[Point] | None:
    """All points that are named, or None where one of them is none."""
    written = [one for part in parts for words in part for one in words.split(";") if one.strip() or len(words) == 0]
    run.spend(len(written))
    points = [_point(one, run) for one in written]
    return None if not points or None in points else [point for point in points if point]


def _point(words: str, run: Run) -> Point | None:
    numbers = [number_in(one, run) for one in words.split()]
    if not 2 <= len(numbers) <= 4 or not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180):
        return None
    return math.radians(numbers[0]), math.radians(numbers[1])


def _metres(here: Point, there: Point) -> float:
    cosine = math.sin(here[0]) * math.sin(there[0]) + math.cos(here[0]) * math.cos(there[0]) * math.cos(
        there[1] - here[1]
    )
    return math.acos(max(-1.0, min(1.0, cosine))) * _RADIUS


def _distance(_node: Node, run: Run, *parts: list[str]) -> float:
    """The length of the way from point to point, in metres."""
    points = _points(parts, run)
    if points is None:
        return math.nan
    return round(math.fsum(starmap(_metres, pairwise(points))), 2)


def _area(_node: Node, run: Run, *parts: list[str]) -> float:
    """In square metres."""
    points = _points(parts, run)
    if points is None:
        return math.nan
    ring = [*points, points[0]]
    sides = ((b[1] - a[1]) * (2 + math.sin(a[0]) + math.sin(b[0])) for a, b in pairwise(ring))
    return round(abs(math.fsum(sides)) * _RADIUS**2 / 2, 2) if len(points) > 2 else 0.0


PLACE = {
    "area": takes("texts texts*", _area, inside=True),
    "distance": takes("texts texts*", _distance, inside=True),
}
