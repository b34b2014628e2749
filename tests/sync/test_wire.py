"""sync/wire.py against the shared cases, and whatever is packed is read back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.clock import Stamp
from sync.kind import Kind
from sync.op import Op, StepTaken
from sync.wire import OPS_MAX, WireError, pack, unpack
from tests.sync.vectors import Case, fault_of, parametrized, resolve, typed

DEVICE = "a" * 16
KINDS = typed(resolve({"$": "kinds"}), dict[str, Kind])
TRIAL = KINDS["trial"]
NOW_MS = 50_000


@parametrized("wire")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("wire", case)


STAMPS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), st.just(DEVICE)).map(list), max_size=2)
ELEMENTS = st.lists(st.sampled_from(["x", "y", "z"]), max_size=3)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(max_size=5) | st.none(),
    "grave": st.sampled_from(["low", "mid", "high", None]),
    "yes": st.booleans(),
    "at": st.integers(0, 100_000),
    "place": st.lists(st.integers(-9, 9), min_size=6, max_size=6),
    "tags": st.fixed_dictionaries({"add": ELEMENTS}),
    "words": st.builds(
        lambda text, over: {"is": text, "over": over} if over else {"is": text}, st.text(max_size=5), STAMPS
    ),
    "weight": st.integers(),
}
STEPS = st.builds(
    StepTaken,
    st.sampled_from([step.name for step in TRIAL.workflow.steps]),
    st.sampled_from([*TRIAL.workflow.states, "moon"]),
)
BODIES = st.tuples(
    st.sampled_from([f"{DEVICE}.7", f"{'b' * 16}.3"]),
    st.sampled_from([None, 111]),
    st.fixed_dictionaries({}, optional=CHANGES),
    st.none() | STEPS,
    st.integers(0, 100_000),
)


def _ops(bodies: list[Any]) -> list[Op]:
    return [
        Op(n, Stamp(wall_ms, 0, DEVICE), "trial", record, area, sets, step)
        for n, (record, area, sets, step, wall_ms) in enumerate(bodies, 1)
    ]


@given(st.lists(BODIES, max_size=6).map(_ops))
def test_what_is_packed_is_read_back(ops: list[Op]) -> None:
    assert unpack(pack(ops, KINDS, NOW_MS), KINDS, DEVICE, NOW_MS) == ops


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=9) | st.dictionaries(st.sampled_from(["c", "r", "t", "n", "raw"]), inner)
    ),
    max_leaves=30,
)


@given(JSON)
def test_what_is_no_push_is_refused_and_nothing_else_happens(packed: Any) -> None:
    try:
        ops = unpack(packed, KINDS, DEVICE, NOW_MS)
    except WireError:
        return
    assert all(isinstance(op, Op) for op in ops)


def test_no_push_holds_more_ops_than_it_may() -> None:
    rows = [[3, n, 0, 0, 0, 111, 0, 0] for n in range(1, OPS_MAX + 1)]
    assert len(unpack(rows, KINDS, DEVICE, NOW_MS)) == OPS_MAX
    try:
        unpack([*rows, [3, 999, 0, 0, 0, 111, 0, 0]], KINDS, DEVICE, NOW_MS)
    except WireError:
        return
    raise AssertionError("one op too many was read")
