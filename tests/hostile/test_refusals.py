"""What must not happen to a case or a task, over HTTP: each has a stable code and plain words, and stays.

More of each, through settle alone: tests/sync/test_bad_input.py. That what was refused stays on the phone,
with these words: tests/whole/test_journey_needs.py.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from sync.op import REFUSALS
from tests.backend.town import LEADER, NORTH_ONE, OFFICER, SECRETARY, STRANGER, WORKER

pytestmark = pytest.mark.anyio

PHOTO = "A" * 22
TICKED = {"add": ["site_clear", "reporter_told"]}
ROOT = Path(__file__).parents[2]


class Line(Struct, frozen=True):
    """Who does what, after which steps, and the code that answers it."""

    code: str
    who: int
    step: str
    saw: str
    sets: dict[str, Any] = {}
    after: tuple[tuple[int, str, dict[str, Any]], ...] = ()  # who, step, with what
    kind: str = "incident"


APPROVED = ((SECRETARY, "approve", {}),)
TAKEN_UP = ((SECRETARY, "escalate", {}), (OFFICER, "accept", {}))
REJECTED = ((SECRETARY, "reject", {"reject_reason": "not_ours"}),)
DONE = {"result": "清走了", "conditions": TICKED, "result_photos": {"add": [PHOTO]}}
BAD: dict[str, Line] = {
    "a state it does not start from": Line("wrong_state", SECRETARY, "finish", "in_review", DONE),
    "a stale state": Line(
        "overtaken", SECRETARY, "reject", "in_review", {"reject_reason": "not_ours"}, APPROVED
    ),
    "the wrong role": Line("not_your_role", WORKER, "approve", "in_review"),
    "the wrong role, on a task": Line(
        "not_your_role", SECRETARY, "submit", "created", {"result": "好了"}, kind="task"
    ),
    "no reason": Line("needs_field", SECRETARY, "reject", "in_review"),
    "an empty reason": Line("needs_field", SECRETARY, "reject", "in_review", {"reject_reason": None}),
    "no photo": Line(
        "needs_field", SECRETARY, "finish", "handling", {**DONE, "result_photos": {"add": []}}, APPROVED
    ),
    "a condition not ticked": Line(
        "needs_field",
        SECRETARY,
        "finish",
        "handling",
        {**DONE, "conditions": {"add": ["site_clear"]}},
        APPROVED,
    ),
    "somebody else's case": Line("not_found", STRANGER, "approve", "in_review"),
    "one's own entry": Line(
        "your_own_work", SECRETARY, "verify", "handled", {}, (*APPROVED, (SECRETARY, "finish", DONE))
    ),
    "a merge into itself": Line("bad_target", SECRETARY, "merge", "in_review", {"merged_into": "itself"}),
    "a merge that closes a circle": Line(
        "bad_target", SECRETARY, "merge", "in_review", {"merged_into": "merged into it"}
    ),
    "a merge into nothing": Line(
        "bad_target", SECRETARY, "merge", "in_review", {"merged_into": "0" * 15 + "1.9"}
    ),
    "down again, once it went up": Line(
        "no_return", OFFICER, "dispatch", "triaged", {"unit": NORTH_ONE, "assignee": WORKER}, TAKEN_UP
    ),
    "an objection a second time": Line(
        "overtaken",
        WORKER,
        "object",
        "rejected",
        {"objection": "是我们的"},
        (*REJECTED, (WORKER, "object", {"objection": "是我们的路"})),
    ),
    "a task outside the list": Line(
        "out_of_list", LEADER, "", "", {"matter": "06001", "what": {"is": "量违建"}}, kind="task"
    ),
    "a task about nothing": Line("out_of_list", LEADER, "", "", {"what": {"is": "量违建"}}, kind="task"),
    "a day that is none": Line(
        "bad_value", WORKER, "", "", {"topic": "land", "heat": "words", "next_day": 20260229}, kind="dispute"
    ),
    "an instant that is none": Line("bad_value", WORKER, "", "", {"captured_ms": -1}),
    "a rating beyond its bounds": Line("bad_value", WORKER, "rate", "closed", {"rating": 6}),
    "an option nobody knows": Line(
        "bad_value", SECRETARY, "reject", "in_review", {"reject_reason": "no_mood"}
    ),
}


class Hall:
    """A server with a report, or a task, and the phones of those who work on it."""

    def __init__(self, enrol: Any) -> None:
        self._enrol, self._phones = enrol, dict[int, Any]()

    async def phone(self, who: int) -> Any:
        """Give somebody's phone."""
        if who not in self._phones:
            self._phones[who] = await self._enrol(who)
        return self._phones[who]

    async def hear(self, who: int, op: Any) -> str:
        """Push an op; gives the word for it."""
        heard = await (await self.phone(who)).exchange(op)
        return str(heard.codes.get(op.n, "applied"))

    async def make(self, kind: str) -> str:
        """Make a report, or a task that is on the list."""
        who, sets = (LEADER, {"what": {"is": "去看"}}) if kind == "task" else (WORKER, {})
        op = (await self.phone(who)).op(kind, {"matter": "rubbish", **sets}, area=NORTH_ONE)
        assert await self.hear(who, op) == "applied"
        return str(op.record)

    async def take(self, who: int, record: str, step: str, sets: dict[str, Any]) -> None:
        state, *_ = await self.told(record)
        op = (await self.phone(who)).op("incident", sets, record, step=(step, state))
        assert await self.hear(who, op) == "applied", step

    async def told(self, record: str) -> Any:
        """Give a record as a fresh phone hears it: its state, its cells, its story."""
        heard = await (await self._enrol(LEADER)).exchange()
        return next((each[6:9] for each in heard.records if each[0] == record), None)

    async def target(self, record: str, meant: Any) -> Any:
        """Give what a report is to be merged into."""
        if meant == "merged into it":
            other = await self.make("incident")
            await self.take(SECRETARY, other, "merge", {"merged_into": record})
            return other
        return record if meant == "itself" else meant


@pytest.mark.parametrize("name", BAD)
async def test_what_must_not_happen_has_its_code_and_is_kept(enrol: Any, name: str) -> None:
    line, hall = BAD[name], Hall(enrol)
    record = await hall.make(line.kind) if line.step else ""
    for who, step, sets in line.after:
        await hall.take(who, record, step, sets)
    into = await hall.target(record, line.sets.get("merged_into"))
    said = line.sets | ({"merged_into": into} if into else {})
    before, phone = await hall.told(record), await hall.phone(line.who)
    step = (line.step, line.saw) if line.step else None
    op = phone.op(line.kind, said, record, area=None if record else NORTH_ONE, step=step)
    assert await hall.hear(line.who, op) == line.code
    assert await hall.hear(line.who, op) == line.code, "it is in the log: the server knows it again"
    after = await hall.told(op.record)
    if line.code == "overtaken":
        assert (after[0], after[2][-1][8]) == (before[0], said), "the words are in the story"
    else:
        assert after == before


@pytest.mark.parametrize("code", sorted({line.code for line in BAD.values()} - {"overtaken"}))
def test_each_code_has_plain_words_in_both_languages_and_on_the_page(code: str) -> None:
    assert code in REFUSALS
    assert f"| `{code}` |" in (ROOT / "docs/kinds.md").read_text(encoding="utf-8")
    for language in ("zh-CN", "en"):
        words: dict[str, str] = {}
        for file in sorted((ROOT / "pwa/src/words").glob(f"{language}*.json")):
            words |= json.loads(file.read_text(encoding="utf-8"))
        assert words[f"why.{code}"].strip()
