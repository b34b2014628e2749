"""sync/nameless.py against the shared cases, and that a number is found wherever it stands."""

import pytest

from sync.nameless import CHECKS, WEIGHTS, is_identity, traces
from sync.permit import may_read
from tests.sync.scene import COMMUNITY, KINDS, TOWN, UNITS, Town, actor_of
from tests.sync.vectors import Case, fault_of, parametrized

PLAIN = "110105194912310"  # a place, a day and an order's first digit


@parametrized("nameless")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("nameless", case)


@pytest.mark.parametrize("around", ["{}", "电话{}", "{}，谢谢", "（{}）", "a{}。b", "\n{}\n", "1、{}"])
@pytest.mark.parametrize("number", ["13812345678", "11010519491231002X", "苏E12345"])
def test_a_number_is_found_whatever_stands_beside_it(around: str, number: str) -> None:
    found = traces(around.format(number))
    assert [words for _, words in found] == [number]


def test_exactly_one_of_eleven_check_digits_is_right() -> None:
    for order in range(100):
        start = f"{PLAIN}{order:02}"
        assert sum(is_identity(start + digit) for digit in CHECKS) == 1


def test_any_single_digit_that_is_wrong_is_noticed() -> None:
    good = "11010519491231002X"
    assert is_identity(good)
    for at in range(len(WEIGHTS)):
        for digit in "0123456789":
            wrong = good[:at] + digit + good[at + 1 :]
            assert is_identity(wrong) == (wrong == good)


NUMBER = "打13812345678"
TOLD = {"matter": "rubbish", "situation": {"is": "路灯不亮"}, "way": {"is": "报编号"}}


def made(town: Town, who: str, kind: str, sets: dict[str, object], area: int) -> tuple[str, str]:
    """Make a record in a unit; gives what the server said, and its id."""
    written = town.write(who, kind, sets, area=area)
    return town.hear(written).code, written[0].record


def test_a_case_is_not_masked_nor_published_before_its_numbers_are_out_and_then_read_below() -> None:
    town = Town()
    said, case = made(town, "worker", "case", {**TOLD, "heading": {"is": NUMBER}}, COMMUNITY)
    assert said == "applied"
    assert town.take("editor", case, "mask") == "personal_data"
    assert not may_read(KINDS["case"], actor_of("stranger"), town.records[case], UNITS)
    [[at, _]] = town.records[case].cells["heading"][0]
    assert town.take("editor", case, "mask", heading={"is": "路灯", "over": [at]}) == "applied"
    assert town.take("secretary", case, "publish") == "applied"
    assert may_read(KINDS["case"], actor_of("stranger"), town.records[case], UNITS)


def test_a_number_is_let_into_no_question_answer_or_guide() -> None:
    town = Town()
    area = 311
    assert made(town, "worker", "question", {"text": {"is": NUMBER}}, area)[0] == "personal_data"
    said, question = made(town, "worker", "question", {"text": {"is": "路灯找谁"}}, area)
    assert said == "applied"
    assert town.take("leader", question, "answer", answer=NUMBER) == "personal_data"
    assert town.take("leader", question, "answer", answer="报编号") == "applied"
    said, guide = made(town, "editor", "guide", {"title": {"is": "路灯"}, "text": {"is": NUMBER}}, TOWN)
    assert said == "applied"
    assert town.take("editor", guide, "publish") == "personal_data"
