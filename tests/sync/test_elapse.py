"""sync/elapse.py against the shared cases, and the clocks against a stopwatch held while time goes by."""

from hypothesis import given
from hypothesis import strategies as st

from sync.clock import Stamp
from sync.clocks import run
from sync.deadline import HOUR_MS, MINUTE_MS, Calendar
from sync.elapse import dated, elapse, next_ms
from sync.kind import Kind
from sync.register import Record
from sync.workflow import Event, advance, begin, find
from tests.sync.vectors import Case, fault_of, parametrized, resolve, typed

JOB = typed(resolve({"$": "job"}), Kind)
MADE = typed(resolve({"$": "job_made"}), Record)
CALENDAR = typed(resolve({"$": "calendar"}), Calendar)
DEVICE = "b" * 16
START_MS = 1_795_395_600_000  # 23 November 2026, 9:00 in Shanghai
DEEDS = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["wait", "again", "lengthen", "open"])), max_size=6
)


@parametrized("elapse")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("elapse", case)


def event(at_ms: int) -> Event:
    return Event(at_ms, 0, DEVICE, 2, DEVICE, at_ms)


def made() -> Record:
    return begin(MADE, event(START_MS))


def taken(record: Record, name: str, at_ms: int) -> Record:
    """Take a step, whatever its guards, if it starts from the state."""
    step = find(JOB, name)
    if step is None or record.state not in step.start:
        return record
    return advance(JOB, record, step, 9, {"more": 1} if name == "lengthen" else {}, event(at_ms))


@given(deeds=DEEDS)
def test_a_stopwatch_says_the_same(deeds: list[tuple[int, str]]) -> None:
    """Two hours and what was added to them, held while it pauses, must run out at the due time."""
    record, now_ms = made(), START_MS
    for minutes, name in deeds:
        now_ms += minutes * MINUTE_MS
        record = taken(record, name, now_ms)
    left, ticking = 2 * 60 + 60 * sum(entry.step == "lengthen" for entry in record.story), True
    moves = {entry.received_ms: entry.step for entry in record.story}
    minute, due_ms = START_MS, 0
    while not due_ms and (ticking or minute <= now_ms):
        ticking = {"wait": False, "again": True}.get(moves.get(minute, ""), ticking)
        minute, left = minute + MINUTE_MS, left - ticking
        due_ms = 0 if left else minute
    one = run(JOB, record, CALENDAR)
    assert one is not None
    assert one.due.due_ms == due_ms


@given(deeds=DEEDS)
def test_every_timed_step_is_taken_once_and_on_time(deeds: list[tuple[int, str]]) -> None:
    """However often the system looks, it never turns on one spot, and after the last step it rests."""
    record, now_ms = dated(JOB, made(), CALENDAR), START_MS
    for minutes, name in deeds:
        now_ms += minutes * MINUTE_MS
        record = dated(JOB, taken(record, name, now_ms), CALENDAR)
    if any(entry.step == "wait" for entry in record.story):
        record = dated(JOB, taken(record, "again", now_ms), CALENDAR)
    for _ in JOB.workflow.steps:
        if not record.due_ms:
            break
        now_ms = max(now_ms, record.due_ms)
        moved = elapse(record, JOB, CALENDAR, Stamp(now_ms, 0, "0" * 16), 3, now_ms)
        assert moved is not None
        record = moved
    assert record.due_ms == next_ms(JOB, record, CALENDAR) == 0
    assert [entry.step for entry in record.story if entry.outcome == "auto"] == ["warn", "rung"]
    assert now_ms >= START_MS + 2 * HOUR_MS + 30 * MINUTE_MS


def test_a_step_that_time_took_does_not_move_the_clock() -> None:
    record = made()
    before = run(JOB, record, CALENDAR)
    warned = elapse(record, JOB, CALENDAR, Stamp(1, 0, "0" * 16), 3, START_MS + 2 * HOUR_MS)
    after = run(JOB, warned or record, CALENDAR)
    assert before is not None
    assert after is not None
    assert (after.start_ms, after.due) == (before.start_ms, before.due)
    assert (warned and warned.state, after.taken) == ("asked", ("warn",))
