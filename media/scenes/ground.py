"""Scenes underfoot: an open manhole, a choked drain."""

from typing import Final

from media.canvas import Canvas, Colour, Spot, box, curve, dim, lit, mixed, round_of, trail

RUST: Final[Colour] = (132, 84, 54)
BAMBOO: Final[Colour] = (120, 132, 66)
CLOTH: Final[Colour] = (214, 52, 42)
SLABS: Final[Colour] = (188, 180, 164)
LEAVES: Final[tuple[Colour, ...]] = (
    (132, 92, 44),
    (166, 120, 52),
    (98, 74, 40),
    (120, 116, 52),
    (84, 62, 36),
)
BOTTLES: Final[tuple[Colour, ...]] = ((120, 176, 190), (120, 170, 120), (222, 226, 224))
BAGS: Final[tuple[Colour, ...]] = ((214, 66, 58), (222, 222, 218), (70, 120, 190))


def manhole(canvas: Canvas) -> None:
    """A manhole stands open, its cover pushed aside, a bamboo pole with a red cloth in it."""
    rng = canvas.rng
    _pavement(canvas)
    x, y = 800 + rng.uniform(-30, 30), 640 + rng.uniform(-20, 20)
    canvas.fill(round_of(x, y, 480, 298), (112, 110, 104))
    canvas.grain(round_of(x, y, 480, 298), (74, 72, 66), 0.6, 18)
    canvas.fill(round_of(x, y, 424, 256), (70, 74, 76))
    mouth = round_of(x, y + 10, 396, 236)
    canvas.fill(mouth, (14, 16, 18))
    back = [*mouth[36:], mouth[0]]  # the far half of the rim, and the shaft wall below it
    canvas.shade([*back, *((a, b + 96) for a, b in reversed(back))], (96, 90, 80), (34, 32, 30))
    for rung in (-96, -34, 28):
        canvas.line(trail("-70,0 60,0", x, y + rung), (98, 72, 52), 14)
    slide = rng.uniform(170, 215)
    _cover(canvas, x + slide * 1.25, y + slide * 0.72)
    _warning_pole(canvas, x - 170, y + 30)


def blocked_drain(canvas: Canvas) -> None:
    """A road drain is choked with leaves and plastic; brown water stands round it."""
    rng = canvas.rng
    _pavement(canvas)
    pool = curve(trail("120,760 230,470 760,310 1300,350 1540,640 1400,980 800,1110 260,1000 120,760"))
    canvas.shadow(pool, 0.5, 30)
    canvas.shade(pool, mixed((146, 132, 100), (150, 152, 140), rng.random()), (96, 84, 60))
    canvas.grain(pool, (204, 204, 192), 0.55, 150)
    for step in range(16):
        ripple = trail("0,0 60,-8 150,0", 240 + rng.random() * 1100, 440 + step * 36)
        canvas.line(curve(ripple), (202, 200, 184), 5)
    _grate(canvas)
    heap = curve(trail("430,690 600,560 860,600 1100,560 1200,760 1010,900 640,920 430,690"))
    canvas.speckle(heap, LEAVES, 420, 26)
    canvas.speckle(pool, LEAVES, 90, 17)
    _bottle(canvas, 640 + rng.uniform(-40, 40), 640)
    _bag(canvas, 930 + rng.uniform(-40, 40), 740)


def _pavement(canvas: Canvas) -> None:
    """Draw the ground seen from above: road, kerb and a strip of slabs."""
    sheet = box(-120, -120, 1720, 1320)
    ground = mixed((128, 132, 133), (150, 144, 132), canvas.rng.random() * 0.8)
    canvas.shade(sheet, lit(ground, 0.12), dim(ground, 0.14))
    canvas.grain(sheet, dim(ground, 0.6), 0.55, 7)
    canvas.grain(sheet, dim(ground, 0.45), 0.5, 190)
    canvas.shade(trail("-120,-120 1720,-120 1720,60 -120,270"), SLABS, dim(SLABS, 0.1))
    for x in range(-100, 1720, 140):
        canvas.line([(x, -120), (x - 24, 247 - x * 0.114)], dim(SLABS, 0.24), 6)
    canvas.line(trail("-120,76 1720,-60"), dim(SLABS, 0.24), 6)
    canvas.shade(trail("-120,262 1720,52 1720,104 -120,322"), (214, 208, 194), (164, 158, 146))
    canvas.shadow(trail("-120,322 1720,104 1720,136 -120,358"), 0.4, 12)


