"""Fingerprints: what changes them little, what changes them much, and what has none."""

from io import BytesIO

import pytest
from PIL import Image, ImageEnhance

from media.drawing import SCENES, draw
from media.fingerprint import (
    ALIKE_BITS,
    BAND_BITS,
    PRINT_BYTES,
    RADIUS,
    SAME_BITS,
    TURNED_RADIUS,
    WAYS,
    alike,
    apart,
    bands,
    probes,
    turns,
)

TRANSPOSES = [None, *Image.Transpose]
NAMES = sorted(SCENES)[:4]


@pytest.fixture(scope="module")
def pictures() -> dict[str, Image.Image]:
    drawn = {name: Image.open(BytesIO(draw(name, 3))) for name in NAMES}
    return {name: picture.convert("RGB").resize((320, 240)) for name, picture in drawn.items()}


def saved(picture: Image.Image, quality: int) -> Image.Image:
    out = BytesIO()
    picture.save(out, "WEBP", quality=quality)
    return Image.open(BytesIO(out.getvalue()))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_saved_anew_is_almost_surely_the_same(pictures, name):
    picture = pictures[name]
    ways = turns(picture)
    assert [len(way) for way in ways] == [PRINT_BYTES] * WAYS
    for other in (
        saved(picture, 30),
        picture.resize((200, 150)),
        ImageEnhance.Brightness(picture).enhance(0.8),
    ):
        assert apart(ways[0], turns(other)[0]) <= SAME_BITS


def test_other_scenes_are_far_apart(pictures):
    prints = [turns(picture)[0] for picture in pictures.values()]
    assert all(apart(one, other) > 2 * ALIKE_BITS for one in prints for other in prints if one is not other)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", range(1, WAYS))
def test_a_picture_turned_or_mirrored_is_found_in_one_of_its_ways(pictures, name, way):
    kept = turns(pictures[name])[0]
    turned = turns(pictures[name].transpose(TRANSPOSES[way]))
    assert apart(turned[0], kept) > ALIKE_BITS
    assert alike(turned, kept) <= 1


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (320, 240), "white"),
        Image.new("L", (3, 3), 0),
        Image.effect_noise((320, 240), 8).convert("RGB"),
        Image.linear_gradient("L"),
    ],
)
def test_sky_paper_and_slopes_have_no_fingerprint(picture):
    assert turns(picture) == ()


def _with(bits: int) -> bytes:
    return (2**bits - 1).to_bytes(8, "big") + bytes(8)


def test_nearness_ends_where_the_search_does():
    still, other = bytes(PRINT_BYTES), b"\xff" * PRINT_BYTES
    assert alike((still,), _with(RADIUS)) == RADIUS
    assert alike((still,), _with(RADIUS + 1)) is None
    assert alike((other, still), _with(TURNED_RADIUS)) == TURNED_RADIUS
    assert alike((other, still), _with(TURNED_RADIUS + 1)) is None
    assert alike((still,), bytes(8) + _with(ALIKE_BITS)[:8]) == ALIKE_BITS
    assert alike((still,), bytes(8) + _with(ALIKE_BITS + 1)[:8]) is None
    assert alike((still,), b"") is None
    assert alike((), still) is None


def test_whatever_is_near_lies_under_a_band_that_is_asked_for():
    still = bytes(PRINT_BYTES)
    asked = probes((still, b"\xff" * PRINT_BYTES))
    assert len(asked) == 4 * (1 + BAND_BITS) + 4
    worst = sum(3 << BAND_BITS * band for band in range(3)) | 1 << BAND_BITS * 3  # two, two, two, one
    assert worst.bit_count() == RADIUS
    assert any(band in asked for band in bands(worst))
    assert asked[bands(0)[0]] == [(0, RADIUS)]
    assert asked[bands(2**64 - 1)[0]] == [(2**64 - 1, TURNED_RADIUS)]
