"""A sheet to draw on for the demo's photos: shapes, gradients, grain, foliage, soft shadow and glow.

Scenes are drawn in units of the finished picture, 1600 by 1200, at twice its size, and shrunk at the
end: that is what smooths the edges. A slight turn, shift, zoom or mirroring of the whole sheet makes
two drawings of one scene two photos. All chance comes from the generator handed in.
"""

import math
import random
from collections.abc import Iterable, Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH: Final = 1600
HEIGHT: Final = 1200

Spot = tuple[float, float]  # x right, y down, in units of the finished picture
Colour = tuple[int, int, int]

_SCALE: Final = 2  # drawn so much larger
_COARSE: Final = 4  # soft things are drawn so much smaller than the finished picture


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours; `share` of the other, 0..1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def curve(spots: Sequence[Spot], pieces: int = 8) -> list[Spot]:
    """Run a smooth line through spots (Catmull-Rom)."""
    padded = [spots[0], *spots, spots[-1]]
    line: list[Spot] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(pieces):
            t = step / pieces
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
            line.append(
                (
                    sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)) / 2,
                    sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)) / 2,
                )
            )
    return [*line, spots[-1]]


def lit(colour: Colour, share: float) -> Colour:
    """Give a colour as the light falls on it."""
    return mixed(colour, (255, 255, 255), share)


def dim(colour: Colour, share: float) -> Colour:
    """Give a colour as it lies in shade."""
    return mixed(colour, (18, 18, 22), share)


def trail(text: str, x: float = 0, y: float = 0, size: float = 1) -> list[Spot]:
    """Read spots written as in an SVG path, "x,y x,y x,y"; of a thing that stands at (x, y), in its size."""
    pairs = (pair.split(",") for pair in text.split())
    return [(x + float(right) * size, y + float(down) * size) for right, down in pairs]


