"""Boxes read by hand: what encoders write, what liars write, and that no walk is long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.boxes import BOXES_MAX, Box, File, Still, family, still
from media.header import Header, read_header
from tests.media.sounds import box


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", bytes(4), width.to_bytes(4, "big"), height.to_bytes(4, "big"))


def heic(*sizes: tuple[int, int], brand: bytes = b"heic", data: bytes = b"x") -> bytes:
    """Write a file that claims to be a HEIC of some sizes and holds nothing."""
    properties = box(b"iprp", box(b"ipco", *(ispe(*each) for each in sizes)))
    head = box(b"ftyp", b"mif1", bytes(4), b"mif1", brand)
    return head + box(b"meta", bytes(4), box(b"hdlr", bytes(12)), properties) + box(b"mdat", data)


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_it_reads_what_encoders_write(encode, form):
    assert read_header(encode(form, 640, 512)) == Header(form, 640, 512, whole=True)


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_a_file_cut_anywhere_is_never_whole(encode, form):
    body = encode(form, 64, 64)
    for length in range(12, len(body)):
        header = read_header(body[:length])
        assert isinstance(header, str) or not header.whole, length
    assert read_header(body[:60]) == "truncated"


def test_the_largest_size_counts_whatever_stands_beside_it():
    assert still(heic((512, 512), (30_000, 20_000), (160, 120))) == Still(30_000, 20_000, whole=True)
    assert still(heic()) is None


def test_four_bytes_can_claim_a_lot():
    assert still(heic((2**32 - 1, 2**32 - 1))) == Still(2**32 - 1, 2**32 - 1, whole=True)


@pytest.mark.parametrize(
    ("brand", "kind"),
    [(b"heic", "HEIF"), (b"heix", "HEIF"), (b"avif", "AVIF"), (b"mp42", "OTHER"), (b"hevc", "OTHER")],
)
def test_brands_say_what_a_file_is(brand, kind):
    assert family(heic((1, 1), brand=brand)) == kind


@pytest.mark.parametrize(
    "body", [b"", b"\0\0\0\x0cftyp", b"\0\0\0\x10wide", b"\0\0\0\x07ftypheic", b"ftyp" * 9]
)
def test_what_has_no_brands_is_no_file_of_boxes(body):
    assert family(body) is None


def test_a_walk_over_endless_boxes_stops():
    assert len(list(File(box(b"free") * (BOXES_MAX * 2)).boxes())) == BOXES_MAX
    deep = File(box(b"moov", box(b"trak", box(b"free") * 100) * 100))
    assert len(list(deep.inner(b"moov", b"trak", b"free"))) < BOXES_MAX
    assert list(deep.boxes()) == [], "the levels share one measure"


def test_large_and_last_boxes_have_their_own_way_to_say_their_size():
    large = (1).to_bytes(4, "big") + b"wide" + (20).to_bytes(8, "big") + b"four"
    last = bytes(4) + b"mdat" + b"rest"
    assert list(File(large + last).boxes()) == [Box(b"wide", 16, 20), Box(b"mdat", 28, 32)]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(tail):
    for start in (b"", heic((64, 64))[:60], heic((64, 64), brand=b"avif")[:30]):
        family(start + tail)
        still(start + tail)