def _cover(canvas: Canvas, x: float, y: float) -> None:
    """Draw the iron cover: two rings, ribs, rust, and the edge it stands on."""
    iron = mixed((112, 118, 120), (124, 106, 92), canvas.rng.random())
    canvas.shadow(round_of(x + 14, y + 40, 420, 252), 0.65, 26)
    canvas.fill(round_of(x, y + 34, 404, 240), (46, 50, 52))
    canvas.shade(round_of(x, y, 404, 240), lit(iron, 0.2), dim(iron, 0.24))
    for share in (0.86, 0.52):
        ring = round_of(x, y, 404 * share, 240 * share)
        canvas.line([*ring, ring[0]], dim(iron, 0.5), 14)
    for inner, outer in zip(round_of(x, y, 230, 137, 16), round_of(x, y, 330, 196, 16), strict=True):
        canvas.line([inner, outer], dim(iron, 0.45), 16)
    canvas.grain(round_of(x, y, 404, 240), RUST, 0.5, 22)


def _warning_pole(canvas: Canvas, x: float, y: float) -> None:
    """Draw a bamboo pole with a red cloth, stuck into the hole."""
    lean = canvas.rng.uniform(-70, 30)
    canvas.line([(x, y + 90), (x + lean, y - 500)], BAMBOO, 30)
    canvas.line([(x - 6, y + 90), (x + lean - 6, y - 500)], (184, 190, 116), 9)
    for share in (0.0, 0.2, 0.4, 0.6, 0.8):
        canvas.line(trail("-17,0 17,0", x + lean * share, y + 90 - 590 * share), dim(BAMBOO, 0.25), 7)
    x, y = x + lean * 0.93, y - 455
    upper, lower = trail("0,0 90,6 170,52 260,30", x, y), trail("236,150 120,168 4,140", x, y)
    canvas.shade([*curve(upper), *curve(lower)], CLOTH, dim(CLOTH, 0.22))
    canvas.line(curve(trail("20,60 120,100 230,84", x, y)), dim(CLOTH, 0.32), 7)


def _grate(canvas: Canvas) -> None:
    """Draw the iron grate, its bars running away from the eye."""
    canvas.fill(trail("470,520 1120,480 1230,850 420,900"), (58, 60, 60))
    canvas.fill(trail("506,548 1092,512 1186,826 464,870"), (16, 16, 15))
    for step in range(9):
        share = (step + 0.5) / 9
        bar: list[Spot] = [(506 + 586 * share, 548 - 36 * share), (464 + 722 * share, 870 - 44 * share)]
        canvas.line(bar, (92, 96, 96), 30)
        canvas.line([(x - 7, y) for x, y in bar], (138, 142, 140), 8)
    canvas.line(trail("485,710 1140,668"), (84, 88, 88), 26)


def _bottle(canvas: Canvas, x: float, y: float) -> None:
    """A plastic bottle lying on its side."""
    colour = canvas.rng.choice(BOTTLES)
    canvas.shadow(box(x - 120, y + 20, x + 150, y + 54), 0.5)
    outline = trail("-120,-32 70,-42 120,-16 124,10 74,34 -116,42", x, y)
    canvas.shade(outline, lit(colour, 0.5), dim(colour, 0.2))
    canvas.fill(box(x - 50, y - 38, x + 20, y + 38), (206, 60, 50))
    canvas.fill(box(x + 118, y - 20, x + 148, y + 14), (220, 220, 216))


def _bag(canvas: Canvas, x: float, y: float) -> None:
    """A crumpled shopping bag."""
    colour = canvas.rng.choice(BAGS)
    canvas.shadow(round_of(x + 8, y + 50, 170, 70), 0.5)
    canvas.blob(x, y, 160, 92, colour, 0.22)
    canvas.blob(x - 40, y - 22, 80, 40, lit(colour, 0.35), 0.3)
    for fold in ("-12,6 -60,30", "8,9 40,44", "16,-1 80,-6"):
        canvas.line(trail(fold, x, y), dim(colour, 0.3), 6)
