"""The land of the demo town: twelve grids that tile it exactly, a river, and places with names.

Nineteen corners and thirty borders make a planar map; each border is bent once, as a hill bends a
line, and both neighbours use the same vertices. So nothing overlaps and nothing gapes, to the last
unit. Coordinates are WGS-84 degrees times 10^7; the place itself does not exist.
"""

import math
import random
from collections.abc import Iterable
from functools import cache
from typing import Final

from msgspec import Struct

from backend.demo import units
from sync.place import METRES_PER_E7, inside

Point = tuple[int, int]  # lat_e7, lon_e7
Ring = tuple[Point, ...]  # not closed; counterclockwise seen with north up

SEED: Final = 20_260
ORIGIN: Final[Point] = (293_400_000, 1_061_830_000)  # south-west corner of the plan
STEP_METRES: Final = 175  # about one vertex per so much border

# The plan, in metres east and north of ORIGIN.
_CORNERS: Final = {
    "A": (150, 3700), "B": (1450, 4050), "C": (2650, 4450), "D": (3800, 3850), "E": (5150, 3500),
    "F": (4880, 2250), "G": (5150, 950), "H": (3700, 400), "I": (2350, -100), "J": (1250, 400),
    "K": (-50, 1250), "L": (250, 2480), "M": (2650, 3250), "N": (1350, 1900), "O": (3650, 1950),
    "S": (1400, 3000), "T": (2500, 2150), "U": (3650, 2950), "V": (2450, 1150),
}  # fmt: skip
_FACES: Final = {
    311: "LABS", 312: "SBCM", 313: "SMTN", 314: "LSNK",
    321: "CDUM", 322: "DEU", 323: "EFOU", 324: "MUOT",
    331: "KNVJ", 332: "NTOV", 333: "VOFG", 334: "JVGHI",
}  # fmt: skip
_RIVER: Final = (
    (-250, 1750), (250, 1680), (800, 1720), (1350, 1480), (1850, 1560), (2400, 1780), (2950, 1560),
    (3400, 1300), (3950, 1330), (4450, 1620), (4950, 1700), (5450, 1560),
)  # fmt: skip
_PLACES: Final = {
    "鹰嘴岩": (760, 3560), "竹林沟": (520, 2980), "张家院子": (1080, 3260),
    "土地垭": (1960, 3860), "茶山坪": (2240, 3420), "水池坪": (1720, 3400),
    "老鹰岩路口": (2250, 2560), "石桥小学": (1820, 2640), "石桥": (1640, 2260),
    "梨园坝": (620, 2380), "水井湾": (520, 1960), "李家湾": (960, 2640),
    "中心小学": (3250, 3560), "汽车站": (3560, 3420), "粮站": (2960, 3640),
    "观音岩": (4240, 3480), "供销社": (4020, 3260),
    "新桥头": (4440, 2380), "砖厂坡": (4560, 2840),
    "菜市口": (3080, 2520), "老街茶馆": (3340, 2700), "卫生院": (2860, 2860),
    "河咀": (900, 1320), "黄桷树": (1480, 900),
    "沿江路": (2480, 1880), "沙湾码头": (2020, 1520), "榨菜厂": (3080, 1760),
    "下河街": (3800, 1500), "水厂": (4360, 1760),
    "橘子坡": (2300, 620), "凉水井": (3300, 700), "大湾堰塘": (1760, 460),
}  # fmt: skip


class Place(Struct, frozen=True):
    """A spot people call by name."""

    name: str
    grid: int
    at: Point


class Land(Struct, frozen=True):
    """Everything that does not move."""

    shapes: dict[int, Ring]  # of every grid, every community and the town, by unit id
    river: tuple[Point, ...]  # a line, from west to east; its ends lie outside the town
    places: dict[str, Place]


@cache
def land() -> Land:
    """Give the demo town's land."""
    borders: dict[str, tuple[Point, ...]] = {}
    for corners in _FACES.values():
        for start, end in zip(corners, corners[1:] + corners[0], strict=True):
            name = "".join(sorted((start, end)))
            borders.setdefault(name, _bent(_CORNERS[name[0]], _CORNERS[name[1]], name))
    shapes = {grid: _ring(corners, borders) for grid, corners in _FACES.items()}
    for community in (units.STONE_BRIDGE, units.OLD_STREET, units.SAND_BAY):
        shapes[community] = outline(shapes[grid] for grid in _FACES if units.community_of(grid) == community)
    shapes[units.TOWN] = outline(shapes[grid] for grid in _FACES)
    return Land(shapes=shapes, river=_smooth(_RIVER), places=_named(shapes))


def area2(ring: Ring) -> int:
    """Give twice the signed area, exactly; positive when counterclockwise."""
    return sum(here[1] * there[0] - there[1] * here[0] for here, there in _edges(ring))


def outline(rings: Iterable[Ring]) -> Ring:
    """Join rings that tile a region: the borders two of them share fall away."""
    edges = {edge for ring in rings for edge in _edges(ring)}
    following = {here: there for here, there in edges if (there, here) not in edges}
    at = start = min(following)
    joined = []
    while True:
        joined.append(at)
        at = following[at]
        if at == start:
            return tuple(joined)


