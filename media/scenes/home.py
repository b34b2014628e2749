"""Scenes at home: a courtyard under water, gas cylinders in a stairwell."""

from typing import Final

from media.canvas import Canvas, Colour, box, curve, dim, lit, mixed, round_of, trail

RIPPLE: Final[Colour] = (206, 216, 214)
RED: Final[Colour] = (196, 44, 36)
IRON: Final[Colour] = (74, 84, 88)
PLASTICS: Final[tuple[Colour, ...]] = ((196, 60, 52), (54, 104, 176), (60, 140, 90))
BASINS: Final[tuple[Colour, ...]] = ((222, 120, 140), (96, 170, 190), (226, 190, 90))
PAPERS: Final[tuple[Colour, ...]] = ((230, 214, 120), (206, 226, 232), (236, 232, 226), (226, 170, 160))
PAINTS: Final[tuple[Colour, ...]] = ((134, 168, 150), (126, 154, 172), (178, 164, 120))
SHELLS: Final[tuple[Colour, ...]] = ((92, 126, 142), (104, 112, 118), (78, 112, 150))


def courtyard_water(canvas: Canvas) -> None:
    """Water stands in a courtyard up to the doorstep."""
    rng = canvas.rng
    wall = mixed((222, 216, 202), (214, 204, 184), rng.random())
    canvas.shade(box(-120, -120, 1720, 240), (190, 202, 208), (222, 226, 222))
    canvas.leaves(1500, 120, 260, 190, (46, 66, 42), (128, 148, 88))
    canvas.shade(box(-120, 210, 1720, 660), wall, mixed(wall, (150, 140, 122), 0.5))
    canvas.grain(box(-120, 210, 1720, 660), (150, 142, 124), 0.6, 70)
    canvas.shade(box(-120, 560, 1720, 660), mixed(wall, (110, 116, 108), 0.6), mixed(wall, (84, 90, 82), 0.8))
    _roof(canvas)
    for x in (190, 1130):
        _window(canvas, x, 330)
    _door(canvas, 640, 290)
    _water(canvas, wall)
    _stool(canvas, 1060 + rng.uniform(-60, 60), 800)
    _basin(canvas, 440 + rng.uniform(-60, 60), 930)
    canvas.speckle(box(100, 760, 1500, 1160), [(120, 104, 60), (150, 134, 74), (86, 96, 54)], 46, 9)
    rim = [*curve(trail("-120,1120 200,1090 700,1150 1200,1100 1720,1140")), *trail("1720,1320 -120,1320")]
    canvas.shade(rim, (140, 136, 122), (118, 112, 100))
    canvas.grain(rim, (92, 88, 76), 0.6, 14)


def gas_cylinder(canvas: Canvas) -> None:
    """Gas cylinders and cardboard stand under the stairs."""
    rng = canvas.rng
    upper = mixed((226, 220, 204), (216, 214, 206), rng.random())
    lower = rng.choice(PAINTS)
    canvas.shade(box(-120, -120, 1720, 640), upper, mixed(upper, (170, 160, 140), 0.4))
    canvas.shade(box(-120, 560, 1720, 990), lower, dim(lower, 0.25))
    canvas.fill(box(-120, 548, 1720, 566), dim(lower, 0.36))
    canvas.grain(box(-120, -120, 1720, 990), (132, 122, 104), 0.35, 150)
    _posters(canvas)
    floor = trail("-120,980 1720,940 1720,1320 -120,1320")
    canvas.shade(floor, (138, 134, 126), (108, 104, 98))
    canvas.grain(floor, (82, 78, 70), 0.5, 12)
    _stairs(canvas)
    _cardboard(canvas, 250, 1010)
    shell = rng.choice(SHELLS)
    _cylinder(canvas, 590, 1020, 0.9, dim(shell, 0.15))
    _cylinder(canvas, 1050 + rng.uniform(-20, 20), 1040, 0.96, mixed(shell, (120, 120, 110), 0.3))
    _cylinder(canvas, 815 + rng.uniform(-20, 20), 1085, 1.12, shell)
    hose = "828,520 900,430 1000,470 1060,640 1180,700 1300,600 1420,610"
    canvas.line(curve(trail(hose, 4, 10)), (60, 40, 30), 26)
    canvas.line(curve(trail(hose)), (214, 108, 44), 24)
    canvas.line(curve(trail(hose, -3, -6)), (240, 158, 92), 7)


