"""What the camera wrote, as whole numbers; and that nothing it could write does harm."""

import datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from media.metadata import CHINA, Metadata, read_metadata

NINE_OH_FIVE = datetime.datetime(2026, 3, 4, 9, 5, 6, tzinfo=CHINA)


def read(body: bytes) -> Metadata:
    with Image.open(BytesIO(body)) as picture:
        return read_metadata(picture)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_time_place_orientation_and_make_are_read(encode, exif, form):
    assert read(encode(form, exif=exif)) == Metadata(
        taken_ms=int(NINE_OH_FIVE.timestamp()) * 1000,
        lat_e7=293_600_000,
        lon_e7=1_062_100_000,
        orientation=1 if form == "HEIF" else 6,  # a HEIC turns its pixels by a box of its own
        make="Lantern L-7",
    )


def test_a_picture_without_exif_claims_nothing(encode):
    assert read(encode("JPEG")) == Metadata()


def test_time_without_an_offset_is_local_time_in_china(encode, exif):
    del exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal]
    assert read(encode("JPEG", exif=exif)).taken_ms == int(NINE_OH_FIVE.timestamp()) * 1000


def test_time_with_another_offset_is_the_same_instant_elsewhere(encode, exif):
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+09:00"
    assert read(encode("JPEG", exif=exif)).taken_ms == int(NINE_OH_FIVE.timestamp()) * 1000 - 3_600_000


def test_south_and_west_are_negative(encode, exif):
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef] = "S", "W"
    claimed = read(encode("JPEG", exif=exif))
    assert (claimed.lat_e7, claimed.lon_e7) == (-293_600_000, -1_062_100_000)


@pytest.mark.parametrize(
    "latitude",
    [
        (IFDRational(91), IFDRational(0), IFDRational(0)),
        (IFDRational(29, 0), IFDRational(0), IFDRational(0)),
        (IFDRational(29), IFDRational(0)),
        (IFDRational(29), IFDRational(0), IFDRational(0), IFDRational(0)),
    ],
)
def test_a_place_that_cannot_be_is_no_place(encode, exif, latitude):
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = latitude
    claimed = read(encode("JPEG", exif=exif))
    assert (claimed.lat_e7, claimed.lon_e7) == (None, None)
    assert claimed.make == "Lantern L-7"


@pytest.mark.parametrize("said", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", ""])
def test_a_time_that_cannot_be_is_no_time(encode, exif, said):
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = said
    assert read(encode("JPEG", exif=exif)).taken_ms is None


def test_orientation_out_of_range_is_upright(encode, exif):
    exif[ExifTags.Base.Orientation] = 9
    assert read(encode("JPEG", exif=exif)).orientation == 1


def test_a_make_is_short_and_printable(encode, exif):
    exif[ExifTags.Base.Make] = "La\x1bn\ntern" + "x" * 500
    make = read(encode("JPEG", exif=exif)).make
    assert len(make) <= 64
    assert make.isprintable()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
@given(st.binary(max_size=300))
def test_no_exif_block_makes_it_raise(block):
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + block)
    read(out.getvalue())
