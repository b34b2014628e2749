"""Scenes on the hill: fallen rock, a broken guard rail, a cracked retaining wall."""

from typing import Final

from media.canvas import Canvas, Colour, Spot, box, curve, dim, lit, mixed, trail

MIST: Final[Colour] = (196, 208, 208)
SAND: Final[Colour] = (214, 180, 130)
STEEL: Final[Colour] = (214, 219, 218)
POST: Final[Colour] = (150, 157, 158)
GREENS: Final[tuple[Colour, Colour]] = ((74, 96, 56), (94, 104, 58))
GRAVEL: Final[tuple[Colour, ...]] = ((150, 130, 98), (110, 92, 68), (170, 150, 118))
RUBBLE: Final[tuple[Colour, ...]] = ((170, 160, 140), (112, 104, 92), (140, 130, 112))
BLOCKS: Final[tuple[Colour, ...]] = ((206, 198, 180), (120, 112, 98), (146, 150, 140), (178, 160, 132))


def rock_fall(canvas: Canvas) -> None:
    """Stones from the slope lie across half a hill road."""
    rng = canvas.rng
    earth = mixed((139, 118, 84), (150, 106, 72), rng.random())
    _far_hills(canvas, (206, 216, 218), 560)
    canvas.soften(5)
    _road(canvas, trail("-120,900 1060,690 1720,690 1720,1320 -120,1320"))
    _rail(canvas, 1060, 1720, 662)
    _torn_slope(canvas, earth, mixed(*GREENS, rng.random()))
    stone = mixed((150, 134, 110), (138, 124, 108), rng.random())
    spill = trail("420,830 760,730 1060,830 980,980 520,1000")
    canvas.grain(spill, (120, 100, 72), 0.8, 40)
    canvas.speckle(spill, GRAVEL, 520, 7)
    stones = trail("1080,800 470,860 300,960 1210,905 900,990 640,1020")
    for (x, y), size in zip(stones, (92, 100, 56, 44, 62, 40), strict=True):
        aside, down = rng.uniform(-24, 24), rng.uniform(-14, 14)
        _boulder(canvas, x + aside, y + down, size * rng.uniform(0.8, 1.15), stone)
    _boulder(canvas, 770 + rng.uniform(-30, 30), 770 + rng.uniform(-15, 15), rng.uniform(205, 240), stone)


def guard_rail(canvas: Canvas) -> None:
    """A guard rail on a bend is torn open over the valley."""
    rng = canvas.rng
    grass = lit(mixed(*GREENS, rng.random()), 0.06)
    _bend(canvas, grass)
    for text in ("120,690 110,900", "400,640 396,835", "1290,600 1292,790", "1520,596 1522,794"):
        canvas.line(trail(text), POST, 30)
        canvas.line(trail(text, -6), lit(POST, 0.45), 10)
    canvas.shadow(trail("560,850 1100,800 1120,850 600,910"), 0.45)
    _beam(canvas, trail("-120,735 120,715 400,668 520,660"))
    _beam(canvas, trail("1190,628 1290,622 1520,618 1720,622"))
    _beam(canvas, curve([*trail("505,664 600,690 690,790"), (830, 872 + rng.uniform(-25, 25))]))
    _beam(canvas, curve([*trail("1200,630 1110,640 1020,700"), (985, 640 + rng.uniform(-25, 25))]))
    for x, y in trail("520,662 1192,630 690,790 1020,700"):
        canvas.grain(box(x - 26, y - 34, x + 26, y + 34), (150, 88, 56), 0.9, 12)
    canvas.line(trail("700,640 765,820"), POST, 30)
    canvas.line(trail("900,830 1010,868"), dim(POST, 0.1), 28)
    scattered = trail("600,860 1000,820 1060,900 640,950")
    canvas.speckle(scattered, [(70, 60, 52), (190, 194, 194), (120, 112, 100)], 130, 8)
    for x, y in trail("190,702 330,680 1400,619 1600,620"):
        canvas.fill(box(x - 16, y - 22, x + 20, y + 22), (204, 44, 36))
    canvas.leaves(1640, 840, 150, 90, dim(grass, 0.5), mixed(grass, (160, 170, 96), 0.4))


