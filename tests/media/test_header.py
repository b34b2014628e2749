"""The header reader against real encoders, and against files that lie about themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.header import SEGMENTS_MAX, Header, read_header, segments


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"comment": b"\xff\xd9 an end mark in a comment"}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {}),
        ("WEBP", {"icc_profile": b"profile"}),
    ],
)
def test_it_reads_what_encoders_write(encode, form, options):
    assert read_header(encode(form, 643, 481, **options)) == Header(form, 643, 481, whole=True)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_anywhere_is_never_whole(encode, form):
    body = encode(form, 64, 48)
    for length in range(len(body)):
        header = read_header(body[:length])
        assert isinstance(header, str) or not header.whole, length


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_before_its_size_is_truncated(encode, form):
    assert read_header(encode(form)[:18]) == "truncated"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xd8",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"II*\x00\x08\x00\x00\x00",
        b"8BPS\x00\x01",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x0cJXL \r\n\x87\n",
    ],
)
def test_other_formats_are_not_images(body):
    assert read_header(body) == "not_an_image"


def test_a_picture_without_area_is_not_an_image(encode):
    body = bytearray(encode("PNG"))
    body[16:20] = bytes(4)
    assert read_header(bytes(body)) == "not_an_image"


def test_a_walk_over_endless_fill_bytes_stops():
    assert segments(b"\xff\xd8" + b"\xff" * 1_000_000) == []
    assert isinstance(read_header(b"\xff\xd8" + b"\xff" * 1_000_000), str)
    assert len(segments(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 100_000)) == SEGMENTS_MAX


@given(
    st.binary(max_size=200),
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b""]),
)
def test_no_bytes_make_it_raise(tail, magic):
    read_header(magic + tail)