def centre(ring: Ring) -> Point:
    """Give the centre of gravity, rounded to whole units."""
    lat = lon = 0
    for here, there in _edges(ring):
        cross = here[1] * there[0] - there[1] * here[0]
        lat += (here[0] + there[0]) * cross
        lon += (here[1] + there[1]) * cross
    size = 3 * area2(ring)
    return lat // size, lon // size


def somewhere(rng: random.Random, ring: Ring) -> Point:
    """Draw a point inside a ring, each as likely as another."""
    lats, lons = [point[0] for point in ring], [point[1] for point in ring]
    while True:
        point = rng.randint(min(lats), max(lats)), rng.randint(min(lons), max(lons))
        if inside(point, ring):
            return point


def near(rng: random.Random, point: Point, metres: float, ring: Ring) -> Point:
    """Draw a point about so many metres from another (one standard deviation), inside a ring."""
    while True:
        found = moved(point, rng.gauss(0, metres), rng.gauss(0, metres))
        if inside(found, ring):
            return found


def beyond(point: Point, ring: Ring, metres: float) -> Point:
    """Give the spot so many metres outside a ring, straight across the border nearest to `point`."""
    middles = [((a[0] + b[0]) // 2, (a[1] + b[1]) // 2, a, b) for a, b in _edges(ring)]
    lat, lon, start, end = min(middles, key=lambda m: math.dist(metres_between(point, (m[0], m[1])), (0, 0)))
    east, north = metres_between(start, end)
    length = math.hypot(east, north)
    return moved((lat, lon), north / length * metres, -east / length * metres)  # right of a border is outside


def moved(point: Point, east: float, north: float) -> Point:
    """Give the point so many metres east and north of another."""
    return (
        point[0] + round(north / METRES_PER_E7),
        point[1] + round(east / METRES_PER_E7 / _squeeze(point[0])),
    )


def metres_between(start: Point, end: Point) -> tuple[float, float]:
    """Measure from one point to another: metres east, metres north."""
    east = (end[1] - start[1]) * METRES_PER_E7 * _squeeze(start[0])
    return east, (end[0] - start[0]) * METRES_PER_E7


def _squeeze(lat_e7: int) -> float:
    """Give the length of a degree of longitude over one of latitude."""
    return math.cos(math.radians(lat_e7 / 10_000_000))


def _edges(ring: Ring) -> list[tuple[Point, Point]]:
    return list(zip(ring, ring[1:] + ring[:1], strict=True))


def _bent(start: tuple[int, int], end: tuple[int, int], name: str) -> tuple[Point, ...]:
    """Bend a straight border: one slow swing, one quick one, and the unevenness of a surveyor's pegs."""
    rng = random.Random(f"{SEED} {name}")
    east, north = end[0] - start[0], end[1] - start[1]
    length = math.hypot(east, north)
    steps = max(4, min(8, round(length / STEP_METRES)))
    swing, ripple = (
        rng.uniform(0.02, 0.05) * rng.choice((-1, 1)),
        rng.uniform(0.012, 0.03) * rng.choice((-1, 1)),
    )
    line = []
    for step in range(steps + 1):
        along = step / steps
        uneven = rng.uniform(-0.009, 0.009) if 0 < step < steps else 0.0
        aside = swing * math.sin(math.pi * along) + ripple * math.sin(3 * math.pi * along) + uneven
        line.append(
            moved(ORIGIN, start[0] + along * east - aside * north, start[1] + along * north + aside * east)
        )
    return tuple(line)


def _ring(corners: str, borders: dict[str, tuple[Point, ...]]) -> Ring:
    """String the borders of one face together, counterclockwise."""
    points: list[Point] = []
    for start, end in zip(corners, corners[1:] + corners[0], strict=True):
        name = "".join(sorted((start, end)))
        points += (borders[name] if name[0] == start else borders[name][::-1])[:-1]
    ring = tuple(points)
    return ring if area2(ring) > 0 else ring[::-1]


def _smooth(plan: tuple[tuple[int, int], ...]) -> tuple[Point, ...]:
    """Run a curve through the points of a plan (Catmull-Rom, four pieces between two points)."""
    padded = (plan[0], *plan, plan[-1])
    line = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(4):
            t = step / 4
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
            spots = (before, start, end, after)
            east, north = (sum(w * s[i] for w, s in zip(weights, spots, strict=True)) / 2 for i in (0, 1))
            line.append(moved(ORIGIN, east, north))
    return (*line, moved(ORIGIN, *plan[-1]))


def _named(shapes: dict[int, Ring]) -> dict[str, Place]:
    """Put the named places on the map, each with the grid it lies in."""
    places = {}
    for name, metres in _PLACES.items():
        at = moved(ORIGIN, *metres)
        grid = next(number for number in _FACES if inside(at, shapes[number]))
        places[name] = Place(name, grid, at)
    return places
