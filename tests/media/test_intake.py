"""The gate: what passes, what does not, and in what order it is told."""

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from media.intake import BYTES_MAX, PIXELS_MAX, key_of, take_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_taken_and_named_by_its_hash(encode, form):
    body = encode(form)
    taken = take_in(body, hashlib.sha256(body).digest())
    assert (taken.media_type, taken.width, taken.height) == (f"image/{form.lower()}", 640, 480)
    assert taken.size == len(body)
    assert taken.sha256 == hashlib.sha256(body).digest()
    assert taken.key == key_of(taken.sha256)


def test_a_key_is_22_characters_that_stand_for_16_bytes():
    digest = hashlib.sha256(b"").digest()
    assert key_of(digest) == "47DEQpj8HBSa-_TImW-5JA"
    assert base64.urlsafe_b64decode(key_of(digest) + "==") == digest[:16]


def test_the_sixteen_bytes_of_the_key_are_claim_enough(encode):
    body = encode("JPEG")
    assert not isinstance(take_in(body, hashlib.sha256(body).digest()[:16]), str)


@pytest.mark.parametrize("claimed", [b"", b"\x00" * 16, b"\x00" * 32, "first byte"])
def test_other_bytes_than_named_are_a_hash_mismatch(encode, claimed):
    body = encode("JPEG")
    claimed = hashlib.sha256(body).digest()[:1] if claimed == "first byte" else claimed
    assert take_in(body, claimed) == "hash_mismatch"


def test_half_a_photo_is_told_to_come_again_before_it_is_called_anything_else(encode):
    body = encode("JPEG")
    assert take_in(body[:10], hashlib.sha256(body).digest()) == "hash_mismatch"
    assert take_in(body[: len(body) // 2]) == "truncated"


def test_too_many_bytes_are_refused_whatever_they_are():
    assert take_in(bytes(BYTES_MAX + 1)) == "too_large"
    assert take_in(bytes(BYTES_MAX)) == "not_an_image"


def test_the_bomb_is_refused_from_its_header(png_bomb):
    assert len(png_bomb) < 24_000
    assert take_in(png_bomb) == "too_many_pixels"


def test_the_pixel_limit_is_exact(encode):
    def sized(width: int, height: int) -> bytes:
        body = bytearray(encode("PNG"))
        body[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
        return bytes(body)

    assert not isinstance(take_in(sized(PIXELS_MAX // 1000, 1000)), str)
    assert take_in(sized(PIXELS_MAX // 1000 + 1, 1000)) == "too_many_pixels"


def test_the_gate_loads_no_decoder():
    program = "import sys, media.intake, media.preview; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
