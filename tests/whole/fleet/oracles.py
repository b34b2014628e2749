"""What must be true, whatever happened: O1 to O6 of a seed that has healed, and what holds at every moment.

O1 nothing saved is lost; O2 nothing counts twice; O3 every phone shows what the server has for it; O4 and
nothing else; O5 the log's hashes and numbers are whole; O6 no error escapes the server.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from backend.ranges import missing
from sync.clock import LEAD_MS_MAX
from sync.digest import ROOT, chain, sealed
from sync.op import WAITING
from sync.permit import Grant
from sync.register import Entry, Record
from tests.whole.fleet import replay
from tests.whole.fleet.cabinet import Line
from tests.whole.fleet.server import TOKEN
from tests.whole.fleet.town import PAGES

if TYPE_CHECKING:
    from tests.whole.fleet.fleet import Fleet, Handset

OPEN = frozenset({"", "busy", "too_large", "malformed", "storage_full", "kinds_changed", *WAITING})
FAULTS = frozenset({"bad_number", "bad_stamp", "bad_record", "stamp_reused", "number_reused", "empty_op"})
HELD = frozenset({"applied", "amended", "overtaken", "parked", "gone"})


def judge(fleet: "Fleet") -> list[str]:
    """Ask all of a fleet that has healed."""
    log = fleet.server.cabinet.log(0)
    return [
        *_nothing_lost(fleet, log),
        *_in_order(fleet, log),
        *_kept_for_review(fleet, log),
        *_kept_from_the_named(log),
        *_kept_from_those_beneath(fleet, log),
        *_nothing_twice(fleet, log),
        *(fault for handset in fleet.handsets for fault in _same_view(fleet, handset)),
        *(fault for handset in fleet.handsets for fault in leaks(fleet, handset)),
        *_whole_chain(log),
        *_whole_stamps(log),
        *_whole_numbers(fleet, log),
        *_stays_erased(fleet, log),
        *_go_along(fleet),
        *(fault for handset in fleet.handsets for fault in _refused_by_fault(fleet, handset)),
        *(f"O2 {fault}" for fault in replay.faults(fleet, log)),
    ]


def tokens(lines: Iterable[Line]) -> set[str]:
    """List the tokens that lines of a log hold."""
    return {found.decode() for line in lines for found in TOKEN.findall(line.body)}


def _of(line: Line) -> set[str]:
    return tokens([line])


# O1


def _nothing_lost(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    logged = tokens(log)
    waiting = {token for handset in fleet.handsets for token in handset.phone.waiting()}
    emptied = {f"{line.device}.{line.read()[0].n}" for line in log if line.person and not line.read()[0].sets}
    erased = {
        name for handset in fleet.handsets for name, op in handset.phone.held().items() if op in emptied
    }
    for token, deed in fleet.ledger.deeds.items():
        if not deed.promised or deed.withdrawn or deed.excused or deed.record in fleet.server.erased:
            continue
        if token not in logged | waiting | erased | fleet.server.forgotten:
            yield f"O1 {token} of person {deed.person} is lost"


def _in_order(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """I11: after a restore nothing is refused because what it builds on has not been heard again."""
    records = fleet.server.cabinet.records()
    for line in log:
        op, verdict = line.read()
        # Copies offer again by turns.
        own = op.record[:16] == line.device and line.device[:8] not in fleet.copied
        if own and verdict.code == "not_found" and op.record in records:
            yield f"O1 {line.device}.{op.n} was refused before {op.record}, which it builds on, was there"


def _kept_for_review(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """I12: what is answered `parked` or `gone` is there for the secretary."""
    records, removed = fleet.server.cabinet.records(), fleet.server.removed
    for line in log:
        op, verdict = line.read()
        name = f"{line.device}.{op.n}"
        if verdict.code in ("parked", "gone") and op.sets and not line.digest and name not in removed:
            record = records.get(name)
            if not fleet.server.posted[line.device, line.seq]:
                continue  # nobody has a unit to review it in: the log has it
            if record is None or not _of(line) <= _texts(record):
                yield f"O1 {name} is said to be kept for review and is not"


def _kept_from_the_named(log: list[Line]) -> Iterator[str]:
    """I12: what was written under an assignment that has ended is not refused."""
    were: dict[str, set[int]] = {}
    for line in log:
        op, verdict = line.read()
        given = op.sets.get("assignee")
        late = op.step is not None and (op.step.name, op.step.saw) == ("finish", "given")
        refused = late and verdict.code in ("not_found", "not_your_role")
        if refused and line.person in were.get(op.record, ()):
            yield f"O1 {line.device}.{op.n} was refused, whose author had been given {op.record}"
        if verdict.code in ("applied", "amended", "overtaken") and isinstance(given, int):
            were.setdefault(op.record, set()).add(given)


def _kept_from_those_beneath(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """I12: what was written on what was posted above is not refused because that was taken back."""
    if {"move_unit", "end_grant", "restore"} & fleet.plan.weights.keys():
        return  # who stood beneath it when, or that it was ever posted, is not known any more
    for line in log:
        op, verdict = line.read()
        nods = op.step is not None and op.step.name == "nod"
        if nods and verdict.code in ("not_found", "not_your_role"):
            yield f"O1 {line.device}.{op.n} was refused, whose author had been shown {op.record}"


def _refused_by_fault(fleet: "Fleet", handset: "Handset") -> Iterator[str]:
    """No person's entry is refused for what a phone did wrong: its numbers, stamps and names (I1, I10)."""
    for token, code in handset.phone.waiting().items():
        made = fleet.ledger.deeds[token].intent.record == ""
        if code in FAULTS and not (code == "stamp_reused" and handset.copied):
            yield f"O1 {token} of {handset.name} was refused: {code}"
        if code == "not_found" and made:
            yield f"O1 {token} of {handset.name} makes a record and was refused: {code}"


