"""Laws that hold for whatever is written, looked for by Hypothesis: merging (I2), the clock, settling (I6).

The first kind of the shared fixtures, `trial`, has a field of every merge rule and a step of every sort.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from sync.clock import COUNT_MAX, LEAD_MS_MAX, Stamp, amend, leads, tick, witness
from sync.digest import ROOT
from sync.kind import Kind
from sync.merges import RULES, Cell, join
from sync.op import REFUSALS, Op, StepTaken
from sync.permit import Actor
from sync.register import Record, merge, plain, write
from sync.settle import Answer, Known, Settled, World, settle
from tests.sync.vectors import resolve, typed

WORLD = typed(resolve({"$": "world"}), World)
TRIAL: Kind = WORLD.kinds["trial"]
REPORT = typed(resolve({"$": "report"}), Record)
WORKER, OTHER_PHONE, SECRETARY = (
    typed(resolve({"$": name}), Actor) for name in ("worker", "worker_other_phone", "secretary")
)
NOW_MS = 10_000_000
GRADES = ("low", "mid", "high")

# --- cells: whatever writes can make of a field, and joins of those

SMALL_STAMPS = st.tuples(st.integers(1, 4), st.integers(0, 1), st.sampled_from(["aa", "bb", "cc"]))
ELEMENTS = st.sampled_from(["x", "y", "z"])


def _stamp(raw: Sequence[Any]) -> Stamp:
    return Stamp(*raw)


@st.composite
def writes(draw: st.DrawFn, rule: str) -> list[Cell]:
    """Make some writes to one field, each under its own stamp, that may refer to those before them."""
    stamps = draw(st.lists(SMALL_STAMPS, unique=True, min_size=1, max_size=6))
    made, seen = [], []
    for stamp in sorted(stamps):
        change: Any = draw(ELEMENTS)
        if rule == "largest":
            change = draw(st.sampled_from([*GRADES, None, "unknown"]))
        elif rule == "count":
            change = sorted(stamps).index(stamp) + 1  # a device's own total only grows
        elif rule == "union":
            drops = draw(st.lists(st.sampled_from(seen), max_size=2)) if seen else []
            added = draw(st.lists(ELEMENTS, max_size=3))
            seen += [[list(stamp), element] for element in added]
            change = {"add": added, "drop": drops}
        elif rule in ("keep_both", "authority"):
            over = draw(st.lists(st.sampled_from(seen), max_size=3)) if seen else []
            seen.append(list(stamp))
            change = {"is": change, "over": over}
        made.append(write(rule, change, _stamp(stamp), int(stamp[2] == "aa")))
    return made


@st.composite
def cells(draw: st.DrawFn, rule: str, count: int) -> list[Cell]:
    """Make some copies of one field, each the join of some of the same writes in some order."""
    made = draw(writes(rule))
    some = st.lists(st.sampled_from(made), min_size=1, max_size=len(made))
    return [reduce(lambda one, other: join(rule, one, other, GRADES), draw(some)) for _ in range(count)]


def _copies(count: int) -> st.SearchStrategy[tuple[str, list[Cell]]]:
    return st.sampled_from(sorted(RULES)).flatmap(lambda rule: st.tuples(st.just(rule), cells(rule, count)))


@given(_copies(2))
def test_joining_is_commutative(copies: tuple[str, list[Cell]]) -> None:
    rule, (one, other) = copies
    assert join(rule, one, other, GRADES) == join(rule, other, one, GRADES)


@given(_copies(3))
def test_joining_is_associative(copies: tuple[str, list[Cell]]) -> None:
    rule, (one, other, third) = copies
    left = join(rule, join(rule, one, other, GRADES), third, GRADES)
    assert left == join(rule, one, join(rule, other, third, GRADES), GRADES)


@given(_copies(2))
def test_joining_is_idempotent(copies: tuple[str, list[Cell]]) -> None:
    rule, (one, other) = copies
    assert join(rule, one, one, GRADES) == one
    both = join(rule, one, other, GRADES)
    assert join(rule, both, other, GRADES) == both


@given(
    st.sampled_from(sorted(RULES)).flatmap(lambda rule: st.tuples(st.just(rule), writes(rule), st.randoms()))
)
def test_writes_may_arrive_in_any_order_any_number_of_times(made: tuple[str, list[Cell], Any]) -> None:
    rule, written, chance = made
    shuffled = chance.sample([*written, *written], 2 * len(written))
    ends = [reduce(lambda one, other: join(rule, one, other, GRADES), order) for order in (written, shuffled)]
    assert ends[0] == ends[1]
    assert plain(rule, ends[0]) == plain(rule, ends[1])


BY_RULE = {"name": "latest", "proof": "first", "grave": "largest", "tags": "union"}
BY_RULE |= {"diary": "log", "heads": "count", "words": "keep_both", "opinion": "authority"}


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Cell]]:
    """Make three copies of a record's cells, each with some of its fields."""
    fields = {name: draw(cells(rule, 3)) for name, rule in BY_RULE.items() if draw(st.booleans())}
    return [{name: copies[i] for name, copies in fields.items() if draw(st.booleans())} for i in range(3)]


