"""Scenes in the street: wires on a pole, rubbish at a wall, a lamp that is out."""

from typing import Final

from media.canvas import Canvas, Colour, box, curve, dim, lit, mixed, round_of, trail

INK: Final[Colour] = (28, 28, 30)
CABLES: Final[tuple[Colour, ...]] = (INK, INK, (60, 62, 66), (84, 50, 42))
DULL_SACKS: Final[tuple[Colour, ...]] = ((46, 48, 52), (58, 58, 62), (206, 206, 200), (64, 110, 170))
GAY_SACKS: Final[tuple[Colour, ...]] = ((190, 66, 58), (216, 186, 90), (74, 128, 96), (230, 226, 214))
LITTER: Final[tuple[Colour, ...]] = ((230, 226, 214), (180, 160, 110), (96, 120, 70), (190, 80, 60))
DUSKS: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((28, 44, 82), (226, 150, 96)),
    ((34, 42, 66), (196, 140, 126)),
    ((22, 40, 66), (150, 158, 160)),
)


def wires(canvas: Canvas) -> None:
    """A pole with a tangle of wires, two strands hanging down over the lane."""
    rng = canvas.rng
    canvas.shade(box(-120, -120, 1720, 900), (186, 202, 212), (232, 234, 228))
    _house(canvas, -120, 150, mixed((206, 192, 166), (190, 184, 176), rng.random()))
    _house(canvas, 1180, 20, mixed((186, 160, 138), (198, 198, 192), rng.random()))
    canvas.soften(4)
    canvas.shade(box(-120, 956, 1720, 1320), (134, 130, 122), (112, 108, 100))
    canvas.shade(trail("430,960 1250,960 1720,1320 -120,1320"), (176, 174, 168), (140, 138, 132))
    canvas.grain(box(-120, 960, 1720, 1320), (96, 92, 84), 0.5, 14)
    _pole(canvas)
    for step in range(9):
        y = 130 + step * 26 + rng.uniform(-10, 10)
        left = [(-120, y - 60 + step * 16), (380, y + 70 + step * 9), (850, y)]
        right = [(850, y), (1280, y + 60 + step * 7), (1720, y - 90 + step * 22)]
        canvas.line(curve(left), INK, rng.uniform(5, 9))
        canvas.line(curve(right), INK, rng.uniform(5, 9))
    for _ in range(16):
        loop = [(850 + rng.uniform(-170, 170), 330 + rng.uniform(-70, 170)) for _ in range(5)]
        canvas.line(curve([*loop, loop[0]]), rng.choice(CABLES), rng.uniform(5, 9))
    canvas.shade(box(760, 500, 960, 720), (176, 180, 178), (134, 138, 138))
    canvas.fill(trail("846,540 900,540 868,600 902,600 838,690 856,618 826,618"), (226, 178, 40))
    hang = rng.uniform(-50, 50)
    canvas.line(curve([*trail("880,380 1010,560"), *trail("1075,820 1100,1040 1190,1150", hang)]), INK, 17)
    canvas.line(curve([*trail("800,400 650,700"), *trail("610,900 560,1010 600,1080", hang)]), INK, 13)
    canvas.line(trail("1190,1150 1215,1168", hang), (206, 120, 60), 12)


def rubbish(canvas: Canvas) -> None:
    """A heap of rubbish against a wall, the bin beside it overflowing."""
    rng = canvas.rng
    _brick_wall(canvas, mixed((196, 186, 168), (176, 170, 160), rng.random()))
    floor = box(-120, 800, 1720, 1320)
    canvas.shade(floor, (136, 132, 124), (108, 104, 98))
    canvas.grain(floor, (76, 72, 64), 0.55, 13)
    _bin(canvas, 1230, 900)
    canvas.shadow(round_of(700, 980, 640, 120), 0.6, 40)
    heap = trail("330,900 560,900 790,905 1010,915 430,790 660,770 890,800 540,670 770,660 660,570")
    for x, y in heap:
        colour = rng.choice(DULL_SACKS if rng.random() < 0.62 else GAY_SACKS)
        _sack(canvas, x + rng.uniform(-36, 36), y + rng.uniform(-20, 20), rng.uniform(128, 166), colour)
    canvas.speckle(box(120, 1000, 1420, 1130), LITTER, 150, 13)
    _carton(canvas, 420 + rng.uniform(-30, 30), 960)
    _carton(canvas, 960 + rng.uniform(-30, 30), 1000)


