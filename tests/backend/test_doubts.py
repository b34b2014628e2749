"""What is odd about a photo, and what is not: every threshold from both sides."""

import msgspec
import pytest
from msgspec.structs import replace

from backend.doubts import (
    AHEAD_S,
    EXIF_PLACE_M,
    EXIF_TIME_S,
    LATE_S,
    PLACE_M,
    SEEN_MAX,
    Case,
    doubts,
)
from backend.ports import PhotoRow
from media.metadata import Metadata
from sync.register import Record
from sync.wire import Shot

NOW = 1_763_750_000_000
AREA = 311
METRE_E7 = 90  # of latitude, a little more than one metre
SHAPES = {AREA: [(0, 0), (0, 100_000), (100_000, 100_000), (100_000, 0)]}  # 1.1 km square
INSIDE = [50_000, 50_000, 500, 0, 0, 0]
PRINT = bytes(range(16))


def record(name: str = "1", area: int = AREA, received_ms: int = NOW) -> Record:
    fields = dict.fromkeys(Record.__struct_fields__)
    known = {
        "id": name,
        "kind": "incident",
        "area": area,
        "received_ms": received_ms,
        "cells": {},
        "held": {},
    }
    return Record(**{**fields, **known})


def photo(key: str = "A", at_ms: int = NOW, **shot: object) -> PhotoRow:
    said = {"taken_ms": NOW, "place": INSIDE, **shot}
    return PhotoRow(
        key * 22, 1, b"", announced_ms=at_ms, prints=PRINT, shot=msgspec.json.encode(Shot(**said))
    )


def case(row: PhotoRow, **more: object) -> Case:
    given = {
        "exif": Metadata(),
        "ways": (),
        "records": [record()],
        "near": [],
        "earlier": [],
        "shapes": SHAPES,
    }
    return Case(row, **{**given, **more})


def test_an_honest_photo_gives_nothing_to_ask():
    assert doubts(case(photo())) == []


def test_a_photo_whose_phone_said_nothing_gives_nothing_to_ask():
    bare = PhotoRow("A" * 22, 1, b"", announced_ms=NOW)
    assert doubts(case(bare, exif=Metadata(taken_ms=1, lat_e7=0, lon_e7=0))) == []


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (LATE_S, []),
        (LATE_S + 1, [["late", LATE_S + 1]]),
        (-AHEAD_S, []),
        (-AHEAD_S - 1, [["late", -AHEAD_S - 1]]),
    ],
)
def test_what_was_taken_long_before_it_was_spoken_of_is_late(seconds, told):
    assert doubts(case(photo(taken_ms=NOW - seconds * 1000))) == told


def test_a_place_outside_its_own_accuracy_is_at_odds():
    outside = [-40 * METRE_E7, 50_000, 0, 0, 0, 0]
    assert doubts(case(photo(place=outside))) == [["place_odds", 40]]
    assert doubts(case(photo(place=[*outside[:2], 900, 0, 0, 0]))) == [["place_odds", 40]], "as on the map"
    assert doubts(case(photo(place=[*outside[:2], 1_000, 0, 0, 0]))) == [], "10 m of accuracy bring it near"
    assert doubts(case(photo(place=outside), records=[record(area=9)])) == [], "an area without a line"
    assert doubts(case(photo(place=outside), records=[])) == []
    near = [-(PLACE_M - 1) * METRE_E7, 50_000, 0, 0, 0, 0]
    assert doubts(case(photo(place=near))) == []


@pytest.mark.parametrize(("seconds", "told"), [(EXIF_TIME_S, 0), (EXIF_TIME_S + 1, 1), (-EXIF_TIME_S - 1, 1)])
def test_a_camera_of_another_time_is_at_odds(seconds, told):
    found = doubts(case(photo(), exif=Metadata(taken_ms=NOW + seconds * 1000)))
    assert found == [["exif_time", abs(seconds)]] * told


def test_a_camera_at_another_place_is_at_odds_beyond_the_shift_of_chinese_maps():
    def camera(metres: int) -> Metadata:
        return Metadata(lat_e7=INSIDE[0] + metres * METRE_E7, lon_e7=INSIDE[1])

    assert doubts(case(photo(), exif=camera(700))) == []
    ((code, metres),) = doubts(case(photo(), exif=camera(EXIF_PLACE_M + 100)))
    assert code == "exif_place"
    assert metres > EXIF_PLACE_M


def test_a_photo_from_the_album_is_said_to_be_one():
    assert doubts(case(photo(source=1))) == [["album"]]
    assert doubts(case(photo(source=2))) == []


def test_a_speed_no_road_allows_is_told():
    far = [INSIDE[0] - 50_000, INSIDE[1], 500, 0, 0, 0]  # 557 m, 547 beyond both accuracies
    before = photo("B", taken_ms=NOW - 10_000, place=far)
    assert doubts(case(photo(), earlier=[before])) == [["speed", 196]]
    assert doubts(case(photo(), earlier=[photo("B", taken_ms=NOW - 20_000, place=far)])) == []
    nearer = [INSIDE[0] - 45_000, INSIDE[1], 500, 0, 0, 0]
    assert doubts(case(photo(), earlier=[photo("B", taken_ms=NOW - 1_000, place=nearer)])) == []
    assert doubts(case(photo(), earlier=[photo("B", taken_ms=NOW, place=far)])) == [], "no time between them"
    assert doubts(case(photo(place=None), earlier=[before])) == []


def test_the_photo_just_before_counts_for_the_speed_not_the_one_announced_last():
    far = [INSIDE[0] + 5_000_000, INSIDE[1], 500, 0, 0, 0]
    beside = photo("B", taken_ms=NOW - 5_000)
    earlier = [photo("C", taken_ms=NOW - 60_000, place=far), beside]
    assert doubts(case(photo(), earlier=earlier)) == []
    assert [code for code, _ in doubts(case(photo(), earlier=earlier[:1]))] == ["speed"]


def flipped(bits: int) -> bytes:
    return (int.from_bytes(PRINT[:8], "big") ^ (2**bits - 1)).to_bytes(8, "big") + PRINT[8:]


def test_a_photo_that_looks_like_others_names_them_with_bits_and_metres():
    there = [INSIDE[0] + 100 * METRE_E7, INSIDE[1], 500, 0, 0, 0]
    old, older = record("old", received_ms=7), record("older", received_ms=5)
    near = [
        (replace(photo("B", place=there), prints=flipped(6)), old),
        (replace(photo("C", place=None), prints=flipped(2)), older),
    ]
    assert doubts(case(photo(), ways=(PRINT,), near=near)) == [
        ["seen_before", "C" * 22, "older", 5, -1, 2],
        ["seen_before", "B" * 22, "old", 7, 100, 6],
    ]


def test_photos_of_one_report_may_look_alike_and_a_photo_looks_like_itself():
    own, other = record(), record("2")
    near = [(photo("A"), other), (photo("B"), own)]
    assert doubts(case(photo(), ways=(PRINT,), near=near)) == []


def test_what_does_not_look_alike_is_not_named_and_of_many_only_a_few():
    many = [(photo(chr(66 + n)), record(f"r{n}")) for n in range(9)]
    assert len(doubts(case(photo(), ways=(PRINT,), near=many))) == SEEN_MAX
    unlike = [(replace(photo("B"), prints=flipped(8)), record("2"))]
    assert doubts(case(photo(), ways=(PRINT,), near=unlike)) == []


def test_a_seal_that_does_not_hold_is_to_be_looked_at():
    assert doubts(case(photo(), seal_bad=True)) == [["seal_bad"]]
    assert doubts(case(photo(), seal_bad=False)) == []