@given(records())
def test_merging_records_is_commutative_associative_idempotent(copies: list[dict[str, Cell]]) -> None:
    one, other, third = copies
    rules = TRIAL.rules
    assert merge(one, other, rules) == merge(other, one, rules)
    assert merge(merge(one, other, rules), third, rules) == merge(one, merge(other, third, rules), rules)
    assert merge(one, one, rules) == one
    assert merge(one, other, rules).keys() == one.keys() | other.keys()


# --- the clock

TIMES = st.integers(0, 200_000)
COUNTS = st.sampled_from([0, 1, 2, COUNT_MAX - 1, COUNT_MAX])
STAMPS = st.builds(Stamp, TIMES, COUNTS, st.sampled_from(["aa", "bb"]))


def _instant(stamp: Stamp) -> tuple[int, int]:
    return stamp.wall_ms, stamp.count


@given(STAMPS, TIMES)
def test_a_tick_is_strictly_later_and_of_the_same_device(last: Stamp, now_ms: int) -> None:
    ticked = tick(last, now_ms)
    assert _instant(ticked) > _instant(last)
    assert ticked.wall_ms >= now_ms
    assert ticked.device == last.device
    assert 0 <= ticked.count <= COUNT_MAX


@given(STAMPS, STAMPS, TIMES)
def test_witnessing_never_goes_back_and_orders_the_next_write_after(
    last: Stamp, heard: Stamp, now_ms: int
) -> None:
    moved = witness(last, heard, now_ms)
    assert _instant(moved) >= _instant(last)
    assert moved.device == last.device
    assert leads(heard, now_ms) or _instant(tick(moved, now_ms)) > _instant(heard)


@given(STAMPS, st.lists(STAMPS, max_size=6, unique_by=_instant), st.lists(TIMES, min_size=6, max_size=6))
def test_amending_keeps_the_order_of_ops_and_never_leads(
    clock: Stamp, made: list[Stamp], times: list[int]
) -> None:
    assume(not leads(tick(clock, 0), min(times)))
    last = None
    for claimed, now_ms in zip(sorted(made, key=_instant), sorted(times), strict=False):
        before = clock
        final, clock = amend(clock, claimed, now_ms)
        assert final.device == claimed.device
        assert final == claimed or leads(claimed, now_ms)
        assert _instant(clock) >= _instant(before)
        assert _instant(clock) >= _instant(final)
        assert final.wall_ms <= max(now_ms + LEAD_MS_MAX, before.wall_ms + 1)
        assert last is None or _instant(final) > last
        last = _instant(final)


# --- settling

