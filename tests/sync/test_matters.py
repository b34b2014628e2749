"""What follows from a matter: the town says which unit stands behind whom the catalogue names, and then a
question is with it at once, and a whistle calls one of those that are listed and nobody else.
"""

from pathlib import Path
from typing import Any

import pytest

from backend.kinds import read_pages
from sync.clocks import run
from sync.deadline import Calendar
from sync.kind import KindError
from sync.permit import may_hear, may_read, may_step
from sync.register import Record, fresh
from sync.settle import World
from sync.workflow import find
from tests.sync.scene import BOARD, GRID, POST, ROLES, UNITS, WATER, Town, actor_of

BUILT_IN = Path(__file__).parents[2] / "sync/kinds"
SEATS = 'rows = [{ value = "drainage", at = "371" }, { value = "emergency", at = "21" }]\n'
MINUTE_MS = 60_000


def read(folder: Path, text: str = SEATS) -> World:
    """Read the pages of a town that says who answers for matters."""
    (folder / "lists").mkdir()
    (folder / "lists" / "responders.toml").write_text(text, encoding="utf-8")
    return World(read_pages((BUILT_IN, folder), [UNITS]), UNITS)


@pytest.fixture(scope="module")
def seated(tmp_path_factory: pytest.TempPathFactory) -> World:
    return read(tmp_path_factory.mktemp("kinds"))


def told(town: Town, record: Record) -> dict[str, set[str]]:
    """Say who heard of each step taken so far, by the name of the step."""
    kind, found = town.world.kinds[record.kind], dict[str, set[str]]()
    for entry in record.story:
        step = find(kind, entry.step)
        hears = [
            who for who in ROLES
            if step and may_read(kind, actor_of(who), record, UNITS)
            and may_hear(kind, step, actor_of(who), record, UNITS)
        ]  # fmt: skip
        found |= {entry.step: set(hears)} if step else {}
    return found


def asked(town: Town, **sets: Any) -> str:
    return town.make("worker", "question", text={"is": "沟归哪个通？"}, **sets)


def test_a_question_is_at_once_with_the_unit_that_answers_for_its_matter(seated: World) -> None:
    town = Town(world=seated)
    question = asked(town, matter="flooding")
    assert (town.state(question), town.value(question, "unit")) == ("routed", POST)
    record = town.records[question]
    assert record.story[-1].person == 0
    assert record.story[-1].received_ms == record.received_ms, "at minute 0"
    assert told(town, record)["to_responder"] == {"post"}
    assert may_read(seated.kinds["question"], actor_of("post"), record, UNITS)
    assert town.take("fire", question, "answer", answer="不晓得") == "not_found"
    assert town.take("post", question, "answer", answer="归我们，明天来") == "applied"


def test_the_phone_that_asked_is_told_who_has_the_question(seated: World) -> None:
    town, device = Town(world=seated), actor_of("worker").device
    nobody = town.records[asked(town)]
    record = town.records[asked(town, matter="flooding")]
    heard = nobody.head.seq
    assert fresh(record.head, device, heard), "where it went"
    assert fresh(record.held["unit"], device, heard)
    assert not fresh(record.held["text"], device, heard), "what it wrote itself it has"
    later = town.records[asked(town)]
    assert not fresh(later.head, device, record.head.seq), "it is where it was sent to"


def test_who_did_not_see_that_it_was_sent_on_is_not_too_late(seated: World) -> None:
    town = Town(world=seated)
    first, second, third = asked(town), asked(town, matter="flooding"), asked(town, matter="flooding")
    assert town.take("worker", second, "self_solve", "asked", helped_by=first) == "applied"
    assert (town.state(second), town.records[second].story[-1].start) == ("self_solved", "routed")
    assert town.take("officer", first, "route", unit=POST) == "applied"
    assert town.take("worker", first, "self_solve", "asked", helped_by=second) == "overtaken", "a person did"
    assert town.take("operator", third, "answer", "asked", answer="归水务") == "applied"
    assert town.take("worker", third, "not_helpful", unhelpful="归他们哪个？") == "applied"
    assert town.take("worker", third, "self_solve", "asked", helped_by=first) == "overtaken", "it came back"


def test_a_step_that_cannot_be_taken_from_there_is_too_late(seated: World) -> None:
    town = Town(world=seated)
    first, question = asked(town), asked(town, matter="flooding")
    assert town.take("post", question, "answer", answer="归我们") == "applied"
    assert town.take("worker", question, "self_solve", "asked", helped_by=first) == "overtaken"


