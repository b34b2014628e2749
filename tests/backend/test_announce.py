"""Photos as an exchange speaks of them."""

import base64

import msgspec
import pytest

from backend.announce import announced, read_shot, shot_of, spoken, state_of
from backend.ports import PhotoRow
from backend.problems import Refused
from sync.permit import Actor
from sync.wire import Shot
from tests.backend.town import NOW, WORKER

KEY = "A" * 22
ACTOR = Actor(WORKER, (), "00000001aaaaaaaa")
HASH = base64.b64encode(b"h" * 32).decode()
SEAL = base64.b64encode(b"s" * 64).decode()
SHOT = [0, NOW - 5000, [293661898, 1062145405, 1200, 3000, 0, 0], "", HASH, 3_400_000, 7, SEAL]


def test_an_announcement_keeps_who_spoke_of_it_and_when():
    row = announced([KEY, 150_000, "", SHOT], ACTOR, NOW)
    assert (row.key, row.size, row.preview) == (KEY, 150_000, b"")
    assert (row.announced_ms, row.device.hex(), row.person, row.link) == (NOW, ACTOR.device, WORKER, 7)
    assert shot_of(row) == msgspec.convert(SHOT, Shot)


def test_an_announcement_without_a_shot_is_whole():
    row = announced([KEY, 150_000, ""], ACTOR, NOW)
    assert (row.link, row.shot, shot_of(row)) == (0, b"", Shot())


@pytest.mark.parametrize(
    "row", [[], [KEY], [KEY, 1], ["short", 1, ""], [KEY, 0, ""], [KEY, "1", ""], [7, 1, ""]]
)
def test_what_names_no_photo_is_refused(row):
    with pytest.raises(Refused, match="malformed"):
        announced(row, ACTOR, NOW)


@pytest.mark.parametrize("preview", ["%%", None, 5, "AAAA", base64.b64encode(b"x" * 5000).decode()])
def test_a_preview_that_is_none_is_left_out_and_the_photo_is_not(preview):
    assert announced([KEY, 1, preview], ACTOR, NOW).preview == b""


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, 3), (0, -1), (0, "camera"), (1, -1), (1, 1.5),
        (2, [1, 2]), (2, "here"), (2, [0, 0, 0, 0, 0, 2**60]),
        (3, "%%"), (3, base64.b64encode(b"t" * 26).decode()), (4, base64.b64encode(b"h" * 33).decode()),

        (5, 21 * 2**20), (6, -1), (6, 2**53), (7, base64.b64encode(b"s" * 105).decode()), (7, None),
    ],
)  # fmt: skip
def test_a_shot_that_cannot_be_is_left_out(at, value):
    assert read_shot(SHOT) is not None
    assert read_shot([*SHOT[:at], value, *SHOT[at + 1 :]]) is None


@pytest.mark.parametrize("value", [None, 5, "shot", {"source": 0}])
def test_what_is_no_shot_is_none(value):
    assert read_shot(value) is None


def test_a_shot_may_be_short_or_longer_than_known():
    assert read_shot([1]) == Shot(1)
    assert read_shot([*SHOT, "from the future"]) == read_shot(SHOT)


def test_states_are_told_by_place():
    row = PhotoRow(KEY, 9, b"pre")
    states = [
        (row, "expected"),
        (msgspec.structs.replace(row, partial=4), "partial"),
        (msgspec.structs.replace(row, partial=4, overdue_ms=NOW), "overdue"),
        (msgspec.structs.replace(row, overdue_ms=NOW, sha256=b"h" * 32), "verified"),
    ]
    assert [state_of(each) for each, _ in states] == [name for _, name in states]
    assert [spoken(each)[:2] for each, _ in states] == [[KEY, 0], [KEY, 3], [KEY, 2], [KEY, 1]]
    assert spoken(row)[2] == "cHJl"


def test_an_original_is_the_fifth_part_and_what_says_nothing_is_left_out():
    row = PhotoRow(KEY, 9, b"pre")
    doubt = ["album"]
    said = [spoken(row, doubts, original) for doubts in ((), [doubt]) for original in (0, 1, 2)]
    assert [each[3:] for each in said] == [[], [[], 1], [[], 2], [[doubt]], [[doubt], 1], [[doubt], 2]]