def street_lamp(canvas: Canvas) -> None:
    """At dusk the near lamp is dark; far ones are lit."""
    rng = canvas.rng
    high, low = rng.choice(DUSKS)
    canvas.shade(box(-120, -120, 1720, 800), high, low)
    ridge = curve(trail("-120,720 150,600 420,660 700,560 980,650 1300,570 1720,680"))
    canvas.fill([*ridge, *trail("1720,1000 -120,1000")], mixed(high, (10, 16, 26), 0.5))
    for x in range(-120, 1720, 236):
        roof = 640 + rng.uniform(-50, 70)
        canvas.fill(box(x, roof, x + 220, 940), mixed((26, 30, 40), (46, 46, 54), rng.random()))
        canvas.fill(trail("-16,0 110,-60 236,0", x, roof), (22, 24, 32))
        for window in (28, 90, 152):
            if rng.random() < 0.45:
                canvas.fill(box(x + window, roof + 60, x + window + 34, roof + 108), (236, 186, 96))
    canvas.soften(4)
    road = trail("-120,930 1720,900 1720,1320 -120,1320")
    canvas.shade(road, (58, 60, 68), (36, 38, 44))
    canvas.grain(road, (24, 26, 30), 0.5, 10)
    for x, foot, size in ((1480, 930, 0.42), (1260, 960, 0.56)):
        _lamp(canvas, x, foot, size, on=True)
    canvas.glow(1290, 985, 190, (236, 190, 110), 0.35)
    canvas.line(curve(trail("-120,1260 700,1090 1720,975")), (170, 164, 140), 10)
    _lamp(canvas, 560 + rng.uniform(-50, 50), 1150, 1.08, on=False)


def _house(canvas: Canvas, left: float, top: float, colour: Colour) -> None:
    """Draw the side of a house with barred windows and a rain pipe."""
    wall = box(left, top, left + 590, 1130)
    canvas.shade(wall, lit(colour, 0.1), dim(colour, 0.2))
    canvas.grain(wall, dim(colour, 0.4), 0.5, 80)
    for row in range(4):
        for x in (left + 90, left + 340):
            y = top + 70 + row * 240
            canvas.fill(box(x, y, x + 170, y + 150), (74, 84, 88))
            canvas.fill(box(x + 80, y, x + 90, y + 150), (190, 190, 184))
            for bar in range(0, 204, 34):
                canvas.line([(x + bar, y - 12), (x + bar, y + 160)], (160, 164, 164), 5)
    canvas.fill(box(left + 550, top, left + 570, 1130), dim(colour, 0.3))


def _pole(canvas: Canvas) -> None:
    """Draw a concrete pole with two cross-arms and their insulators."""
    shaft = trail("806,-120 886,-120 902,1150 790,1150")
    canvas.shadow(trail("830,1110 930,1100 1500,1180 1480,1220"), 0.4)
    canvas.shade(shaft, (196, 192, 184), (112, 108, 102), across=True)
    canvas.grain(shaft, (120, 114, 104), 0.5, 20)
    for y in (150, 300):
        canvas.line(trail("560,0 1130,-8", 0, y), (92, 94, 94), 26)
        for x in (590, 690, 1010, 1100):
            canvas.fill(box(x - 14, y - 52, x + 14, y - 8), (214, 206, 192))


def _brick_wall(canvas: Canvas, wall: Colour) -> None:
    """Draw a wall of pale blocks, stained."""
    face, joint = box(-120, -120, 1720, 820), dim(wall, 0.2)
    canvas.shade(face, wall, dim(wall, 0.18))
    for row in range(8):
        y = row * 110 - 40
        canvas.line([(-120, y), (1720, y)], joint, 5)
        for step in range(9):
            x = step * 220 - 120 + (row % 2) * 110
            canvas.line([(x, y), (x, y + 110)], joint, 5)
    canvas.grain(face, (110, 104, 90), 0.45, 120)


