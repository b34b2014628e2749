"""sync/ripple.py: what follows in other records, in what order, and how far."""

from itertools import pairwise

from msgspec.structs import replace

from sync.kind import Kinds
from sync.register import plain
from sync.ripple import ROUNDS_MAX, asked_by, ripple, wanted
from sync.settle import SYSTEM, Known, settle
from tests.sync.linked import DAY_MS, KINDS, NOW, SOUTH, STRANGER, WORLD, Hand, Town, officer, worker

KEY = "A" * 22


def codes(town: Town) -> list[str]:
    return [verdict.code for verdict in town.settled.verdicts]


def test_a_duplicate_closes_with_its_original_and_takes_over_its_answer():
    town, duty, chen = Town(), officer(), worker()
    first, second = (
        chen.op("mishap", {"note": "落石"}),
        chen.op("mishap", {"note": "有石头", "contact": "张三"}),
    )
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open")))
    assert (codes(town), town.state(second)) == (["applied"], "merged")
    close = duty.op("mishap", {"result": "清走了", "after": {"add": [KEY]}}, first.record, ("finish", "open"))
    town.push(duty, close)
    assert town.state(second) == "done"
    cells = town.records[second.record].cells
    assert cells["result"][0] == "清走了"
    assert plain("union", cells["after"]) == [KEY]
    assert cells["contact"][0] == "张三"
    assert "contact" not in town.records[first.record].cells  # nothing goes the other way


def test_what_follows_is_logged_as_a_step_of_the_system_and_heard_by_everyone():
    town, duty, chen = Town(), officer(), worker()
    first, second = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open")))
    before = town.settled.seq
    town.push(duty, duty.op("mishap", {"result": "清走了"}, first.record, ("finish", "open")))
    mine, follows = town.settled.log
    assert (mine.seq, follows.seq, follows.person) == (before + 1, before + 2, SYSTEM)
    assert (follows.op.record, follows.op.step.name, follows.op.step.saw) == (
        second.record,
        "follow",
        "merged",
    )
    assert follows.op.sets == {"result": "清走了"}
    record = town.records[second.record]
    assert (record.head.device, record.held["result"].device) == ("", "")
    assert record.story[-1].sets == {"result": "清走了"}
    assert record.story[-1].outcome == "auto"


def test_what_is_merged_into_a_closed_record_closes_at_once():
    town, duty, chen = Town(), officer(), worker()
    first, second = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"result": "清走了"}, first.record, ("finish", "open")))
    town.push(duty, duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open")))
    assert town.state(second) == "done"


def test_merges_never_close_a_circle_in_one_push_or_in_two():
    town, duty, other, chen = Town(), officer(), Hand(9, 19, "duty_officer", 3), worker()
    one, two, three = (chen.op("mishap", {}) for _ in range(3))
    town.push(chen, one, two, three)
    town.push(
        duty,
        duty.op("mishap", {"merged_into": two.record}, one.record, ("merge", "open")),
        duty.op("mishap", {"merged_into": one.record}, two.record, ("merge", "open")),
        duty.op("mishap", {"merged_into": three.record}, three.record, ("merge", "open")),
        duty.op("mishap", {"merged_into": "00000009aaaaaaaa.99"}, three.record, ("merge", "open")),
    )
    assert codes(town) == ["applied", "bad_target", "bad_target", "bad_target"]
    town.push(duty, duty.op("mishap", {"merged_into": three.record}, two.record, ("merge", "open")))
    town.push(other, other.op("mishap", {"merged_into": one.record}, three.record, ("merge", "open")))
    assert codes(town) == ["bad_target"]
    town.push(duty, duty.op("mishap", {"result": "好了"}, three.record, ("finish", "open")))
    assert {town.state(each) for each in (one, two, three)} == {"done"}  # along the whole chain


def test_nobody_merges_into_what_they_may_not_read():
    town, duty = Town(), officer()
    south = Hand(3, STRANGER, "fulltime_worker", SOUTH)
    hidden, mine = duty.op("mishap", {}), south.op("mishap", {}, area=SOUTH)
    town.push(duty, hidden)
    town.push(south, mine)
    page = KINDS["mishap"]
    steps = tuple(
        replace(each, by=("fulltime_worker",)) if each.name == "merge" else each
        for each in page.workflow.steps
    )
    open_to_all = {**KINDS, "mishap": replace(page, workflow=replace(page.workflow, steps=steps))}
    op = south.op("mishap", {"merged_into": hidden.record}, mine.record, ("merge", "open"))
    known = Known({mine.record: town.records[mine.record]}, {}, frozenset(), town.settled.clock, 9, b"",
                  near=(town.records[hidden.record],))  # fmt: skip
    settled = settle(known, [op], south.actor, replace(WORLD, kinds=open_to_all), NOW)
    assert settled.verdicts[0].code == "bad_target"


def test_a_merge_is_undone_within_a_week_and_not_after():
    town, duty, chen = Town(), officer(), worker()
    first, second = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open")))
    late = duty.op("mishap", {}, second.record, ("unmerge", "merged"), at_ms=7 * DAY_MS)
    town.push(duty, late, now_ms=NOW + 8 * DAY_MS)
    assert (codes(town), town.state(second)) == (["too_late"], "merged")
    # It counts when it was done, not when there was a link.
    early = duty.op("mishap", {}, second.record, ("unmerge", "merged"), at_ms=6 * DAY_MS)
    town.push(duty, early, now_ms=NOW + 8 * DAY_MS)
    assert (codes(town), town.state(second)) == (["applied"], "open")
    town.push(duty, duty.op("mishap", {"result": "好了"}, first.record, ("finish", "open")))
    assert town.state(second) == "open"  # it goes its own way again
    town.push(duty, duty.op("mishap", {"merged_into": second.record}, first.record, ("merge", "open")))
    assert codes(town) == ["overtaken"]


def test_a_whole_goes_on_when_its_last_part_is_done_and_not_before():
    town, duty, chen = Town(), officer(), worker()
    whole = chen.op("mishap", {})
    town.push(chen, whole)
    town.push(duty, duty.op("mishap", {}, whole.record, ("split", "open")))
    assert town.state(whole) == "split"  # a whole without parts waits for them
    parts = [duty.op("job", {"parent": whole.record}) for _ in range(2)]
    town.push(duty, *parts)
    town.push(chen, chen.op("job", {}, parts[0].record, ("finish", "doing")))
    assert town.state(whole) == "split"
    town.push(chen, chen.op("job", {}, parts[1].record, ("finish", "doing")))
    assert town.state(whole) == "open"


def test_a_whole_goes_on_when_its_last_open_part_is_given_to_another_whole():
    town, duty, chen = Town(), officer(), worker()
    whole, other = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, whole, other)
    town.push(duty, duty.op("mishap", {}, whole.record, ("split", "open")))
    done, moved = duty.op("job", {"parent": whole.record}), duty.op("job", {"parent": whole.record})
    town.push(duty, done, moved)
    town.push(chen, chen.op("job", {}, done.record, ("finish", "doing")))
    town.push(duty, duty.op("job", {"parent": other.record}, moved.record))
    assert town.state(whole) == "open"