def test_the_hour_runs_from_when_it_was_asked_and_the_board_hears_at_three_quarters(seated: World) -> None:
    town = Town(world=seated)
    question = asked(town, matter="flooding")
    record = town.records[question]
    due = run(seated.kinds["question"], record, Calendar())
    assert due is not None
    assert due.due.due_ms == record.received_ms + 60 * MINUTE_MS
    for minutes in (29, 2):
        town.wait(minutes * MINUTE_MS)
    assert "post" in told(town, town.records[question])["half_hour"]
    town.wait(15 * MINUTE_MS)
    heard = told(town, town.records[question])["three_quarters"]
    assert {"board", "officer"} <= heard, "the leader of the board holds a post at the board, and none above"
    assert ROLES["board"] == ("board_leader", BOARD)
    assert "three_quarters_alone" not in told(town, town.records[question])
    town.wait(15 * MINUTE_MS)
    assert {"worker", "commander", "board", "post"} <= told(town, town.records[question])["hour_over"]


def test_a_question_that_no_unit_has_is_with_the_desk_and_the_commander_hears(seated: World) -> None:
    for world, sets in (
        (seated, {}),
        (seated, {"matter": "rubbish"}),
        (Town().world, {"matter": "flooding"}),
    ):
        town = Town(world=world)
        question = asked(town, **sets)
        assert (town.state(question), town.value(question, "unit")) == ("asked", None)
        town.wait(46 * MINUTE_MS)
        heard = told(town, town.records[question])
        assert (heard["three_quarters"], heard["three_quarters_alone"]) == ({"officer"}, {"commander"})


def test_a_matter_that_is_said_later_sends_the_question_on(seated: World) -> None:
    town = Town(world=seated)
    question = asked(town)
    assert town.hear(town.write("worker", "question", {"matter": "flooding"}, question)).code == "applied"
    assert (town.state(question), town.value(question, "unit")) == ("routed", POST)


def test_a_unit_that_was_asked_wrongly_passes_it_on(seated: World) -> None:
    town = Town(world=seated)
    question = asked(town, matter="flooding")
    assert town.take("post", question, "route", unit=WATER) == "applied"
    assert town.take("water", question, "answer", answer="归区里") == "applied"
    page = seated.kinds["question"]
    assert not may_step(page, page.workflow.steps[0], actor_of("post"), town.records[question], UNITS)


def whistle(town: Town, unit: int, matter: str = "flooding") -> str:
    sets = {"matter": matter, "unit": unit, "need": {"is": "来看看"}}
    return town.hear(town.write("leader", "whistle", sets)).code


def test_whistled_is_for_those_the_matter_lists(seated: World) -> None:
    town = Town(world=seated)
    assert whistle(town, POST) == "applied", "who answers for it"
    assert whistle(town, WATER) == "applied", "who else may be called"
    assert whistle(town, 36) == "not_listed"
    assert whistle(town, BOARD) == "not_listed"
    assert whistle(town, 36, "quarrel") == "applied", "nobody told who that is"
    assert whistle(Town(), 36) == "applied"


def test_whom_a_whistle_calls_stays_as_it_was(seated: World) -> None:
    town = Town(world=seated)
    sets = {"matter": "flooding", "unit": POST, "need": {"is": "来看看"}}
    call = town.make("leader", "whistle", **sets)
    for change in ({"unit": 36}, {"matter": "quarrel"}, {"matter": "quarrel", "unit": 36}):
        town.hear(town.write("leader", "whistle", change, call))
    assert (town.value(call, "unit"), town.value(call, "matter")) == (POST, "flooding")


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("999", "row drainage: at: no unit 999 here"),
        (str(GRID), f"row drainage: at: unit {GRID} is no department, board or post"),
        ("3", "row drainage: at: unit 3 is no department, board or post"),
        ("桥头", "row drainage: at: no number of a unit '桥头'"),
    ],
)
def test_a_unit_that_cannot_answer_is_told_by_file_and_row(tmp_path: Path, said: str, fault: str) -> None:
    with pytest.raises(KindError, match=r"^lists/responders\.toml: ") as caught:
        read(tmp_path, SEATS.replace("371", said))
    assert fault in str(caught.value)
