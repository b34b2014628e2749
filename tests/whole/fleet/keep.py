"""A receipt, stored by the model phone: what it brings and the cursor that says so, in one transaction.

Mirrors pwa/src/keep.ts and pwa/src/fold.ts, as docs/sync.md has it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from sync.clock import COUNT_MAX, LEAD_MS_MAX
from sync.op import WAITING
from sync.permit import Actor
from sync.register import Entry, Held, Record
from sync.settle import World
from sync.wire import Delta, Receipt
from tests.whole.fleet.disk import Tx
from tests.whole.fleet.outbox import (
    AGAIN,
    NOBODY,
    Heard,
    Kept,
    Row,
    Self,
    Session,
    renumber,
    rows_of,
    settled,
)
from tests.whole.fleet.town import DAY_MS

LATER_MS = 300_000  # before an op the server does not understand yet is tried again
SENT_MS = 30 * DAY_MS  # how long an op that is backed up is kept all the same
ACCEPTED = frozenset({"applied", "amended", "overtaken", "parked", "gone"})
NEVER = Held(0, "", 0)


class Pushed(NamedTuple):
    """The push that a receipt answers."""

    session: Session
    device: str
    cursor: str
    ids: tuple[str, ...]
    past: bool  # under an earlier incarnation


class Result(NamedTuple):
    """What storing a receipt came to."""

    answers: int  # of own ops
    again: bool  # there is more to do at once


class Answers(NamedTuple):
    done: list[Row]
    changed: list[Row]
    reused: list[Row]


def within(n: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= n <= last for first, last in ranges)


def keep(
    tx: Tx, pushed: Pushed, receipt: Receipt, actor: Actor, world: World, offset_ms: int, incarnation: str
) -> Result:
    """Store a receipt; `incarnation` is the next one, should this store turn out to be a copy."""
    session: Session = tx.get("notes", "session")
    self: Self = tx.get("notes", "self")
    heard: Heard = tx.get("notes", "heard") or NOBODY
    if session.token != pushed.session.token:
        return Result(0, again=False)
    if not pushed.past and heard.cursor != pushed.cursor:
        return Result(0, again=True)  # another tab was faster: everything is sent again
    rows = rows_of(tx, session, pushed.device)
    answers = _answers(rows, pushed.ids, receipt)
    for row in answers.changed:
        tx.put("outbox", row.id, row)
    head = receipt.head
    for row in answers.done:
        tx.put("sent", row.id, replace(row, at=head))
        tx.drop("outbox", row.id)
    if pushed.past:
        if receipt.anew:  # another log: the present incarnation hears of that first
            tx.put("notes", "heard", replace(heard, cursor=_again(heard.cursor)))
        back = _offer_again(tx, receipt, pushed.device, dict(self.past).get(pushed.device[8:], 0), rows)
        _reuse(tx, session, self, answers.reused, incarnation, receipt)
        _sweep(tx, heard, receipt, pushed.device)
        return Result(len(answers.done) + len(answers.changed) + back, again=back > 0)
    amiss = _told(tx, pushed, receipt, answers, actor, world)
    tx.put("notes", "heard", replace(tx.get("notes", "heard"), offset_ms=offset_ms))
    back = _offer_again(tx, receipt, pushed.device, self.top, rows)
    copied = _copied(self, rows, answers, receipt)
    _calm(tx, receipt, rows)
    if answers.reused or copied:
        _reuse(tx, session, tx.get("notes", "self"), answers.reused, incarnation, receipt)
    if answers.reused or copied or amiss:
        tx.put("notes", "heard", replace(tx.get("notes", "heard"), cursor=_again(receipt.cursor)))
    _sweep(tx, tx.get("notes", "heard"), receipt, pushed.device)
    again = bool(back or amiss or copied or answers.reused)
    return Result(len(answers.done) + len(answers.changed), again)


def _again(cursor: str) -> str:
    """Have everything told again, without losing which log it was told from."""
    return AGAIN + cursor.removeprefix(AGAIN)


def _answers(rows: list[Row], ids: tuple[str, ...], receipt: Receipt) -> Answers:
    """Sort the pushed rows by their answers; one that was not in this push is never taken as answered."""
    verdicts = {verdict.n: verdict for verdict in receipt.verdicts}
    answers = Answers([], [], [])
    for row in rows:
        verdict = verdicts.get(row.op.n)
        if row.id not in ids or row.refused or (verdict is None and not within(row.op.n, receipt.acks)):
            continue
        code = verdict.code if verdict else "applied"
        received_ms = verdict.received_ms if verdict else receipt.server_ms
        told = replace(row, code=code, tries=0, later_ms=0, received_ms=received_ms)
        if code in WAITING:
            answers.changed.append(replace(told, later_ms=receipt.server_ms + LATER_MS, received_ms=0))
        elif code == "number_reused":
            answers.reused.append(told)
        elif row.undone or code in ACCEPTED:
            answers.done.append(told)
        else:
            answers.changed.append(replace(told, refused=True))
    return answers


def _told(tx: Tx, pushed: Pushed, receipt: Receipt, answers: Answers, actor: Actor, world: World) -> bool:
    """Take over what was told; True if an own op cannot be folded, so that everything must be heard again."""
    heard: Heard = tx.get("notes", "heard") or NOBODY
    begins = receipt.anew or not pushed.cursor or pushed.cursor.startswith(AGAIN)
    era, renewing = (heard.era + 1, True) if begins else (heard.era, heard.renewing)
    amiss = False
    for row in answers.done:
        if row.code == "applied" and not row.undone:
            amiss |= not _folded(tx, row, era, actor, world)
    for delta in receipt.records:
        kept = tx.get("records", delta.id)
        known = (
            kept.record if kept and kept.era == era else None
        )  # what an earlier era told may be gone from the log
        tx.put("records", delta.id, Kept(merged(known, delta), era))
    named = {row.op.record for row in rows_of(tx, pushed.session) if not row.refused}
    left = {name for name in receipt.gone if tx.get("records", name)}
    if renewing and not receipt.more:
        left |= {kept.record.id for kept in tx.all("records") if kept.era < era}
        renewing = False
    for name in sorted(left):
        _leave(tx, name, named)
    for kept in [each for each in tx.all("records") if each.gone]:
        _leave(tx, kept.record.id, named)
    backed = receipt.backed if receipt.anew else receipt.backed or heard.backed
    directory = receipt.directory or heard.directory
    tx.put("notes", "heard", Heard(receipt.cursor, heard.offset_ms, era, renewing, backed, directory))
    if receipt.anew:
        _uncovered(tx, pushed, min(heard.backed, backed))
    return amiss


def _leave(tx: Tx, name: str, named: set[str]) -> None:
    if name in named:
        tx.put("records", name, replace(tx.get("records", name), gone=True))
    else:
        tx.drop("records", name)


def _folded(tx: Tx, row: Row, era: int, actor: Actor, world: World) -> bool:
    kept: Kept | None = tx.get("records", row.op.record)
    if kept and kept.gone:
        kept = None  # what is shown of it is no longer told
    record, code = settled(kept.record if kept else None, row.op, actor, world, row.received_ms)
    if code != "applied" or record is None:
        return False
    tx.put("records", record.id, replace(kept, record=record) if kept else Kept(record, era))
    return True


def merged(record: Record | None, delta: Delta) -> Record:
    """Take over what changed of a record: the server's cell is the whole truth of a field."""
    lines = {_key(line): line for line in (record.story if record else ())}
    lines |= {_key(line): line for line in (msgspec.convert(each, Entry) for each in delta.story)}
    heard = {**(record.cells if record else {}), **delta.cells}
    cells = {name: cell for name, cell in heard.items() if cell is not None}
    story = tuple(sorted(lines.values(), key=lambda line: (line.received_ms, line.stamp)))
    return Record(
        delta.id, delta.kind, delta.area, delta.author, delta.made_ms, delta.received_ms, delta.state, NEVER,
        cells, dict.fromkeys(cells, NEVER), story,
    )  # fmt: skip