def _sack(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A tied rubbish sack with folds and a shine."""
    canvas.shadow(round_of(x + 14, y + size * 0.7, size, size * 0.34), 0.4)
    canvas.blob(x, y, size, size * 0.82, dim(colour, 0.3), 0.1)
    canvas.blob(x - size * 0.08, y - size * 0.08, size * 0.86, size * 0.68, colour, 0.12)
    canvas.blob(x - size * 0.3, y - size * 0.3, size * 0.34, size * 0.2, lit(colour, 0.32), 0.25)
    for fold in ("-0.35,-0.2 -0.5,0.42", "-0.08,-0.2 -0.12,0.42", "0.21,-0.2 0.3,0.42", "0.42,-0.2 0.6,0.42"):
        canvas.line(curve(trail("0,-0.74 " + fold, x, y, size)), dim(colour, 0.42), 5)
    canvas.fill(
        trail("-0.14,-0.72 -0.3,-1.02 0.04,-0.92 0.3,-1.04 0.14,-0.72", x, y, size), dim(colour, 0.15)
    )


def _carton(canvas: Canvas, x: float, y: float) -> None:
    """An open cardboard box."""
    card = mixed((196, 156, 108), (164, 128, 88), canvas.rng.random())
    canvas.shadow(box(x - 150, y + 40, x + 170, y + 90), 0.4)
    canvas.fill(trail("-150,-70 60,-50 60,80 -150,60", x, y), card)
    canvas.fill(trail("60,-50 160,-84 160,40 60,80", x, y), dim(card, 0.32))
    canvas.fill(trail("-150,-70 -60,-108 160,-84 60,-50", x, y), dim(card, 0.48))
    canvas.fill(trail("-150,-70 -210,-120 -120,-150 -60,-108", x, y), lit(card, 0.25))


def _bin(canvas: Canvas, x: float, y: float) -> None:
    """A green wheeled bin with its lid up and sacks on top."""
    green = mixed((58, 122, 80), (44, 104, 92), canvas.rng.random())
    canvas.shadow(round_of(x + 20, y + 96, 230, 46), 0.55)
    canvas.fill(trail("-210,-440 180,-500 190,-450 -200,-390", x, y), dim(green, 0.3))
    canvas.blob(x - 70, y - 400, 130, 96, (52, 54, 58), 0.14)
    canvas.blob(x + 90, y - 410, 120, 86, (214, 212, 204), 0.14)
    canvas.shade(
        trail("-200,-390 200,-390 160,90 -160,90", x, y), lit(green, 0.2), dim(green, 0.4), across=True
    )
    canvas.fill(box(x - 216, y - 404, x + 216, y - 352), dim(green, 0.2))
    for rib in ("-90,-330 -72,60", "0,-330 0,60", "90,-330 72,60"):
        canvas.line(trail(rib, x, y), dim(green, 0.3), 10)
    for wheel in (x - 120, x + 120):
        canvas.fill(round_of(wheel, y + 92, 36, 36), (30, 32, 34))
        canvas.fill(round_of(wheel, y + 92, 14, 14), (120, 122, 124))


def _lamp(canvas: Canvas, x: float, foot: float, size: float, *, on: bool) -> None:
    """Draw one lamp: pole, arm, head; with its light if it is on."""
    metal: Colour = (52, 58, 66) if on else (78, 86, 92)
    top = foot - 760 * size
    shaft = [*trail("-15,40 15,40", x, top, size), *trail("24,0 -24,0", x, foot, size)]
    canvas.shade(shaft, lit(metal, 0.25), dim(metal, 0.45), across=True)
    canvas.line(curve(trail("0,60 40,0 190,-30", x, top, size)), metal, 22 * size)
    canvas.fill(trail("-44,-60 44,-60 44,8 -44,8", x, foot, size), dim(metal, 0.3))
    if on:
        canvas.glow(x + 280 * size, top + 30 * size, 230 * size, (255, 214, 132), 0.8)
    canvas.fill(trail("150,-62 380,-44 404,-6 160,6", x, top, size), lit(metal, 0.15))
    glass = trail("172,0 390,-8 360,34 196,38", x, top, size)
    canvas.fill(glass, (255, 238, 190) if on else (20, 22, 26))
    if not on:  # the glass is cracked
        canvas.line(trail("250,4 282,20 272,34", x, top, size), (150, 160, 168), 4 * size)
