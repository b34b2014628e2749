"""Renditions: small, upright, bare, alike every time, and honest about what cannot be made."""

from io import BytesIO

import pytest
from PIL import Image

from media.rendition import Developed, develop

TAIL = b"<script>alert('polyglot')</script>"


def opened(body: bytes) -> Image.Image:
    picture = Image.open(BytesIO(body))
    picture.load()
    return picture


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_both_renditions_are_made(encode, form):
    made = develop(encode(form, 4000, 3000))
    assert isinstance(made, Developed)
    assert (made.width, made.height) == (1024, 768)
    assert opened(made.screen).size == (1024, 768)
    assert opened(made.thumb).size == (320, 240)
    assert opened(made.thumb).format == opened(made.screen).format == "WEBP"


def test_a_small_picture_is_not_blown_up(encode):
    made = develop(encode("JPEG", 200, 100))
    assert opened(made.thumb).size == opened(made.screen).size == (200, 100)


def test_a_ribbon_keeps_at_least_one_pixel(encode):
    assert opened(develop(encode("PNG", 9000, 4)).thumb).size == (320, 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_a_picture_stored_sideways_comes_out_upright(encode, exif, form):
    made = develop(encode(form, 1600, 1200, exif=exif))
    assert (made.width, made.height) == (768, 1024)
    upright = opened(made.thumb).convert("RGB")
    assert upright.size == (240, 320)
    red, _, _ = upright.getpixel((220, 20))  # stored top left, shown top right
    assert red > 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_place_and_maker_are_gone(encode, exif, form):
    made = develop(encode(form, 1600, 1200, exif=exif))
    for rendition in (made.thumb, made.screen):
        assert not opened(rendition).getexif()
        assert b"Lantern" not in rendition
        assert b"EXIF" not in rendition
        assert b"XMP" not in rendition
    assert made.metadata.lat_e7 == 293_600_000


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_a_script_behind_the_picture_is_gone(encode, form):
    made = develop(encode(form) + TAIL)
    assert TAIL not in made.thumb
    assert TAIL not in made.screen


def test_a_script_inside_a_comment_is_gone(encode):
    made = develop(encode("JPEG", comment=TAIL))
    assert TAIL not in made.screen


def test_the_same_photo_gives_the_same_bytes(encode):
    body = encode("JPEG", 1600, 1200)
    assert develop(body) == develop(body)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_png_mode_becomes_a_plain_picture(mode):
    out = BytesIO()
    Image.new(mode, (640, 480)).save(out, "PNG")
    assert opened(develop(out.getvalue()).screen).mode == "RGB"


def test_a_print_shop_jpeg_becomes_a_plain_picture():
    out = BytesIO()
    Image.new("CMYK", (640, 480)).save(out, "JPEG")
    assert opened(develop(out.getvalue()).screen).mode == "RGB"


def test_what_is_clear_becomes_paper():
    out = BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")
    assert min(opened(develop(out.getvalue()).thumb).getpixel((32, 32))) > 250


def test_sixteen_bits_become_eight():
    out = BytesIO()
    Image.new("I;16", (64, 64), 0x8000).save(out, "PNG")
    assert opened(develop(out.getvalue()).thumb).getpixel((32, 32)) == pytest.approx((128, 128, 128), abs=3)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_torn_picture_is_truncated(encode, form):
    body = encode(form, 1600, 1200)
    assert develop(body[: len(body) // 2]) == "truncated"


def test_the_decoder_has_its_own_pixel_limit(png_bomb):
    assert develop(png_bomb) == "too_many_pixels"


def test_between_the_warning_and_the_error_is_refused_too():
    out = BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    assert develop(out.getvalue()) == "too_many_pixels"


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP", "ICO", "PPM", "PDF"])
def test_formats_off_the_list_are_not_decoded(encode, form):
    assert develop(encode(form, 64, 64)) == "not_an_image"


def test_words_are_not_an_image():
    assert develop(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "not_an_image"
    assert develop(b"") == "not_an_image"