def _key(line: Entry) -> Any:
    return line.stamp, line.step, line.outcome == "overtaken"


def _uncovered(tx: Tx, pushed: Pushed, backed: int) -> None:
    """The log is another one: all that no backup covered is offered again, a repeat is nothing new.

    Not only what is missing: under a number of this store's a copy of it may have been faster. `backed` was
    told of the log that the positions here are of: a later backup may be of one that went another way.
    """
    for row in tx.all("sent"):
        if row.op.stamp.device.startswith(pushed.session.number) and not 0 < row.at <= backed:
            tx.put("outbox", row.id, replace(row, code="", received_ms=0))
            tx.drop("sent", row.id)


def _offer_again(tx: Tx, receipt: Receipt, device: str, top: int, rows: list[Row]) -> int:
    """Offer what the server answered once and lacks now; what it refused, too: it may do otherwise today."""
    open_numbers = {row.op.n for row in rows if not row.refused}
    missing = [n for first, last in receipt.missing for n in range(first, min(last, top) + 1)]
    lacking = [f"{device}.{n}" for n in missing if n not in open_numbers]
    back = [row for name in lacking if (row := tx.get("sent", name) or tx.get("outbox", name))]
    for row in back:
        tx.put("outbox", row.id, replace(row, code="", received_ms=0, refused=False))
        tx.drop("sent", row.id)
    return len(back)


