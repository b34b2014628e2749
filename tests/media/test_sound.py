"""Recordings: the three forms that are taken, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.intake import take_in
from media.sound import SOUND_BYTES_MAX, read_sound
from tests.media.sounds import box, m4a, ogg, track, webm


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (m4a(), "audio/mp4"),
        (m4a(brand=b"iso5"), "audio/mp4"),
        (webm(), "audio/webm"),
        (webm(doc_type=b"matroska"), "audio/webm"),
        (ogg(), "audio/ogg"),
    ],
)
def test_recordings_of_phones_are_taken_as_what_they_are(body, form):
    assert read_sound(body) == form
    taken = take_in(body)
    assert (taken.media_type, taken.width, taken.height) == (form, 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        m4a(track(b"vide", b"avc1")),
        m4a(track(), track(b"vide", b"avc1")),
        m4a(track(entry=b"alac")),
        box(b"ftyp", b"M4A ", bytes(4)),
        webm(b"V_VP8"),
        webm(b"A_OPUS", b"V_VP9"),
        webm(b"A_VORBIS"),
        webm(doc_type=b"secret"),
        b"\x1a\x45\xdf\xa3",
        ogg(b"\x01vorbis"),
        b"OggS",
        b"ID3\x04\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\xff\xf1\x50\x80",
        b"<html>OpusHead A_OPUS</html>",
    ],
)
def test_films_other_codecs_and_words_are_no_recordings(body):
    assert read_sound(body) is None
    assert take_in(body) in ("not_an_image", "truncated")


def test_a_recording_may_be_two_megabytes_long():
    assert not isinstance(take_in(m4a() + bytes(SOUND_BYTES_MAX - len(m4a()))), str)
    assert take_in(m4a() + bytes(SOUND_BYTES_MAX)) == "too_large"


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([m4a()[:40], webm()[:30], ogg()[:20], b"\0\0\0\x18ftypM4A "]))
def test_no_bytes_make_it_raise(tail, start):
    read_sound(start + tail)