def wall_crack(canvas: Canvas) -> None:
    """A retaining wall of dressed stone has split from top to foot."""
    rng = canvas.rng
    stone = mixed((168, 158, 140), (150, 148, 142), rng.random())
    canvas.shade(box(-120, -120, 1720, 300), (196, 208, 204), (168, 184, 168))
    canvas.leaves(800, 60, 1000, 150, (38, 58, 34), (122, 144, 82))
    _masonry(canvas, stone)
    _split(canvas, stone)
    ground = box(-120, 1030, 1720, 1320)
    canvas.shade(ground, (132, 124, 108), (104, 98, 88))
    canvas.grain(ground, (80, 74, 62), 0.6, 16)
    canvas.speckle(trail("560,1040 1020,1040 1080,1120 500,1130"), RUBBLE, 260, 12)
    for x in (120, 420, 1180, 1480):
        canvas.leaves(x + rng.uniform(-50, 50), 1040, 70, 40, (52, 74, 40), (140, 160, 88))
    for x in (300, 1300):  # weep holes
        canvas.fill(box(x, 830, x + 40, 870), (46, 42, 38))
        canvas.shadow(trail("0,870 40,870 56,1030 -12,1030", x), 0.35, 20)


def _far_hills(canvas: Canvas, sky: Colour, horizon: float) -> None:
    """Draw sky and two ridges in haze."""
    rng = canvas.rng
    upper, lower = mixed(sky, (120, 150, 172), 0.35), mixed(sky, (244, 244, 238), 0.7)
    canvas.shade(box(-120, -120, 1720, horizon + 60), upper, lower)
    for lift, sway, colour in ((170, 1.0, (158, 176, 175)), (96, 0.7, (118, 143, 134))):
        crest = [(x, horizon - lift + rng.uniform(-70, 50) * sway) for x in range(-120, 1721, 230)]
        foot: list[Spot] = [(1720, horizon + 190), (-120, horizon + 190)]
        canvas.shade([*curve(crest, 6), *foot], colour, mixed(colour, MIST, 0.45))


def _torn_slope(canvas: Canvas, earth: Colour, grass: Colour) -> None:
    """Draw the hillside with the scar the stones came from."""
    rng = canvas.rng
    slope = [*trail("-120,-120 520,-120"), *curve(trail("560,0 760,300 880,560 1070,700")), (-120, 915)]
    canvas.shade(slope, mixed(grass, earth, 0.35), dim(earth, 0.3))
    canvas.grain(slope, dim(earth, 0.6), 0.75, 60)
    canvas.grain(slope, dim(earth, 0.5), 0.55, 14)
    right, left = trail("470,120 560,250 640,450 790,690"), trail("470,700 420,470 400,260 470,120")
    scar = [*curve(right), (560, 790), *curve(left)]
    canvas.shade(scar, mixed(earth, SAND, 0.65), mixed(earth, SAND, 0.35))
    canvas.grain(scar, (120, 96, 66), 0.6, 22)
    for step in range(9):
        x = 450 + step * 26 + rng.uniform(-12, 12)
        rill = [(x, 300 + step * 28), (x + 40 + step * 5, 430 + step * 34)]
        canvas.line(rill, dim(earth, 0.4), rng.uniform(3, 8))
    bushes = trail("60,120 300,40 40,420 250,300 230,620 60,700")
    for (x, y), size in zip(bushes, (210, 180, 170, 130, 110, 120), strict=True):
        light = mixed(grass, (150, 168, 92), 0.5)
        canvas.leaves(x + rng.uniform(-30, 30), y, size, size * 0.7, dim(grass, 0.6), light)


def _boulder(canvas: Canvas, x: float, y: float, size: float, stone: Colour) -> None:
    """Draw one rock: a lit top, a front and a side in shade, and what it casts."""

    def near(text: str) -> list[Spot]:
        return [(a + uneven[i % 7], b) for i, (a, b) in enumerate(trail(text, x, y, size))]

    uneven = [size * canvas.rng.uniform(-0.1, 0.1) for _ in range(7)]
    crown, hip = trail("0.2,-0.28", x, y, size), trail("0.16,0.52", x, y, size)
    top = [*near("-0.62,-0.55 0.02,-0.92 0.66,-0.6"), *crown]
    front = [*near("-0.62,-0.55"), *crown, *hip, *trail("-0.6,0.5 -0.92,0.05", x, y, size)]
    flank = [*crown, top[2], *trail("0.96,0.06 0.7,0.44", x, y, size), *hip]
    canvas.shadow(trail("-0.95,0.3 0.8,0.25 1.25,0.52 -0.6,0.66", x, y, size), 0.5)
    for face, colour in (
        (top, mixed(stone, (235, 222, 196), 0.42)),
        (front, stone),
        (flank, dim(stone, 0.32)),
    ):
        canvas.shade(face, lit(colour, 0.06), dim(colour, 0.18))
        canvas.grain(face, dim(colour, 0.45), 0.5, max(7, size / 9))
    if size > 90:
        canvas.line(trail("-0.35,-0.4 -0.25,-0.05 -0.42,0.2", x, y, size), dim(stone, 0.6), size / 50)