def _copied(self: Self, rows: list[Row], answers: Answers, receipt: Receipt) -> bool:
    """Tell whether the server holds numbers that this store never gave out: it is a copy, or went back."""
    answered = {row.id for row in answers.done}
    beyond = any(last > self.top for _, last in receipt.acks)
    foreign = any(within(row.op.n, receipt.acks) and not row.left and row.id not in answered for row in rows)
    return beyond or foreign


def _reuse(
    tx: Tx, session: Session, self: Self, reused: list[Row], incarnation: str, receipt: Receipt
) -> None:
    """Begin another incarnation; what was refused for its number, and what never left, goes on under it.

    But for what the server holds under its number: that may be the very same op, brought by a copy.
    """
    device = session.number + incarnation
    moved = {row.id: row for row in reused}
    names = {row.op.record for row in reused if row.op.record == row.id}
    for row in rows_of(tx, session):
        waits = not row.refused and not row.undone and row.id not in moved
        same = any(row.op.stamp.device == each.op.stamp.device and row.op.n > each.op.n for each in reused)
        fresh = same and not row.left and not within(row.op.n, receipt.acks)
        if waits and (fresh or row.op.record in names):
            moved[row.id] = row
            names |= {row.id}
    past = [each for each in self.past if each[0] != self.incarnation]
    past.append((self.incarnation, self.top))
    renumber(tx, [tx.get("outbox", row.id) or row for row in moved.values() if not row.undone], device, 1)
    for row in reused:
        if row.undone:
            tx.drop("outbox", row.id)
    made = len([row for row in moved.values() if not row.undone])
    tx.put("notes", "self", replace(self, incarnation=incarnation, top=made, past=tuple(past)))


def _sweep(tx: Tx, heard: Heard, receipt: Receipt, device: str) -> None:
    """Throw away what is backed up and a month old."""
    for row in tx.all("sent"):
        old = row.received_ms < receipt.server_ms - SENT_MS
        if old and 0 < row.at <= heard.backed and row.op.stamp.device == device:
            tx.drop("sent", row.id)


def _calm(tx: Tx, receipt: Receipt, rows: list[Row]) -> None:
    """Bring back a clock that once ran far ahead, as soon as no op of that time waits.

    To after that instant: in it lie the stamps that the server gave.
    """
    self: Self = tx.get("notes", "self")
    if self.wall_ms - receipt.server_ms > LEAD_MS_MAX and not any(not row.refused for row in rows):
        tx.put("notes", "self", replace(self, wall_ms=receipt.server_ms, count=COUNT_MAX))
