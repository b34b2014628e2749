"""Where a fix lies: in which grid, and how far outside its line, on the phone and on the server alike.

Coordinates are WGS-84 degrees times 1e7. Distances are flat-earth metres, good to 0.1 per cent
over a town. Source: Hormann & Agathos, "The point in polygon problem for arbitrary polygons",
Computational Geometry 20 (2001), the crossing rule.
Twin: pwa/src/sync/place.ts. Shared cases: tests/vectors/place.json.
"""

from collections.abc import Mapping, Sequence
from math import cos, hypot, pi
from typing import Final

Point = Sequence[int]  # lat_e7, lon_e7
Ring = Sequence[Point]  # not closed: the last vertex joins the first

METRES_PER_E7: Final = 0.011131949  # of latitude: 6 378 137 m * pi / 180 / 1e7 (WGS-84 equator)


def inside(point: Point, ring: Ring) -> bool:
    """Tell whether a point lies in a polygon; a shared edge belongs to exactly one of two neighbours."""
    lat, lon = point[0], point[1]
    odd = False
    for index, here in enumerate(ring):
        there = ring[index - 1]
        if (here[0] > lat) != (there[0] > lat):
            # Cross-multiplied, so that it stays in exact integers in both languages' range.
            side = (lon - here[1]) * (there[0] - here[0]) - (there[1] - here[1]) * (lat - here[0])
            if (side < 0) == (there[0] > here[0]) and side != 0:
                odd = not odd
    return odd


def metres_apart(one: Point, other: Point) -> int:
    """Measure the distance of two points, whole metres."""
    return round_half_up(_length(one, other[0] - one[0], other[1] - one[1]))


def metres_outside(point: Point, ring: Ring) -> int:
    """Measure how far a point lies outside a polygon, whole metres; 0 inside or without a polygon."""
    if len(ring) < 3 or inside(point, ring):
        return 0
    return round_half_up(min(_to_edge(point, ring[i - 1], here) for i, here in enumerate(ring)))


def grid_of(point: Point, shapes: Mapping[int, Ring]) -> int:
    """Find the unit a point lies in; 0 if it lies in none. Of several, the lowest id."""
    return min((unit for unit, ring in shapes.items() if len(ring) > 2 and inside(point, ring)), default=0)


def round_half_up(number: float) -> int:
    """Round halves away from zero: the built-in rounds them to even, which JavaScript does not."""
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)


def _length(at: Point, lat: float, lon: float) -> float:
    return hypot(lat, lon * cos(at[0] * 1e-7 * pi / 180)) * METRES_PER_E7


def _to_edge(point: Point, start: Point, end: Point) -> float:
    """Measure from a point to the nearest point of an edge, metres."""
    squeeze = cos(point[0] * 1e-7 * pi / 180)
    ax, ay = (start[1] - point[1]) * squeeze, start[0] - point[0]
    bx, by = (end[1] - point[1]) * squeeze, end[0] - point[0]
    long = (bx - ax) ** 2 + (by - ay) ** 2
    along = 0.0 if long == 0 else max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / long))
    return hypot(ax + along * (bx - ax), ay + along * (by - ay)) * METRES_PER_E7
