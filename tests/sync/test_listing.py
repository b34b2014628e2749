"""sync/listing.py: rows become options, a town's rows lie over ours, and a fault is told by file and row."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from backend.kinds import read_lists
from sync.deadline import limit_of
from sync.kind import KindError, Option, parse
from sync.listing import gather_lists
from tests.sync.vectors import resolve

Sheet = dict[str, Any]
OURS: Sheet = {
    "edition": "2026-11",
    "rows": [{"value": "rubbish", "zh": "垃圾", "en": "Rubbish", "icon": "trash", "like": "quick"}],
    "marks": {
        "level": {"options": ["1", "2", "3"]},
        "handle": {"limit": True},
        "unit": {"listed": "responders"},
        "close": {"listed": "closings", "many": True},
        "note": {},
    },
    "like": {"quick": {"level": "3", "handle": "4 work_hour", "note": "soon"}},
    "families": [
        {
            "zh": "市容",
            "en": "Streets",
            "rows": [
                {
                    "value": "06010", "zh": "暴露垃圾", "en": "Exposed garbage", "like": "quick",
                    "handle": "2 day", "unit": "fire", "close": "told clear", "words": "垃圾 bllj",
                },
                {"value": "L-E01", "zh": "塌陷", "en": "Collapse", "level": "1"},
            ],
        }
    ],
}  # fmt: skip
FIRE: Sheet = {"rows": [{"value": "fire", "zh": "消防", "en": "Fire brigade"}]}
CLOSINGS: Sheet = {"rows": [{"value": each, "zh": each, "en": each} for each in ("told", "clear")]}


def gathered(*towns: Sheet, ours: Sheet = OURS) -> dict[str, Option]:
    files = [("ours.toml", "matters", ours), ("r.toml", "responders", FIRE), ("c.toml", "closings", CLOSINGS)]
    files += [("town.toml", "matters", each) for each in towns]
    return {each.value: each for each in gather_lists(files)["matters"]}


def row(**said: Any) -> Sheet:
    return {"rows": [{"value": "06010", **said}]}


def test_rows_become_options_in_order_with_heading_and_marks() -> None:
    found = gathered()
    assert list(found) == ["rubbish", "06010", "L-E01"]
    assert found["rubbish"].family == ""
    assert found["rubbish"].marks == {"handle": "4 work_hour", "level": "3", "note": "soon"}
    bins = found["06010"]
    assert (bins.family, bins.marks["family_en"], bins.words) == ("市容", "Streets", "垃圾 bllj")
    assert bins.marks["handle"] == "2 day"
    assert bins.marks["level"] == "3"
    assert found["L-E01"].marks == {"family_en": "Streets", "level": "1"}


def test_a_town_changes_what_it_says_and_nothing_else() -> None:
    found = gathered(row(handle="1 hour"))
    assert list(found) == list(gathered())
    assert found["06010"].marks == gathered()["06010"].marks | {"handle": "1 hour"}
    assert found["06010"].zh == "暴露垃圾"


def test_a_town_takes_a_mark_or_a_row_away_and_adds_rows_at_the_end() -> None:
    new = {"value": "T-01", "zh": "猴子", "en": "Monkeys"}
    found = gathered(row(unit="", note=""), {"rows": [{"value": "L-E01", "retired": True}, new]})
    assert "unit" not in found["06010"].marks
    assert "note" not in found["06010"].marks
    assert [each.retired for each in found.values()] == [False, False, True, False]
    assert list(found)[-1] == "T-01"


def test_a_town_changes_what_rows_share() -> None:
    found = gathered({"like": {"quick": {"handle": "8 work_hour"}}})
    assert found["rubbish"].marks["handle"] == "8 work_hour"
    assert found["rubbish"].marks["level"] == "3"
    assert found["06010"].marks["handle"] == "2 day"


FAULTS: list[tuple[str, Sheet]] = [
    ("row 06010: handle: no limit '4 fortnight'", row(handle="4 fortnight")),
    ("row 06010: handle: no limit '0 day'", row(handle="0 day")),
    ("row 06010: handle: 4 is no text", row(handle=4)),
    ("row 06010: level: no '9' here", row(level="9")),
    ("row 06010: unit: no 'army' here", row(unit="army")),
    ("row 06010: unit: no 'fire fire' here", row(unit="fire fire")),
    ("row 06010: close: no 'gone' here", row(close="told gone")),
    ("row 06010: no mark colour", row(colour="red")),
    ("row 06010: like 'slow' is not described", row(like="slow")),
    ("row 06010: Expected `bool`", row(retired="yes")),
    ("row T-01: Object missing required field `zh`", {"rows": [{"value": "T-01", "en": "Monkeys"}]}),
    ("row 06010 stands twice", {"rows": row()["rows"] * 2}),
    ("'a b' is no value of a row", {"rows": [{"value": "a b"}]}),
    ("None is no value of a row", {"rows": [{"zh": "猴子"}]}),
    ("6010 is no value of a row", {"rows": [{"value": 6010}]}),
    ("contains unknown field `row`", {"row": []}),
    ("contains unknown field `lists`", {"marks": {"unit": {"lists": "responders"}}}),
]


@pytest.mark.parametrize(("told", "town"), FAULTS, ids=[f"{i} {told}" for i, (told, _) in enumerate(FAULTS)])
def test_a_fault_is_told_by_file_and_row(told: str, town: Sheet) -> None:
    with pytest.raises(KindError, match=r"^town\.toml: ") as caught:
        gathered(town)
    assert told in str(caught.value)


def test_a_fault_of_ours_is_not_laid_at_the_towns_door() -> None:
    ours = deepcopy(OURS)
    ours["families"][0]["rows"][1]["level"] = "9"
    with pytest.raises(KindError, match=r"^ours\.toml: row L-E01: level"):
        gathered(row(handle="1 hour"), ours=ours)


def test_a_mark_of_a_list_that_is_not_there_knows_no_value() -> None:
    with pytest.raises(KindError, match="close: no 'told' here"):
        gather_lists([("ours.toml", "matters", OURS)])


def _page(**over: Any) -> Sheet:
    page: Sheet = deepcopy(resolve({"$": "trial"}))
    page["fields"]["grave"].update(over)
    return page


LISTS = {"matters": tuple(gathered().values())}


def test_a_field_takes_its_options_from_the_list_it_names() -> None:
    kind = parse(_page(options=[], listed="matters"), LISTS)
    assert kind.fields["grave"].spec.options == ("rubbish", "06010", "L-E01")
    assert list(kind.fields) == list(_page()["fields"])


@pytest.mark.parametrize(
    ("told", "over"),
    [
        ("grave: no list moons", {"options": [], "listed": "moons"}),
        ("grave: a list gives a choice its options, all of them", {"listed": "matters"}),
        (
            "grave: a list gives a choice",
            {"type": "text", "rule": "latest", "listed": "matters", "options": []},
        ),
    ],
)
def test_a_page_that_names_a_list_wrongly_is_told(told: str, over: Sheet) -> None:
    with pytest.raises(KindError, match="kind trial") as caught:
        parse(_page(**over), LISTS)
    assert told in str(caught.value)


def test_a_page_as_it_is_served_needs_no_lists() -> None:
    assert parse(_page(listed="matters")).fields["grave"].spec.options == ("low", "mid", "high")


HOUSE = read_lists((Path(__file__).parents[2] / "sync" / "kinds",))
MATTERS = HOUSE["matters"]
TILES = ["rock_fall", "flooding", "fire_hazard", "manhole", "wires", "rubbish", "quarrel", "other"]
HOURS = {"minute": 1 / 60, "hour": 1, "work_hour": 1, "day": 8, "work_day": 8}  # roughly, to compare limits


def test_the_catalogue_begins_with_the_pictures_and_holds_every_code() -> None:
    assert [each.value for each in MATTERS if not each.family] == TILES
    assert [each.value for each in MATTERS[: len(TILES)]] == TILES
    codes = [each.value for each in MATTERS[len(TILES) :]]
    assert len(codes) == 117
    assert all(re.fullmatch(r"(0[6-9]|10)\d{3}|L-[A-Z]\d\d", code) for code in codes)
    assert all(bool(each.icon) == (each.value in TILES) for each in MATTERS)


@pytest.mark.parametrize("option", MATTERS, ids=[each.value for each in MATTERS])
def test_a_matter_can_be_found_and_says_who_when_and_how(option: Option) -> None:
    words = option.words.split()
    assert len(words) == len(set(words))
    latin = [word for word in words if word.isascii()]
    assert all(re.fullmatch("[a-z]+", word) for word in latin)
    han = re.sub(r"\(.*\)$|[^\u4e00-\u9fff]", "", option.zh)
    assert len(latin[1]) == len(han)  # initials of the name, after its pinyin
    assert latin[0][0] == latin[1][0]
    assert any(not word.isascii() for word in words)
    marks = option.marks
    assert marks.keys() >= {"level", "route", "accept", "ack", "handle", "basis", "unit", "first", "close"}
    ack, handle = limit_of(marks["ack"]), limit_of(marks["handle"])
    assert ack
    assert handle
    assert ack.amount * HOURS[ack.unit] < handle.amount * HOURS[handle.unit]
    assert (marks["route"] == "emergency") == (marks["level"] == "1")
    assert marks["level"] != "2" or marks["route"] == "centre"
    assert marks["unit"] not in marks.get("whistle", "").split()


def seated(*rows: Sheet, matters: Sheet = OURS) -> dict[str, Option]:
    """Give the matters of a town that says who stands behind a responder."""
    responders: Sheet = {"rows": [*FIRE["rows"], {"value": "gas", "zh": "燃气", "en": "Gas"}]}
    responders |= {"marks": {"at": {"unit": True}}}
    files = [("o.toml", "matters", matters), ("r.toml", "responders", responders)]
    files += [("c.toml", "closings", CLOSINGS), ("t.toml", "responders", {"rows": list(rows)})]
    return {each.value: each for each in gather_lists(files)["matters"]}


def test_what_a_mark_names_says_the_units_behind_it_in_their_order() -> None:
    matters = deepcopy(OURS)
    matters["marks"]["whistle"] = {"listed": "responders", "many": True}
    matters["families"][0]["rows"][0]["whistle"] = "gas fire"
    one, other = {"value": "fire", "at": "381"}, {"value": "gas", "at": "21"}
    marks = seated(one, other, matters=matters)["06010"].marks
    assert (marks["unit_at"], marks["whistle_at"]) == ("381", "21 381")
    assert list(marks) == sorted(marks)
    assert seated(one, matters=matters)["06010"].marks["whistle_at"] == "381"
    assert not [name for name in seated(matters=matters)["06010"].marks if name.endswith("_at")]
    assert "unit_at" not in seated(one)["rubbish"].marks


@pytest.mark.parametrize("unit", ["x", "-1", "1.5", "３"])
def test_a_unit_is_a_number(unit: str) -> None:
    with pytest.raises(KindError, match=r"t\.toml: row fire: at: no number of a unit"):
        seated({"value": "fire", "at": unit})


def test_the_mark_of_a_unit_says_nothing_else() -> None:
    with pytest.raises(KindError, match="the mark at names a unit"):
        gather_lists([("r.toml", "responders", {**FIRE, "marks": {"at": {"points": True}}})])


@pytest.mark.parametrize("points", ["x", "-1", "1.5", "٣"])
def test_points_are_a_whole_number(points: str) -> None:
    ours = {**OURS, "marks": {**OURS["marks"], "weight": {"points": True}}}
    assert gathered(row(weight="40"), ours=ours)["06010"].marks["weight"] == "40"
    with pytest.raises(KindError, match="no points"):
        gathered(row(weight=points), ours=ours)