def _roof(canvas: Canvas) -> None:
    """Draw the eaves: grey tiles in rows."""
    canvas.shade(box(-120, 90, 1720, 224), (84, 88, 90), (62, 64, 66))
    for x in range(-120, 1720, 32):
        canvas.line([(x, 92), (x - 6, 222)], (50, 52, 54), 7)
        canvas.fill(round_of(x + 12, 224, 14, 11, 16), (72, 76, 78))
    canvas.shadow(box(-120, 226, 1720, 300), 0.45, 24)


def _window(canvas: Canvas, x: float, y: float) -> None:
    canvas.fill(box(x, y, x + 270, y + 200), (98, 72, 52))
    canvas.shade(box(x + 16, y + 16, x + 254, y + 184), (74, 90, 96), (48, 58, 62))
    for bar in (86, 166):
        canvas.fill(box(x + bar, y + 10, x + bar + 12, y + 190), (110, 82, 60))
    canvas.fill(box(x - 12, y + 196, x + 282, y + 216), (176, 168, 152))


def _door(canvas: Canvas, x: float, y: float) -> None:
    """Draw a door of two wings with red couplets beside it."""
    wood = mixed((120, 70, 46), (94, 62, 46), canvas.rng.random())
    canvas.fill(box(x - 18, y - 20, x + 318, y + 380), dim(wood, 0.45))
    for left in (x + 4, x + 156):
        canvas.shade(box(left, y, left + 142, y + 370), mixed(wood, (190, 140, 100), 0.25), wood, across=True)
        for top, high in ((30, 140), (200, 140)):
            canvas.fill(box(left + 20, y + top, left + 122, y + top + high), dim(wood, 0.22))
    for left in (x - 92, x + 326):
        canvas.shade(box(left, y - 10, left + 66, y + 290), RED, dim(RED, 0.15))
        for top in range(12, 282, 54):
            canvas.fill(box(left + 20, y + top, left + 46, y + top + 32), (222, 172, 74))
    canvas.fill(box(x + 8, y - 70, x + 292, y - 28), RED)


def _water(canvas: Canvas, wall: Colour) -> None:
    """Flood the yard, with the front of the house in it, paler and shorter."""
    rng = canvas.rng
    water = box(-120, 650, 1720, 1320)
    canvas.shade(water, (172, 186, 184), (126, 136, 126))
    canvas.shade(box(-120, 652, 1720, 790), mixed(wall, (120, 132, 128), 0.45), (160, 174, 168))
    canvas.shade(box(626, 652, 956, 900), (96, 74, 58), (150, 158, 148))
    for x in (548, 966):
        canvas.shade(box(x, 652, x + 66, 850), (168, 66, 56), (152, 156, 148))
    for x in (190, 1130):
        canvas.shade(box(x, 720, x + 270, 840), (86, 98, 100), (148, 160, 154))
    canvas.line(trail("-120,654 1720,654"), (74, 80, 74), 8)
    canvas.grain(water, (126, 118, 92), 0.4, 160)
    for step in range(26):
        left, top = rng.uniform(-60, 1500), 690 + step * 22 + rng.uniform(-8, 8)
        ripple = curve(trail("0,0 1,-0.06 2,0", left, top, rng.uniform(30, 120) * (0.6 + step / 26)))
        canvas.line(ripple, mixed(RIPPLE, (160, 172, 166), rng.random()), 3 + step / 9)


def _stool(canvas: Canvas, x: float, y: float) -> None:
    """A plastic stool stands to its seat in the water."""
    colour = canvas.rng.choice(PLASTICS)
    canvas.shadow(round_of(x, y + 78, 150, 34), 0.4)
    for side in (-96, 66):
        canvas.fill(trail("0,0 30,0 36,84 -6,84", x + side, y), dim(colour, 0.3))
    canvas.shade(box(x - 118, y - 40, x + 118, y + 12), lit(colour, 0.3), colour)
    canvas.fill(trail("-118,-40 -86,-66 86,-66 118,-40", x, y), lit(colour, 0.2))
    canvas.line(curve(trail("-170,86 0,104 170,86", x, y)), RIPPLE, 5)