OVER = st.lists(st.sampled_from([[4000, 0, "a" * 16], [NOW_MS - 3000, 0, "b" * 16]]), max_size=2)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["mud", "rock", None]),
    "proof": st.sampled_from(["seen", "heard"]),
    "grave": st.sampled_from([*GRADES, None]),
    "emergency": st.sampled_from([False, False, True]),
    "tags": st.fixed_dictionaries({"add": st.lists(ELEMENTS, max_size=2)}),
    "diary": st.sampled_from(["came", "went"]),
    "words": st.fixed_dictionaries({"is": st.sampled_from(["deep", "wide"]), "over": OVER}),
    "opinion": st.fixed_dictionaries({"is": st.sampled_from(["open", "shut"])}),
}
CHANGES = st.fixed_dictionaries({}, optional=FACTS)
STEPS = st.builds(
    StepTaken,
    st.sampled_from([*(step.name for step in TRIAL.workflow.steps), "fly"]),
    st.sampled_from([*TRIAL.workflow.states, "moon"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["is", "over", "add", "drop", "?"]), inner, max_size=3)
    ),
    max_leaves=12,
)
WILD = st.dictionaries(st.sampled_from([*TRIAL.fields, "weight", "constructor"]), JSON, max_size=3)


@st.composite
def pushes(draw: st.DrawFn, actor: Actor, *, facts_only: bool = False, lead: bool = True) -> list[Op]:
    """Make the ops of one device: numbered, stamped in order, on the report or on records of their own."""
    ops = []
    for n in range(1, draw(st.integers(0, 5)) + 1):
        wall_ms = NOW_MS - 5000 + n * 500 + draw(st.integers(0, 499))
        if lead and n > 3:
            wall_ms += draw(st.sampled_from([0, 5 * LEAD_MS_MAX]))
        stamp = Stamp(wall_ms, draw(st.integers(0, 1)), actor.device)
        sets: dict[str, Any] = draw(CHANGES)
        sets |= {"heads": n} if draw(st.booleans()) else {}
        record, area, step = REPORT.id, None, None
        if not facts_only:
            sets = draw(st.just(sets) | WILD)
            step = draw(st.none() | STEPS)
            record, area = draw(st.sampled_from([(REPORT.id, None), (f"{actor.device}.{n}", 111)]))
        ops.append(Op(n, stamp, "trial", record, area, sets or {"name": "x"}, step))
    return ops


def _known(**records: Record) -> Known:
    held = {record.id: record for record in (REPORT, *records.values())}
    return Known(held, {}, frozenset(), Stamp(NOW_MS - 6000, 0, "0" * 16), 20, ROOT)


def _after(known: Known, settled: Settled) -> Known:
    """Give what the store knows of the same device after a push was saved."""
    rows = settled.log
    return Known(
        {**known.records, **settled.records},
        {**known.answers, **{row.op.n: Answer(row.op, row.verdict) for row in rows}},
        known.stamps | {_instant(row.stamp) for row in rows if row.verdict.code != "bad_stamp"},
        settled.clock,
        settled.seq,
        settled.head,
    )


def _without_places(record: Record) -> Any:
    """Give what of a record does not depend on where in the lane its ops stand."""
    story = [(line.stamp, line.person, line.step, line.to, line.outcome, line.sets) for line in record.story]
    return record.state, record.cells, story


@given(pushes(WORKER), st.data())
def test_a_repeat_is_nothing_new(ops: list[Op], data: st.DataObject) -> None:
    known = _known()
    first = settle(known, ops, WORKER, WORLD, NOW_MS)
    later_ms = NOW_MS + data.draw(st.integers(0, 1000))
    again = settle(_after(known, first), ops, WORKER, WORLD, later_ms)
    assert (again.records, again.log, again.seq, again.head) == ({}, [], first.seq, first.head)
    assert [(each.n, each.code, each.detail) for each in again.verdicts] == [
        (each.n, each.code, each.detail) for each in first.verdicts
    ]
    held = {row.op.n for row in first.log}
    assert [each for each in again.verdicts if each.n in held] == [
        each for each in first.verdicts if each.n in held
    ]