def box(left: float, top: float, right: float, bottom: float) -> list[Spot]:
    """Give the corners of an upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def round_of(x: float, y: float, wide: float, high: float, corners: int = 72) -> list[Spot]:
    """Give an ellipse as a polygon: centre, half width, half height."""
    turns = (2 * math.pi * step / corners for step in range(corners))
    return [(x + wide * math.cos(turn), y + high * math.sin(turn)) for turn in turns]


class Canvas:
    """One picture in the making."""

    def __init__(self, rng: random.Random, *, mirror: bool = True) -> None:
        self.rng = rng
        self.picture = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), (128, 128, 128))
        self._draw = ImageDraw.Draw(self.picture)
        turn = math.radians(rng.uniform(-1.2, 1.2))
        zoom = rng.uniform(1.0, 1.08)
        self._flip = -1 if mirror and rng.random() < 0.5 else 1
        self._turned = zoom * math.cos(turn), zoom * math.sin(turn)
        self._shift = WIDTH / 2 + rng.uniform(-30, 30), HEIGHT / 2 + rng.uniform(-20, 20)

    # Solid shapes

    def fill(self, spots: Iterable[Spot], colour: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon(self._placed(spots), fill=colour)

    def line(self, spots: Sequence[Spot], colour: Colour, width: float) -> None:
        """Draw a line with round ends and joints."""
        placed = self._placed(spots)
        thick = max(1, round(width * _SCALE))
        self._draw.line(placed, fill=colour, width=thick, joint="curve")
        radius = thick / 2 - 0.5
        for x, y in (placed[0], placed[-1]):
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def blob(self, x: float, y: float, wide: float, high: float, colour: Colour, rough: float = 0.15) -> None:
        """Fill an uneven round: `rough` is how far its edge strays, as a share."""
        turns = (2 * math.pi * step / 14 for step in range(14))
        reach = [(turn, self.rng.uniform(1 - rough, 1 + rough)) for turn in turns]
        edge = [(x + wide * r * math.cos(turn), y + high * r * math.sin(turn)) for turn, r in reach]
        self.fill(curve([*edge, edge[0]], 3), colour)

    # Shades

    def shade(self, spots: Iterable[Spot], one: Colour, other: Colour, *, across: bool = False) -> None:
        """Fill a polygon from one colour to another: downwards, or from left to right."""
        placed = self._placed(spots)
        bounds = self._bounds(placed)
        if bounds is None:
            return
        left, top, right, bottom = bounds
        size = right - left, bottom - top
        if across and self._flip < 0:
            one, other = other, one
        steps = size[0] if across else size[1]
        strip = Image.new("RGB", (steps, 1) if across else (1, steps))
        strip.putdata([mixed(one, other, step / steps) for step in range(steps)])
        self.picture.paste(strip.resize(size), (left, top), self._mask(placed, bounds))

    def grain(self, spots: Iterable[Spot], colour: Colour, strength: float, size: float) -> None:
        """Mottle a polygon with clouds of a colour: `strength` 0..1 at the densest, `size` of one cloud."""
        placed = self._placed(spots)
        bounds = self._bounds(placed)
        if bounds is None:
            return
        left, top, right, bottom = bounds
        wide, high = right - left, bottom - top
        clouds = self._clouds((wide, high), size * _SCALE).point(
            lambda level: round(max(0, level - 96) / 110 * 255 * strength)
        )
        self.picture.paste(colour, bounds, ImageChops.multiply(clouds, self._mask(placed, bounds)))

    def speckle(self, spots: Sequence[Spot], colours: Sequence[Colour], count: int, size: float) -> None:
        """Strew small uneven dots over a polygon: gravel, leaves, stains."""
        bounds = self._bounds(self._placed(spots))
        if bounds is None:
            return
        mask = self._mask(self._placed(spots), bounds).load()
        left, top, right, bottom = bounds
        for _ in range(count):
            x, y = self.rng.randrange(left, right), self.rng.randrange(top, bottom)
            if mask is not None and mask[x - left, y - top]:
                wide = size * _SCALE * self.rng.uniform(0.4, 1)
                high = wide * self.rng.uniform(0.4, 0.8)
                self._draw.ellipse((x - wide, y - high, x + wide, y + high), fill=self.rng.choice(colours))

    def leaves(self, x: float, y: float, wide: float, high: float, dark: Colour, light: Colour) -> None:
        """Draw the crown of a bush or a tree: many tufts, dark below, light above."""
        count = max(24, round(wide * high / 160))
        for step in range(count):
            share = step / count
            turn, reach = self.rng.uniform(0, 2 * math.pi), math.sqrt(self.rng.random()) * (1 - 0.25 * share)
            tuft = 0.16 * min(wide, high) * self.rng.uniform(0.6, 1.2) + 4
            self.blob(
                x + wide * reach * math.cos(turn),
                y + high * reach * math.sin(turn) - high * 0.22 * share,
                tuft * 1.2,
                tuft,
                mixed(dark, light, share * self.rng.uniform(0.7, 1)),
                0.3,
            )

    # Soft things

    def shadow(self, spots: Iterable[Spot], strength: float, blur: float = 18) -> None:
        """Darken a polygon with a soft edge: `strength` 0..1."""
        self._soft(spots, (16, 18, 22), strength, blur)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Lighten a round with a soft edge."""
        self._soft(round_of(x, y, radius, radius), colour, strength, radius / 2)

    def soften(self, radius: float) -> None:
        """Blur all that is drawn so far: what lies behind is out of focus."""
        small = self.picture.reduce(_SCALE * 2).filter(ImageFilter.GaussianBlur(radius / 2))
        self.picture.paste(small.resize(self.picture.size, Image.Resampling.BICUBIC))

    def finished(self) -> Image.Image:
        """Give the picture at its own size."""
        return self.picture.reduce(_SCALE)

    def _clouds(self, size: tuple[int, int], cell: float) -> Image.Image:
        """Give grey noise in which each cloud holds smaller ones, as stains and stone do."""
        wide, high = max(2, round(size[0] / cell)), max(2, round(size[1] / cell))
        noise = Image.frombytes("L", (wide, high), self.rng.randbytes(wide * high))
        for _ in range(2):
            wide, high = min(wide * 2, size[0]), min(high * 2, size[1])
            finer = Image.frombytes("L", (wide, high), self.rng.randbytes(wide * high))
            noise = Image.blend(noise.resize((wide, high), Image.Resampling.BICUBIC), finer, 0.36)
        return _grown(noise, size)

    def _soft(self, spots: Iterable[Spot], colour: Colour, strength: float, blur: float) -> None:
        """Lay a colour over a polygon through a blurred mask, worked out at a quarter of the size."""
        shrink = _SCALE * _COARSE
        mask = Image.new("L", (WIDTH // _COARSE, HEIGHT // _COARSE))
        placed = [(x / shrink, y / shrink) for x, y in self._placed(spots)]
        ImageDraw.Draw(mask).polygon(placed, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur / _COARSE))
        bounds = mask.getbbox()
        if bounds is None:
            return
        left, top, right, bottom = (edge * shrink for edge in bounds)
        self.picture.paste(
            colour, (left, top, right, bottom), _grown(mask.crop(bounds), (right - left, bottom - top))
        )

    def _placed(self, spots: Iterable[Spot]) -> list[Spot]:
        """Bring spots of the scene onto the turned, shifted, doubled sheet."""
        cos, sin = self._turned
        placed = []
        for x, y in spots:
            dx, dy = (x - WIDTH / 2) * self._flip, y - HEIGHT / 2
            placed.append(
                (
                    (dx * cos - dy * sin + self._shift[0]) * _SCALE,
                    (dx * sin + dy * cos + self._shift[1]) * _SCALE,
                )
            )
        return placed

    def _bounds(self, placed: Sequence[Spot]) -> tuple[int, int, int, int] | None:
        """Give the part of the sheet a polygon covers; None if it lies outside."""
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
        right, bottom = (
            min(self.picture.width, math.ceil(max(xs))),
            min(self.picture.height, math.ceil(max(ys))),
        )
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _mask(self, placed: Sequence[Spot], bounds: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = bounds
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in placed], fill=255)
        return mask


def _grown(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Enlarge a mask: smoothly to the finished picture's fineness, by plain doubling to the sheet's."""
    smooth = max(1, size[0] // _SCALE), max(1, size[1] // _SCALE)
    return mask.resize(smooth, Image.Resampling.BILINEAR).resize(size, Image.Resampling.NEAREST)
