"""The sheet: what is drawn lands where it should, whatever the turn and the mirror."""

import random

import pytest

from media.canvas import HEIGHT, WIDTH, Canvas, box, curve, dim, lit, mixed, round_of, trail

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
EVERYWHERE = box(-200, -200, WIDTH + 200, HEIGHT + 200)
MIDDLE = (WIDTH // 2, HEIGHT // 2)


@pytest.fixture(params=range(4))
def canvas(request) -> Canvas:
    return Canvas(random.Random(request.param))


def test_the_finished_picture_has_the_size_of_a_photo(canvas):
    assert canvas.finished().size == (WIDTH, HEIGHT) == (1600, 1200)


def test_a_generous_background_leaves_no_bare_corner(canvas):
    canvas.fill(box(-120, -120, 1720, 1320), WHITE)
    assert canvas.finished().getextrema() == ((255, 255),) * 3


def test_a_fill_covers_its_inside_only(canvas):
    canvas.fill(EVERYWHERE, BLACK)
    canvas.fill(box(600, 400, 1000, 800), WHITE)
    picture = canvas.finished()
    assert picture.getpixel(MIDDLE) == WHITE
    assert picture.getpixel((40, 40)) == BLACK


def test_a_shade_runs_from_one_colour_to_the_other(canvas):
    canvas.shade(EVERYWHERE, BLACK, WHITE)
    picture = canvas.finished()
    assert picture.getpixel((800, 10))[0] < picture.getpixel(MIDDLE)[0] < picture.getpixel((800, 1190))[0]


def test_a_shadow_darkens_and_a_glow_lights(canvas):
    canvas.fill(EVERYWHERE, (128, 128, 128))
    canvas.shadow(box(300, 400, 500, 800), 0.8)
    canvas.glow(1300, 600, 150, WHITE, 0.8)
    picture = canvas.finished().convert("L")
    sides = sorted((picture.getpixel((400, 600)), picture.getpixel((1200, 600))))
    assert sides[0] < 90
    assert sides[1] > 150


def test_grain_and_speckle_stay_inside(canvas):
    canvas.fill(EVERYWHERE, BLACK)
    canvas.grain(box(600, 400, 1000, 800), WHITE, 0.9, 20)
    canvas.speckle(box(600, 400, 1000, 800), [WHITE], 100, 5)
    picture = canvas.finished().convert("L")
    assert picture.crop((0, 0, 1600, 300)).getextrema() == (0, 0)
    assert picture.crop((650, 450, 950, 750)).getextrema()[1] > 100


def test_what_lies_off_the_sheet_is_nothing(canvas):
    before = canvas.finished().tobytes()
    away = box(5000, 5000, 5100, 5100)
    canvas.shade(away, BLACK, WHITE)
    canvas.grain(away, BLACK, 1, 9)
    canvas.speckle(away, [BLACK], 10, 4)
    canvas.shadow(away, 1)
    assert canvas.finished().tobytes() == before


def test_the_same_seed_gives_the_same_sheet():
    one, other = (Canvas(random.Random(5)) for _ in range(2))
    for canvas in (one, other):
        canvas.leaves(800, 600, 300, 200, (20, 40, 20), (120, 150, 80))
    assert one.finished().tobytes() == other.finished().tobytes()


def test_a_curve_goes_through_its_spots():
    spots = trail("0,0 10,5 20,0")
    line = curve(spots)
    assert all(spot in line for spot in spots)
    assert len(line) == 17


def test_a_trail_stands_where_and_as_large_as_told():
    assert trail("0,0 1,-2", 10, 20, 5) == [(10, 20), (15, 10)]


def test_a_round_has_its_width_and_height():
    xs, ys = zip(*round_of(100, 50, 30, 10), strict=True)
    assert (max(xs) - min(xs), max(ys) - min(ys)) == pytest.approx((60, 20))


def test_colours_mix():
    assert mixed(BLACK, WHITE, 0.5) == (128, 128, 128)
    assert lit(BLACK, 1) == WHITE
    assert dim(WHITE, 0) == WHITE
