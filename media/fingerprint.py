"""What a picture looks like, in 16 bytes: two perceptual hashes that change little when the picture does.

dHash64 says of each cell of a coarse raster whether it is brighter than its neighbour, pHash64 which of
the slowest waves of the picture are strong. A hash only ever nominates: an honest photo of the same
riverbank a week later lies 5 to 10 bits away, as an edited old one does; a person looks at both.

Turning a picture by a quarter or mirroring it breaks every such hash, so a photo is asked for in all eight
ways it can be held, and kept as it is. Flat pictures (sky, blank paper, a lens cap) all look alike and say
nothing: they have no fingerprint.

Source: Krawetz, "Kind of Like That" (2013), for dHash; Zauner, "Implementation and Benchmarking of
Perceptual Image Hash Functions" (2010), for the DCT hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, pi
from operator import mul
from statistics import median
from typing import Final, NamedTuple

from PIL import Image, ImageStat

Ways = Sequence[bytes]  # a fingerprint for each way to hold a picture, as it is first

PRINT_BYTES: Final = 16  # dHash, then pHash, 8 bytes each
SAME_BITS: Final = 3  # at most this far on both hashes: almost surely the same picture
ALIKE_BITS: Final = 10  # at most this far on both: worth to be shown side by side
RADIUS: Final = 7  # bits of dHash within which photos are looked for: four bands, each off by one at most
TURNED_RADIUS: Final = 3  # the same for the seven other ways to hold it: one of four bands is exact
BANDS: Final = 4
BAND_BITS: Final = 16
WAYS: Final = 8  # to hold a picture: four sides down, and mirrored

_COARSE: Final = 64  # pixels of the square all hashes are made from
_ROWS: Final = 8  # cells of dHash in each direction
_GRID: Final = 32  # pixels of the square that pHash looks at
_WAVES: Final = 8  # of each direction
_CONTRAST_MIN: Final = 6.0  # standard deviation of brightness, of 255: below it noise decides the bits
_BITS_MIN: Final = 6  # set, and unset, in either hash: fewer means one slope or one edge

_COSINES: Final = [[cos((2 * x + 1) * u * pi / (2 * _GRID)) for x in range(_GRID)] for u in range(_WAVES)]


class _Turn(NamedTuple):
    """One way to hold a picture: what it does to pixels, and to the waves they are made of."""

    of: Image.Transpose | None
    swapped: bool = False  # rows become columns
    across: int = 1  # -1: mirrored left to right
    down: int = 1


_TURNS: Final = (
    _Turn(None),
    _Turn(Image.Transpose.FLIP_LEFT_RIGHT, across=-1),
    _Turn(Image.Transpose.FLIP_TOP_BOTTOM, down=-1),
    _Turn(Image.Transpose.ROTATE_180, across=-1, down=-1),
    _Turn(Image.Transpose.TRANSPOSE, swapped=True),
    _Turn(Image.Transpose.ROTATE_90, swapped=True, down=-1),
    _Turn(Image.Transpose.ROTATE_270, swapped=True, across=-1),
    _Turn(Image.Transpose.TRANSVERSE, swapped=True, across=-1, down=-1),
)
_REACH: Final = (RADIUS, *[TURNED_RADIUS] * (WAYS - 1))


def turns(picture: Image.Image) -> tuple[bytes, ...]:
    """Give the fingerprint in all eight orientations, as it is first; none of a picture that says nothing."""
    square = picture.convert("L").resize((_COARSE, _COARSE), Image.Resampling.BILINEAR)
    if ImageStat.Stat(square).stddev[0] < _CONTRAST_MIN:
        return ()
    waves = _waves(square)
    found = [(_dhash(square, turn), _phash(waves, turn)) for turn in _TURNS]
    if not all(_BITS_MIN <= each.bit_count() <= 64 - _BITS_MIN for each in found[0]):
        return ()
    return tuple((one << 64 | other).to_bytes(PRINT_BYTES, "big") for one, other in found)


def apart(one: bytes, other: bytes) -> int:
    """Count the bits by which two fingerprints differ: of the two hashes, the one that differs more."""
    return max(_bits(one[:8], other[:8]), _bits(one[8:], other[8:]))


def alike(ways: Ways, other: bytes) -> int | None:
    """Give how far a photo, held in whichever way, is from another; None if that is not near.

    Near is what a search by bands is sure to find: RADIUS as it is, TURNED_RADIUS in another way, of dHash,
    and ALIKE_BITS of both.
    """
    if len(other) != PRINT_BYTES:
        return None
    reached = [way for way, most in zip(ways, _REACH, strict=False) if _bits(way[:8], other[:8]) <= most]
    least = min((apart(way, other) for way in reached), default=ALIKE_BITS + 1)
    return least if least <= ALIKE_BITS else None


def bands(dhash: int) -> list[int]:
    """Cut 64 bits in four, each with its place: what two near fingerprints share one of."""
    return [band << BAND_BITS | dhash >> BAND_BITS * band & 0xFFFF for band in range(BANDS)]


def probes(ways: Ways) -> dict[int, list[tuple[int, int]]]:
    """List the bands under which whatever is near must lie, each with its dHashes and their reach."""
    found: dict[int, list[tuple[int, int]]] = {}
    for way, reach in zip(ways, _REACH, strict=False):
        dhash = int.from_bytes(way[:8], "big")
        exact = bands(dhash)
        around = [band ^ 1 << bit for band in exact for bit in range(BAND_BITS)] if reach == RADIUS else []
        for band in (*exact, *around):
            found.setdefault(band, []).append((dhash, reach))
    return found


def _bits(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _dhash(square: Image.Image, turn: _Turn) -> int:
    turned = square if turn.of is None else square.transpose(turn.of)
    rows = _brightness(turned, _ROWS + 1, _ROWS)
    return _packed(row[x] < row[x + 1] for row in rows for x in range(_ROWS))


def _phash(waves: list[list[float]], turn: _Turn) -> int:
    held = list(zip(*waves, strict=True)) if turn.swapped else waves
    strong = [
        wave * turn.down**v * turn.across**u for v, row in enumerate(held) for u, wave in enumerate(row)
    ]
    middle = median(strong[1:])  # without the first, which is the even light
    return _packed(wave > middle for wave in strong)


def _waves(square: Image.Image) -> list[list[float]]:
    """Give the slowest waves of a square, by rows and columns: the corner of its cosine transform."""
    rows = _brightness(square, _GRID, _GRID)
    columns = [[sum(map(mul, wave, row)) for row in rows] for wave in _COSINES]
    return [[sum(map(mul, wave, column)) for column in columns] for wave in _COSINES]


def _brightness(square: Image.Image, width: int, height: int) -> list[memoryview[float]]:
    """Average a square down to rows of few cells, unrounded: equal neighbours would have no direction."""
    cells = square.convert("F").resize((width, height), Image.Resampling.BILINEAR).tobytes()
    step = len(cells) // height
    return [memoryview(cells[at : at + step]).cast("f") for at in range(0, len(cells), step)]


def _packed(bits: Iterable[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)
