"""The drawn photos: like a phone's in size and bytes, the same for the same seed, different for others."""

import datetime
import hashlib
from io import BytesIO

import pytest
from PIL import Image, ImageStat

from media.drawing import BYTES_LEAST, BYTES_MOST, SCENES, draw
from media.intake import take_in
from media.metadata import CHINA
from media.rendition import develop

TAKEN_MS = int(datetime.datetime(2026, 3, 4, 9, 5, 6, tzinfo=CHINA).timestamp()) * 1000


@pytest.fixture(scope="module")
def photos() -> dict[str, bytes]:
    return {scene: draw(scene, 1) for scene in SCENES}


def test_there_are_ten_scenes():
    assert len(SCENES) == 10


@pytest.mark.parametrize("scene", SCENES)
def test_a_drawing_is_a_photo_of_screen_size(photos, scene):
    taken = take_in(photos[scene])
    assert (taken.media_type, taken.width, taken.height) == ("image/jpeg", 1600, 1200)
    assert BYTES_LEAST <= taken.size <= BYTES_MOST


@pytest.mark.parametrize("scene", SCENES)
def test_a_drawing_has_light_and_contrast(photos, scene):
    with Image.open(BytesIO(photos[scene])) as picture:
        grey = ImageStat.Stat(picture.convert("L"))
    assert 35 < grey.mean[0] < 190
    assert grey.stddev[0] > 20


@pytest.mark.parametrize("scene", ["rock_fall", "street_lamp"])
def test_the_same_seed_gives_the_same_bytes(photos, scene):
    assert hashlib.sha256(draw(scene, 1)).digest() == hashlib.sha256(photos[scene]).digest()


def test_scenes_and_seeds_differ(photos):
    assert len(set(photos.values())) == 10
    assert draw("manhole", 2) != photos["manhole"]


def test_a_drawing_carries_the_time_it_was_taken_if_asked():
    made = develop(draw("street_lamp", 3, TAKEN_MS))
    assert made.metadata.taken_ms == TAKEN_MS
    assert develop(draw("street_lamp", 3)).metadata.taken_ms is None


def test_a_drawing_makes_small_renditions(photos):
    made = develop(photos["rock_fall"])
    assert len(made.thumb) < 15_000
    assert len(made.screen) < 110_000