def _texts(record: Record) -> set[str]:
    return {found.decode() for found in TOKEN.findall(repr(record.cells).encode())}


def _stays_erased(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """What the law wanted away is nowhere, whatever phones still bring."""
    for line in log:
        op, _ = line.read()
        if op.record in fleet.server.erased and (op.sets or op.step):
            yield f"O4 the log holds what {line.seq} says of {op.record}, which was erased"
    for name, record in fleet.server.cabinet.records().items():
        about = record.cells.get("about", [""])[0] if PAGES[-1][1][record.kind].identity == "entry" else ""
        if name in fleet.server.erased or about in fleet.server.erased:
            yield f"O4 {name} is there, and was erased"


def _go_along(fleet: "Fleet") -> Iterator[str]:
    """O7: what is merged goes along with its original, and no merges close a circle."""
    records = fleet.server.cabinet.records()
    named = {
        name: str(record.cells["merged_into"][0])
        for name, record in records.items()
        if record.kind == "double" and record.state == "merged"
    }
    for name, original in named.items():
        if original in records and records[original].state == "done":
            yield f"O7 {name} is merged into {original}, which is done"
        passed = [name]
        while passed[-1] in named and named[passed[-1]] not in passed:
            passed.append(named[passed[-1]])
        if passed[-1] in named:
            yield f"O7 {passed} are merged in a circle"


# O2


def _nothing_twice(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    counted: Counter[str] = Counter()
    for line in log:
        if line.read()[1].code in HELD:
            counted.update(_of(line))
    deeds = fleet.ledger.deeds
    for token, times in counted.items():
        if times > 1 and not deeds[token].twice:
            yield f"O2 {token} counts {times} times"
    for token in sorted(counted):
        if deeds[token].withdrawn and not fleet.copied:
            yield f"O2 {token} was taken back and counts"


# O3 and O4


def _reads(kind: Any, person: int, grants: Iterable[Grant], record: Record, tree: Any) -> bool:
    return _holds(kind.read, person, grants, record, tree)


def _holds(roles: Any, person: int, grants: Iterable[Grant], record: Record, tree: Any) -> bool:
    if "author" in roles and record.author == person:
        return True
    above = _above(record.area, tree)
    if any(grant.role in roles and grant.unit in above for grant in grants):
        return True
    withheld = PAGES[-1][1][record.kind].workflow.states[record.state].withheld
    for role, at, field in (token.partition("@") for token in roles):
        beneath = [
            grant for grant in grants if grant.role == role and record.area in _above(grant.unit, tree)
        ]
        if field == "below" and beneath and not withheld:
            return True
        value = _names(record, field) if at else 0
        if value and not role and value == person:
            return True
        if value and any(grant.role == role and grant.unit in _above(value, tree) for grant in grants):
            return True
    return False


def _above(unit: int, tree: Any) -> list[int]:
    above = []
    while unit in tree:
        above.append(unit)
        unit = tree[unit].parent
    return above


def _names(record: Record, field: str) -> int:
    """Read whom a field names: the value written last of those that stand."""
    cell: Any = record.cells.get(field)
    if cell is None:
        return 0
    live = sorted(cell[0]) if isinstance(cell[0], list) else [[None, cell[0]]]
    return int(live[-1][-1] or 0) if live else 0


def _grants(fleet: "Fleet", person: int) -> list[Grant]:
    grants = fleet.server.roles[person].grants
    return [each for each in grants if each.from_ms <= fleet.now and not 0 < each.until_ms <= fleet.now]


def _same_view(fleet: "Fleet", handset: "Handset") -> Iterator[str]:
    kinds, tree, grants = PAGES[-1][1], fleet.server.tree, _grants(fleet, handset.person)
    shown = handset.phone.shown()
    if handset.copied and "restore" in fleet.plan.weights:
        return  # its twin may write under its numbers: that is no news to it until it writes itself
    for name, record in fleet.server.cabinet.records().items():
        kind = kinds[record.kind]
        if not _reads(kind, handset.person, grants, record, tree):
            continue
        mine = shown.get(name)
        if mine is None:
            yield f"O3 {handset.name} lacks {name}"
            continue
        fields = {field for field in record.cells if _sees(kind, field, handset.person, grants, record, tree)}
        told = {field: record.cells[field] for field in fields}
        if mine.cells != told:
            odd = sorted(each for each in {*mine.cells, *told} if mine.cells.get(each) != told.get(each))
            cells = [(mine.cells.get(each), told.get(each)) for each in odd]
            yield f"O3 {handset.name} has other {odd} of {name}: {cells}"
        if mine.state != record.state:
            yield f"O3 {handset.name} has {name} in {mine.state}, not {record.state}"
        if not _lines(record.story) <= _lines(mine.story):
            yield f"O3 {handset.name} lacks lines of {name}: {_lines(record.story) - _lines(mine.story)}"


def _sees(kind: Any, field: str, person: int, grants: list[Grant], record: Record, tree: Any) -> bool:
    see = kind.fields[field].see
    return see is None or _holds(see, person, grants, record, tree)


def _lines(story: Iterable[Entry]) -> set[Any]:
    return {(line.stamp, line.step, line.start, line.to, line.outcome, line.person) for line in story}


def leaks(fleet: "Fleet", handset: "Handset") -> Iterator[str]:
    """Tell what a phone that has just heard everything shows and may not."""
    kinds, tree, grants = PAGES[fleet.server.page][1], fleet.server.tree, _grants(fleet, handset.person)
    records = fleet.server.cabinet.records()
    for name, mine in handset.phone.shown().items():
        record = records.get(name)
        if record is None:
            yield f"O4 {handset.name} still has {name}, which was removed"
            continue
        kind = kinds[record.kind]
        if not _reads(kind, handset.person, grants, record, tree):
            yield f"O4 {handset.name} shows {name}, which is not theirs to read"
        reserved = [each for each in mine.cells if each in kind.fields and kind.fields[each].see is not None]
        for field in sorted(reserved):
            if not _sees(kind, field, handset.person, grants, record, tree):
                yield f"O4 {handset.name} shows {field} of {name}"


# O5


def _whole_chain(log: list[Line]) -> Iterator[str]:
    last = ROOT
    for line in log:
        if line.digest == b"-":  # erased in memory: nothing is left to verify
            last = line.hash
        else:
            row = line.digest or sealed(line.seq, line.person, line.wall_ms, line.count, line.body)
            last = chain(last, row)
        if last != line.hash:
            yield f"O5 the chain breaks at {line.seq}"
            return


def _whole_stamps(log: list[Line]) -> Iterator[str]:
    """I1, and that nobody's clock drags those of others along."""
    stamps = Counter[Any]()
    for line in log:
        verdict = line.read()[1]
        if verdict.code in HELD - {"gone"}:
            stamps[line.wall_ms, line.count, line.device] += 1
        if line.wall_ms - verdict.received_ms > LEAD_MS_MAX:
            yield f"O5 the stamp of {line.seq} leads the server"
    for stamp, times in stamps.items():
        if times > 1:
            yield f"O5 {times} writes share the stamp {stamp}"


def _whole_numbers(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """I10: the server knows which numbers of every device it holds, and which it lacks."""
    numbers: dict[str, list[int]] = {}
    for line in log:
        op, _ = line.read()
        if line.person:
            numbers.setdefault(line.device, []).append(op.n)
    for device, made in numbers.items():
        seen = fleet.server.cabinet.read(lambda lane, name=device: lane.seen(name))
        told = [n for first, end in seen for n in range(first, end + 1)]
        if sorted(made) != told:
            yield f"O5 the server counts {told} of {device}, the log holds {sorted(made)}"
        top = max(made) + 2
        lacking = [n for first, end in missing(seen, top) for n in range(first, end + 1)]
        if lacking != [n for n in range(1, top + 1) if n not in made]:
            yield f"O5 the server says that {lacking} of {device} are missing"
    yield from _no_gaps(fleet, numbers)


def _no_gaps(fleet: "Fleet", numbers: dict[str, list[int]]) -> Iterator[str]:
    """I10: of a phone whose store was never lost, the server has every number, but for what waits there."""
    for handset in fleet.handsets:
        if handset.copied:
            continue  # the numbers it gave up may be its twin's
        for device, top in handset.phone.tops().items():
            there = set(numbers.get(device, ()))
            waits = {int(op[17:]) for op in handset.phone.held().values() if op[:16] == device}
            first = handset.spilt.get(device, 0) + 1
            gap = [n for n in range(first, top + 1) if n not in there and n not in waits]
            if gap:
                yield f"O5 {handset.name} made {gap} of {device}, and nobody has them"


# At every moment


def hurried(fleet: "Fleet", handset: "Handset", body: bytes) -> Iterator[str]:
    """I13: while an emergency waits, nothing else goes up."""
    if handset.copied:
        return  # its records may have other names by now
    deeds, waiting = fleet.ledger.deeds, handset.phone.waiting()
    urgent = [token for token in waiting if deeds[token].intent.values.get("emergency") is True]
    if not urgent:
        return
    records = {deeds[token].record for token in urgent}
    aside = {deeds[token].record for token, code in waiting.items() if code}
    ready = [token for token in urgent if deeds[token].record not in {*aside, ""}]
    sent = {found.decode() for found in TOKEN.findall(body)} & waiting.keys()
    others = sorted(token for token in sent if deeds[token].record not in {*records, ""})
    if ready and others:
        yield f"I13 {handset.name} sends {others} while {ready} wait"