@given(pushes(WORKER), st.integers(0, 5))
def test_two_pushes_settle_as_one_would(ops: list[Op], cut: int) -> None:
    known = _known()
    whole = settle(known, ops, WORKER, WORLD, NOW_MS)
    first = settle(known, ops[:cut], WORKER, WORLD, NOW_MS)
    second = settle(_after(known, first), ops[cut:], WORKER, WORLD, NOW_MS)
    assert {**first.records, **second.records} == whole.records
    assert [*first.verdicts, *second.verdicts] == whole.verdicts
    assert [*first.log, *second.log] == whole.log
    assert (second.clock, second.seq, second.head) == (whole.clock, whole.seq, whole.head)


def _both(known: Known, *pushed: tuple[Actor, list[Op]]) -> Record:
    for actor, ops in pushed:
        settled = settle(known, ops, actor, WORLD, NOW_MS)
        after = _after(known, settled)
        known = Known(after.records, {}, frozenset(), after.clock, after.seq, after.head)
    return known.records[REPORT.id]


@given(
    pushes(WORKER, facts_only=True, lead=False),
    pushes(OTHER_PHONE, facts_only=True, lead=False),
)
def test_facts_of_two_devices_come_to_the_same_in_either_order(mine: list[Op], theirs: list[Op]) -> None:
    one = _both(_known(), (WORKER, mine), (OTHER_PHONE, theirs))
    other = _both(_known(), (OTHER_PHONE, theirs), (WORKER, mine))
    assert _seen(one) == _seen(other)
    assert one.cells == other.cells
    assert one.state == other.state


def _seen(record: Record) -> dict[str, Any]:
    return {name: plain(TRIAL.fields[name].rule, cell) for name, cell in record.cells.items()}


@given(pushes(WORKER), STEPS | st.none(), WILD, st.integers(0, 5), st.sampled_from(["trial", "boat"]))
def test_an_op_beside_a_bad_one_is_unaffected(
    ops: list[Op], step: StepTaken | None, sets: dict[str, Any], place: int, kind: str
) -> None:
    known = _known()
    bad = Op(99, Stamp(NOW_MS - 5500, 7, WORKER.device), kind, REPORT.id, None, sets, step)
    assume(settle(known, [bad], WORKER, WORLD, NOW_MS).verdicts[0].code in REFUSALS)
    beside = settle(known, [*ops[:place], bad, *ops[place:]], WORKER, WORLD, NOW_MS)
    assume(next(each for each in beside.verdicts if each.n == 99).code in REFUSALS)
    alone = settle(known, ops, WORKER, WORLD, NOW_MS)
    assert [each for each in beside.verdicts if each.n != 99] == alone.verdicts
    assert beside.clock == alone.clock
    assert {name: _without_places(each) for name, each in beside.records.items()} == {
        name: _without_places(each) for name, each in alone.records.items()
    }


NUMBERS = st.integers(-2, 6) | st.sampled_from([2**53, 2**64])
STRANGE = st.builds(
    Op,
    NUMBERS,
    st.builds(
        Stamp, st.integers() | TIMES, st.integers(-1, 70_000), st.sampled_from([WORKER.device, "b" * 16, ""])
    ),
    st.sampled_from(["trial", "sheet", "race", "", "boat"]),
    st.sampled_from(
        [REPORT.id, f"{WORKER.device}.2", "ffffffff00000005.720260730", f"{'f' * 16}.7", "", "x.1"]
    ),
    st.sampled_from([None, 0, 111, 11, -1, 2**64]),
    WILD | CHANGES | st.dictionaries(st.text(max_size=3), JSON, max_size=3),
    st.none() | STEPS | st.builds(StepTaken, st.text(max_size=3), st.text(max_size=3)),
)


@given(st.lists(STRANGE, max_size=6), st.sampled_from([WORKER, SECRETARY]))
def test_every_op_has_one_verdict_and_nothing_raises(ops: list[Op], actor: Actor) -> None:
    known = _known()
    settled = settle(known, ops, actor, WORLD, NOW_MS)
    assert [each.n for each in settled.verdicts] == [op.n for op in ops]
    assert {each.code for each in settled.verdicts} <= {*REFUSALS, "applied", "amended", "overtaken"}
    assert [row.seq for row in settled.log] == list(range(known.seq + 1, settled.seq + 1))
    assert known == _known()
