"""Links to pictures: ours, unchanged, and not too old."""

import base64

import pytest

from backend.links import KEY_BYTES, KEY_FILE, Link, Links, read_key
from backend.problems import Refused

LINK = Link(3, 8, "A" * 22, "medium", 1_000)
LINKS = Links(b"k" * KEY_BYTES)


def test_a_link_is_read_back_until_it_ends():
    word = LINKS.make(LINK)
    assert LINKS.read(word, 0) == LINKS.read(word, 1_000) == LINK
    assert word.isascii() and "/" not in word and "=" not in word
    with pytest.raises(Refused, match="not_found"):
        LINKS.read(word, 1_001)


@pytest.mark.parametrize("change", ["person", "size", "until_ms", "key", "town"])
def test_a_link_changed_in_any_part_is_none(change):
    word = LINKS.make(LINK)
    seal, said = word[:22], base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))[16:]
    parts = {"person": b",8,", "size": b"medium", "until_ms": b"1000", "key": b"AAAA", "town": b"[3,"}
    other = {"person": b",9,", "size": b"screen", "until_ms": b"9999", "key": b"BAAA", "town": b"[4,"}
    changed = said.replace(parts[change], other[change], 1)
    assert changed != said
    sealed = base64.urlsafe_b64decode(seal + "==")[:16]
    forged = base64.urlsafe_b64encode(sealed + changed).rstrip(b"=").decode()
    with pytest.raises(Refused, match="not_found"):
        LINKS.read(forged, 0)


@pytest.mark.parametrize(
    "word", ["", "A", "照片", "A" * 22, "A" * 4000, "!" * 40, Links(b"other").make(LINK)]
)
def test_a_word_that_is_no_link_of_ours_is_none(word):
    with pytest.raises(Refused, match="not_found"):
        LINKS.read(word, 0)


def test_what_is_sealed_and_still_no_link_is_none():
    said = b'["not a town"]'
    word = base64.urlsafe_b64encode(LINKS._seal(said) + said).rstrip(b"=").decode()
    with pytest.raises(Refused, match="not_found"):
        LINKS.read(word, 0)


def test_the_key_is_made_once_and_is_nobody_elses_to_read(tmp_path):
    key = read_key(tmp_path)
    assert len(key) == KEY_BYTES
    assert read_key(tmp_path) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    (tmp_path / KEY_FILE).write_bytes(b"torn")
    assert len(read_key(tmp_path)) == KEY_BYTES