def test_a_chain_longer_than_the_rounds_stops_and_goes_on_later():
    town, duty, chen = Town(), officer(), worker()
    chain = [chen.op("mishap", {}) for _ in range(ROUNDS_MAX + 3)]
    town.push(chen, *chain)
    for here, there in pairwise(chain):
        town.push(duty, duty.op("mishap", {"merged_into": there.record}, here.record, ("merge", "open")))
    town.push(duty, duty.op("mishap", {"result": "好了"}, chain[-1].record, ("finish", "open")))
    assert [town.state(each) for each in chain].count("done") == ROUNDS_MAX + 1
    last = next(each for each in reversed(chain) if town.state(each) == "merged")
    town.push(chen, chen.op("mishap", {"note": "还有人问"}, last.record))
    assert town.state(last) == "done"


def test_a_record_that_is_gone_is_nobodys_original():
    town, duty, chen = Town(), officer(), worker()
    first, second = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open")))
    del town.records[first.record]
    town.push(chen, chen.op("mishap", {"note": "还没好"}, second.record))
    assert town.state(second) == "merged"
    town.push(duty, duty.op("mishap", {}, second.record, ("unmerge", "merged")))
    assert town.state(second) == "open"


def test_the_same_push_gives_the_same_log_whatever_the_order_records_are_found_in():
    def run(turned: bool) -> list[bytes]:
        town, duty, chen = Town(), officer(), worker()
        look = town.look
        town.look = lambda around: look(around)[:: -1 if turned else 1]
        ops = [chen.op("mishap", {}) for _ in range(4)]
        town.push(chen, *ops)
        for op in ops[1:]:
            town.push(duty, duty.op("mishap", {"merged_into": ops[0].record}, op.record, ("merge", "open")))
        town.push(duty, duty.op("mishap", {"result": "好了"}, ops[0].record, ("finish", "open")))
        return [row.hash for row in town.settled.log]

    assert run(turned=False) == run(turned=True)


def test_a_phone_predicts_the_merge_and_leaves_what_follows_to_the_server():
    town, duty, chen = Town(), officer(), worker()
    first, second = chen.op("mishap", {}), chen.op("mishap", {})
    town.push(chen, first, second)
    town.push(duty, duty.op("mishap", {"result": "清走了"}, first.record, ("finish", "open")))
    op = duty.op("mishap", {"merged_into": first.record}, second.record, ("merge", "open"))
    known = Known(
        {second.record: town.records[second.record]}, {}, frozenset(), town.settled.clock, 0, b"", blind=True
    )
    settled = settle(known, [op], duty.actor, WORLD, NOW)
    assert (settled.verdicts[0].code, settled.records[second.record].state) == ("applied", "merged")


def test_nothing_is_looked_up_for_kinds_that_look_at_nobody():
    plain_kinds: Kinds = {
        name: replace(
            page,
            workflow=replace(
                page.workflow, steps=tuple(each for each in page.workflow.steps if not each.guards)
            ),
        )
        for name, page in KINDS.items()
    }
    town, duty, chen = Town(), officer(), worker()
    first = chen.op("mishap", {})
    job = duty.op("job", {"parent": first.record})
    town.push(chen, first)
    town.push(duty, job)
    records = list(town.records.values())
    assert not wanted(records, plain_kinds)
    assert not asked_by([first, job], {}, plain_kinds)
    town.looked.clear()
    ripple(town.settled, {}, town.look, replace(WORLD, kinds=plain_kinds), NOW)
    assert town.looked == []
