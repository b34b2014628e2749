"""The preview in the first packet: small, whole, plain."""

import pytest

from media.preview import PREVIEW_BYTES_MAX, check_preview


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_a_canvas_preview_passes(encode, form):
    header = check_preview(encode(form, 96, 72, quality=40))
    assert (header.format, header.width, header.height) == (form, 96, 72)


def test_a_transparent_preview_with_a_colour_profile_passes(encode):
    assert not isinstance(check_preview(encode("WEBP", 96, 72, icc_profile=b"profile")), str)


def test_png_is_too_much_for_a_preview(encode):
    assert check_preview(encode("PNG", 96, 72)) == "not_an_image"


def test_it_is_bounded(encode):
    assert check_preview(encode("JPEG", 96, 72) + bytes(PREVIEW_BYTES_MAX)) == "too_large"
    assert check_preview(encode("WEBP", 321, 72)) == "too_many_pixels"
    assert check_preview(encode("WEBP", 96, 72)[:-2]) == "truncated"


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_a_tail_behind_the_picture_is_refused(encode, form):
    assert check_preview(encode(form, 96, 72) + b"<script>alert(1)</script>") == "not_an_image"


def test_a_tail_that_ends_like_a_picture_is_refused_too(encode):
    assert check_preview(encode("JPEG", 96, 72) + b"<script></script>\xff\xd9") == "not_an_image"


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_metadata_is_refused(encode, exif, form):
    assert check_preview(encode(form, 96, 72, exif=exif)) == "not_an_image"


def test_a_comment_is_refused(encode):
    assert check_preview(encode("JPEG", 96, 72, comment=b"<script>")) == "not_an_image"


@pytest.mark.parametrize("body", [b"", b"<svg onload='alert(1)'/>", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP"])
def test_anything_else_is_refused(body):
    assert isinstance(check_preview(body), str)