def _road(canvas: Canvas, spots: list[Spot]) -> None:
    """Lay asphalt with a broken white line."""
    canvas.shade(spots, (138, 143, 145), (92, 97, 100))
    canvas.grain(spots, (70, 74, 76), 0.4, 9)
    canvas.grain(spots, (168, 168, 160), 0.3, 120)
    for step in range(7):
        dash = trail("0,0 150,-33 158,-20 4,16", 40 + step * 300, 1075 - step * 66)
        canvas.fill(dash, (222, 218, 204))


def _rail(canvas: Canvas, left: float, right: float, y: float) -> None:
    """Draw a whole guard rail seen along the road."""
    for step in range(6):
        x = left + (right - left) * step / 5.4
        canvas.fill(box(x, y - 30, x + 18, y + 92), (176, 182, 182))
    canvas.shade(box(left, y - 24, right, y + 34), (226, 230, 228), (158, 166, 168))
    canvas.line([(left, y + 5), (right, y + 5)], (132, 140, 142), 7)


def _bend(canvas: Canvas, grass: Colour) -> None:
    """Draw the valley, the road bending along it and the verge between them."""
    _far_hills(canvas, (200, 214, 222), 520)
    edge = curve(trail("-120,560 200,520 700,580 1250,500 1720,560"))
    valley = [*edge, *trail("1720,800 -120,800")]
    canvas.shade(valley, (112, 136, 110), dim(grass, 0.2))
    canvas.grain(valley, (66, 92, 62), 0.7, 46)
    canvas.soften(6)
    road = [(-120, 1000), *curve(trail("300,850 900,790 1720,800")), *trail("1720,1320 -120,1320")]
    canvas.shade(road, (142, 146, 147), (96, 100, 103))
    canvas.grain(road, (74, 78, 80), 0.4, 9)
    canvas.line(curve(trail("-120,1240 500,1010 1000,930 1720,900")), (226, 222, 208), 14)
    far, close = trail("-120,900 300,780 900,735 1720,750"), trail("1720,812 900,800 300,862 -120,1010")
    verge = [*curve(far), *curve(close)]
    canvas.shade(verge, mixed(grass, (150, 150, 92), 0.3), grass)
    canvas.speckle(verge, [dim(grass, 0.5), mixed(grass, (170, 170, 100), 0.4)], 900, 7)


def _beam(canvas: Canvas, spots: list[Spot]) -> None:
    """Draw a corrugated beam along a line."""
    for down, colour, width in (
        (0, dim(STEEL, 0.5), 84),
        (-4, STEEL, 70),
        (1, dim(STEEL, 0.35), 17),
        (-28, lit(STEEL, 0.7), 8),
    ):
        canvas.line([(x, y + down) for x, y in spots], colour, width)


def _masonry(canvas: Canvas, stone: Colour) -> None:
    """Lay the wall: seven courses of blocks, no two alike, with stains."""
    rng = canvas.rng
    wall = box(-120, 170, 1720, 1040)
    canvas.shade(wall, dim(stone, 0.48), dim(stone, 0.58))
    for row in range(7):
        top = 182 + row * 124
        x = -170 - rng.uniform(0, 120) - (row % 2) * 110
        while x < 1720:
            wide = rng.uniform(170, 290)
            colour = mixed(stone, rng.choice(BLOCKS), rng.uniform(0.05, 0.45))
            upper = [(x + 7, top + rng.uniform(0, 8)), (x + wide, top + rng.uniform(0, 8))]
            lower = [(x + wide - rng.uniform(0, 8), top + 112), (x + rng.uniform(4, 12), top + 112)]
            canvas.shade([*upper, *lower], lit(colour, 0.12), dim(colour, 0.14))
            x += wide + 8
    canvas.grain(wall, (70, 66, 56), 0.5, 14)
    canvas.grain(wall, (58, 72, 48), 0.55, 150)
    canvas.shadow(trail("560,300 1080,300 1150,1040 500,1040"), 0.2, 90)


def _split(canvas: Canvas, stone: Colour) -> None:
    """Tear the wall open: wide at the top, branching, one edge catching the light."""
    rng = canvas.rng
    line = trail("860,170 800,330 880,470 770,640 830,790 740,930 770,1040")
    line = [(x + rng.uniform(-26, 26), y) for x, y in line]
    halves = (29, 25, 31, 23, 20, 15, 8)
    left = [(x - half, y) for (x, y), half in zip(line, halves, strict=True)]
    right = [(x + half + rng.uniform(-8, 8), y + 10) for (x, y), half in zip(line, halves, strict=True)]
    gap = [*left, *reversed(right)]
    canvas.shadow(gap, 0.6, 14)
    canvas.fill(gap, (26, 23, 20))
    canvas.line(left, mixed(stone, (236, 228, 208), 0.6), 6)
    canvas.line([line[2], *trail("1000,560 1080,540 1170,600")], (34, 30, 26), 11)
    canvas.line([line[3], *trail("660,700 580,690 500,760")], (34, 30, 26), 11)