def _basin(canvas: Canvas, x: float, y: float) -> None:
    """A wash basin floats by."""
    colour = canvas.rng.choice(BASINS)
    canvas.shadow(round_of(x, y + 40, 190, 46), 0.4)
    canvas.fill(round_of(x, y - 6, 168, 44), lit(colour, 0.3))
    canvas.fill(trail("-168,-6 168,-6 128,52 -128,52", x, y), colour)
    canvas.fill(round_of(x, y - 10, 146, 32), dim(colour, 0.4))
    canvas.line(curve(trail("-210,56 0,78 210,56", x, y)), RIPPLE, 5)


def _posters(canvas: Canvas) -> None:
    """Small adverts on the wall, without words."""
    rng = canvas.rng
    for _ in range(9):
        x, y = rng.uniform(0, 1150), rng.uniform(60, 440)
        wide, high = rng.uniform(60, 120), rng.uniform(40, 90)
        paper = [(x, y), (x + wide, y + rng.uniform(-8, 8)), (x + wide, y + high), (x, y + high)]
        canvas.fill(paper, rng.choice(PAPERS))
        for row in (14, 14 + high / 4, 14 + high / 2):
            canvas.line([(x + 10, y + row), (x + wide - 14, y + row)], (120, 96, 90), 4)


def _stairs(canvas: Canvas) -> None:
    """Steps going up to the right, the flight above, and a hand rail."""
    canvas.shade(trail("1180,-120 1720,-120 1720,470 1130,60"), (120, 116, 108), (86, 82, 76))
    for step in range(7):
        x, y = 1190 + step * 84, 940 - step * 92
        canvas.fill(box(x, y, 1760, y + 98), mixed((150, 146, 136), (110, 106, 98), step / 9))
        canvas.fill(box(x - 10, y - 14, 1760, y + 10), mixed((190, 186, 176), (150, 146, 138), step / 9))
    canvas.shadow(trail("1130,960 1300,760 1330,960"), 0.5, 30)
    canvas.line(trail("1220,640 1720,90"), IRON, 20)
    for step in range(5):
        x = 1250 + step * 100
        canvas.line([(x, 610 - step * 110), (x, 880 - step * 104)], IRON, 10)


def _cardboard(canvas: Canvas, x: float, y: float) -> None:
    """A pile of flattened boxes."""
    rng = canvas.rng
    canvas.shadow(box(x - 210, y - 20, x + 220, y + 30), 0.5)
    for step in range(11):
        left, top = x + rng.uniform(-26, 26), y - 34 - step * 34
        colour = mixed((190, 150, 104), (150, 116, 78), rng.random())
        canvas.fill(trail("-190,3 180,-10 196,26 -180,36", left, top + rng.uniform(-4, 4)), colour)
        canvas.line(trail("-180,33 194,25", left, top), dim(colour, 0.5), 5)


def _cylinder(canvas: Canvas, x: float, y: float, size: float, shell: Colour) -> None:
    """Draw one cylinder standing at (x, y): shell, worn paint, label, collar and valve."""
    dark, light = dim(shell, 0.5), lit(shell, 0.3)
    canvas.shadow(round_of(x + 30 * size, y + 4, 172 * size, 40 * size), 0.6)
    dome = curve(trail("-132,-335 -124,-370 0,-430 124,-370 132,-335", x, y, size))
    foot = curve(trail("132,-26 119,0 0,12 -119,0 -132,-26", x, y, size))
    body = [*dome, *foot]
    canvas.shade(body, light, dark, across=True)
    canvas.fill(trail("-82,-370 -55,-370 -55,-50 -82,-50", x, y, size), lit(shell, 0.45))
    canvas.grain(body, (132, 84, 54), 0.6, 26)
    for seam in ("-132,-86 132,-86", "-132,-318 132,-318"):
        canvas.line(trail(seam, x, y, size), dim(shell, 0.4), 8 * size)
    canvas.fill(trail("-66,-258 66,-258 66,-172 -66,-172", x, y, size), (206, 190, 150))
    canvas.line(trail("-50,-228 40,-228", x, y, size), (150, 52, 44), 9 * size)
    canvas.shade(trail("-82,-516 82,-516 92,-404 -92,-404", x, y, size), light, dark, across=True)
    canvas.fill(trail("-48,-494 48,-494 48,-430 -48,-430", x, y, size), (36, 40, 44))
    canvas.fill(trail("-18,-533 18,-533 18,-430 -18,-430", x, y, size), (190, 160, 84))
    canvas.line(trail("-40,-542 40,-542", x, y, size), (176, 52, 44), 20 * size)
