"""What may happen in one step of a seed. Each takes the fleet and the step's own generator."""

from collections.abc import Callable
from random import Random
from typing import Any

from msgspec.structs import replace

from sync import workflow
from sync.op import per_day
from sync.permit import Actor, live, may_create, path
from sync.register import Record
from tests.whole.fleet import oracles
from tests.whole.fleet.disk import Crash
from tests.whole.fleet.fleet import Fleet, Handset, Watch
from tests.whole.fleet.ledger import Deed
from tests.whole.fleet.outbox import DAY
from tests.whole.fleet.phone import Intent
from tests.whole.fleet.server import ended
from tests.whole.fleet.town import COMMUNITIES, DAY_MS, GRIDS, HOUR_MS, NOW, PAGES, ROLES, TOWN

SERIES = PAGES[-1][1]["sheet"].series
YEAR_MS = 365 * DAY_MS
JUMPS_MS = (DAY_MS, -DAY_MS, YEAR_MS, -YEAR_MS, 90_000)
INSTANTS_MS = (0, 2_147_483_648_000)  # 1970, and when 32 bits run out in 2038
FIELDS = (
    "title",
    "word",
    "born",
    "grade",
    "emergency",
    "tally",
    "tags",
    "claim",
    "secret",
    "result",
    "later",
)
ERRAND_FIELDS = ("title", "word", "assignee", "assignee", "helper", "team", "hint")


def _any(fleet: Fleet, rng: Random) -> Handset:
    return rng.choice(fleet.handsets)


# Writing


def write(fleet: Fleet, rng: Random) -> None:
    """Somebody makes or changes something; a double tap makes two of one moment."""
    handset = _any(fleet, rng)
    for _ in range(1 + (rng.random() < 0.05)):
        enter(fleet, handset, rng)


def enter(fleet: Fleet, handset: Handset, rng: Random) -> None:
    """Have one thing made or changed on a phone."""
    _write(fleet, handset, _intent(fleet, handset, rng))


def clash(fleet: Fleet, rng: Random) -> None:
    """Two phones change one record without seeing each other's change."""
    known = {name for handset in fleet.handsets for name in handset.phone.shown()}
    record = rng.choice(sorted(known)) if known else ""
    knowing = [handset for handset in fleet.handsets if record in handset.phone.shown()]
    for handset in rng.sample(knowing, min(2, len(knowing))):
        kind = handset.phone.shown()[record].kind
        if kind in PAGES[0][1] and "trace" in PAGES[0][1][kind].fields:
            _write(fleet, handset, _edit(fleet, handset, record, rng))


def _write(fleet: Fleet, handset: Handset, intent: Intent) -> None:
    ledger = fleet.ledger
    deed = ledger.deeds[intent.token] = Deed(intent, handset.person, record=intent.record)
    try:
        made = handset.phone.write(intent)
    except Crash:
        handset.phone.restart()
        fleet.say(f"    {handset.name} crashed writing {intent.token}")
        return
    fleet.say(
        f"    {handset.name} {intent.token} {intent.record or 'new'} {intent.values} {intent.step}: {made}"
    )
    if made:
        per_day_name = per_day(handset.person, SERIES, DAY) if intent.kind == "sheet" else made
        deed.promised, deed.record = True, intent.record or per_day_name
        if not intent.record:
            handset.made.append(made)


def _intent(fleet: Fleet, handset: Handset, rng: Random) -> Intent:
    shown = handset.phone.shown()
    editable = [name for name, record in shown.items() if "trace" in _fields(record.kind)]
    waiting = [name for name in handset.made[-4:] if name not in shown]
    draw = rng.random()
    if draw < 0.3 or not editable + waiting:
        return _new(fleet, handset, "matter", rng)
    if draw < 0.36:
        return _new(fleet, handset, "sheet", rng)
    if draw < 0.44:
        return _new(fleet, handset, "errand", rng)
    return _edit(fleet, handset, rng.choice(sorted(editable) + waiting), rng)


def _fields(kind: str) -> Any:
    page = PAGES[-1][1].get(kind)
    return page.fields if page else {}


def _new(fleet: Fleet, handset: Handset, kind: str, rng: Random) -> Intent:
    token = fleet.ledger.token()
    grids = [
        grid for grant in fleet.server.roles[handset.person].grants for grid in _below(fleet, grant.unit)
    ]
    area = rng.choice(grids if grids and rng.random() < 0.9 else GRIDS)
    values = {"trace": token, **_values(token, kind, rng, new=True)}
    photos: tuple[str, ...] = ()
    if kind == "matter" and rng.random() < 0.1:
        photos = (token.rjust(22, "p").replace(".", "_"),)
        values["photos"] = photos[0]
    return Intent(token, kind, "", area, values, "", photos)


def _below(fleet: Fleet, unit: int) -> list[int]:
    return [grid for grid in GRIDS if unit in path(grid, fleet.server.tree)]


def _edit(fleet: Fleet, handset: Handset, record: str, rng: Random) -> Intent:
    token = fleet.ledger.token()
    known = handset.phone.shown().get(record)
    kind = known.kind if known else _made_as(fleet, handset, record)
    values = {"trace": token, **_values(token, kind, rng)}
    steps = [step for step in PAGES[-1][1][kind].workflow.steps if step.by]
    state = known.state if known else ""
    fitting = [step for step in steps if state in step.start]
    step = rng.choice(fitting) if fitting and rng.random() < 0.5 else None
    if step and step.needs:
        values |= {name: _drawn(token, name, rng) for name in step.needs}
    elif "result" in values:
        values.pop("result")
    return Intent(token, kind, record, None, values, step.name if step else "")


def _made_as(fleet: Fleet, handset: Handset, record: str) -> str:
    """Say of what kind a record was made that its phone has not heard of yet."""
    made = [token for token, op in handset.phone.held().items() if op == record]
    kinds = {fleet.ledger.deeds[token].intent.kind for token in made}
    return next((kind for kind in ("errand", "double", "bulletin") if kind in kinds), "matter")


def _values(token: str, kind: str, rng: Random, *, new: bool = False) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in rng.sample(ERRAND_FIELDS if kind == "errand" else FIELDS, rng.randint(1, 3)):
        if name not in _fields(kind):
            continue
        if name == "hint" and new:
            continue  # while it is made it names nobody who could write it
        if name != "result" and (name != "secret" or new or rng.random() < 0.1):
            values[name] = _drawn(token, name, rng)
    if rng.random() < 0.06 and "judged" in _fields(kind):
        values["judged"] = f"{token}judged"
    return values


def _drawn(token: str, name: str, rng: Random) -> Any:
    drawn: dict[str, Any] = {
        "born": rng.randint(1, 9),
        "grade": rng.choice(("low", "mid", "high")),
        "emergency": rng.random() < 0.3,
        "tally": rng.randint(1, 3),
        "tags": rng.choice(("red", "green", "blue")),
    }
    if name in ("assignee", "helper"):
        return rng.randint(1, 5)  # among them people the town does not have
    if name == "merged_into":
        return f"{GRIDS[0]:016x}.{rng.randint(1, 9)}"  # what is not there
    if name == "team":
        return rng.choice((*GRIDS, *COMMUNITIES))
    return drawn.get(name, f"{token}{name}")


def undo(fleet: Fleet, rng: Random) -> None:
    """Somebody takes back what they have just made."""
    take_back(fleet, _any(fleet, rng), rng)


def take_back(fleet: Fleet, handset: Handset, rng: Random) -> None:
    """Take back what was made on a phone just now."""
    if not handset.made:
        return
    before = set(handset.phone.held())
    try:
        handset.phone.undo(rng.choice(handset.made[-2:]))
    except Crash:
        handset.phone.restart()
    tokens = sorted(before - set(handset.phone.held()))
    fleet.say(f"    {handset.name} takes back {tokens}")
    for token in tokens:
        fleet.ledger.deeds[token].withdrawn = True


def assign(fleet: Fleet, rng: Random) -> None:
    """Somebody gives an errand to another one who has a phone."""
    _on_errand(fleet, rng, "assign", lambda handset: {"assignee": _any(fleet, rng).person})


def toil(fleet: Fleet, rng: Random) -> None:
    """Whom an errand was given to does it, as far as their phone knows."""
    _on_errand(fleet, rng, "finish", lambda handset: {"result": f"by {handset.person}"})


def _on_errand(fleet: Fleet, rng: Random, step: str, drawn: Callable[[Handset], dict[str, Any]]) -> None:
    able = [
        (handset, name)
        for handset in fleet.handsets
        for name, record in handset.phone.shown().items()
        if record.kind == "errand" and step in _offered(fleet, handset, record)
    ]
    if able:
        handset, record = rng.choice(sorted(able, key=lambda each: (each[0].name, each[1])))
        token = fleet.ledger.token()
        values = {"trace": token, **drawn(handset)}
        _write(fleet, handset, Intent(token, "errand", record, None, values, step))


def pair(fleet: Fleet, rng: Random) -> None:
    """Somebody reports what may be a double, merges it, parts it again, or is done with it."""
    handset = _any(fleet, rng)
    known = {name: each for name, each in handset.phone.shown().items() if each.kind == "double"}
    if len(known) < 2 or rng.random() < 0.2:
        _write(fleet, handset, _new(fleet, handset, "double", rng))
        return
    few = sorted(known)[-4:]  # so that they meet
    name = rng.choice(few)
    others = [each for each in few if each != name or rng.random() < 0.1]
    steps = [step for step in _offered(fleet, handset, known[name]) if step != "finish" or rng.random() < 0.3]
    if steps:
        step, token = rng.choice(steps), fleet.ledger.token()
        drawn = {"merge": {"merged_into": rng.choice(others)}, "finish": {"result": f"by {handset.person}"}}
        values = {"trace": token, **drawn.get(step, {})}
        _write(fleet, handset, Intent(token, "double", name, None, values, step))


def post(fleet: Fleet, rng: Random) -> None:
    """Somebody drafts a bulletin, posts it, takes it back, or has read one, as far as their phone knows."""
    able = [
        (handset, name, step)
        for handset in fleet.handsets
        for name, record in handset.phone.shown().items()
        if record.kind == "bulletin"
        for step in _offered(fleet, handset, record)
    ]
    token = fleet.ledger.token()
    if able and rng.random() < 0.7:
        handset, name, step = rng.choice(sorted(able, key=lambda each: (each[0].name, *each[1:])))
        _write(fleet, handset, Intent(token, "bulletin", name, None, {"trace": token}, step))
        return
    posts = [
        (handset, area)
        for handset in fleet.handsets
        for area in (TOWN, *COMMUNITIES)
        if may_create(PAGES[-1][1]["bulletin"], _acting(fleet, handset), area, fleet.server.tree) is None
    ]
    if posts:
        handset, area = rng.choice(posts)
        values = {"trace": token, **_values(token, "bulletin", rng)}
        _write(fleet, handset, Intent(token, "bulletin", "", area, values, ""))


def _offered(fleet: Fleet, handset: Handset, record: Record) -> list[str]:
    return workflow.offers(PAGES[-1][1][record.kind], record, _acting(fleet, handset), fleet.server.tree)


def _acting(fleet: Fleet, handset: Handset) -> Actor:
    return Actor(handset.person, live(fleet.server.roles[handset.person].grants, fleet.now), "")


# Exchanging


def exchange(fleet: Fleet, rng: Random) -> None:
    """A phone has a bar of signal."""
    fleet.exchange(_any(fleet, rng), rng)


def tab(fleet: Fleet, rng: Random) -> None:
    """While a request is under way, another tab of the phone exchanges or writes, or another phone does."""
    handset = _any(fleet, rng)
    other = replace_phone(handset, handset.phone.tab())

    def meanwhile() -> None:
        draw = rng.random()
        if draw < 0.4:
            other.phone.exchange()
        elif draw < 0.7:
            _write(fleet, other, _intent(fleet, other, rng))
            fleet.now += 5
            other.phone.exchange()
        elif draw < 0.85:
            _any(fleet, rng).phone.exchange()
        else:
            restore(fleet, rng)

    fleet.exchange(handset, rng, meanwhile)


def replace_phone(handset: Handset, phone: Any) -> Handset:
    return Handset(
        handset.name, handset.person, phone, handset.watch, handset.number, None, handset.made, handset.copied
    )


def deliver(fleet: Fleet, rng: Random) -> None:
    """A request given up long ago arrives."""
    fleet.link.deliver()


# Faults of phones


def crash_phone(fleet: Fleet, rng: Random) -> None:
    """One of the next storage calls of a phone fails."""
    _any(fleet, rng).phone.arm(rng.randint(1, 9), rng.choice(("crash", "after", "full")))


def clock(fleet: Fleet, rng: Random) -> None:
    """Somebody turns a phone's clock, or it loses its battery."""
    watch = _any(fleet, rng).watch
    if rng.random() < 0.7:
        watch.offset_ms += rng.choice(JUMPS_MS)
    else:
        watch.offset_ms = rng.choice(INSTANTS_MS) - fleet.now


def clone(fleet: Fleet, rng: Random) -> None:
    """A phone's store is copied to another one, and both go on."""
    handset = _any(fleet, rng)
    if len(fleet.handsets) > 10:
        return
    watch = Watch(fleet, handset.watch.offset_ms)
    twin = Handset(
        f"{handset.name}'", handset.person, handset.phone.clone(watch), watch, handset.number, None,
        list(handset.made), copied=True,
    )  # fmt: skip
    # A number that both offer (again) may be a third one's meanwhile: then each goes on under another.
    for token in handset.phone.held() if "restore" in fleet.plan.weights or handset.copied else ():
        fleet.ledger.deeds[token].twice = True
    handset.copied = True
    fleet.copied.add(handset.number)
    fleet.say(f"    {twin.name}")
    fleet.handsets.append(twin)


def empty(fleet: Fleet, rng: Random) -> None:
    """A phone's store is empty of a sudden."""
    _lose(fleet, _any(fleet, rng), None)


def go_back(fleet: Fleet, rng: Random) -> None:
    """A phone's store goes back to what it was, as a damaged one does; at first that is only remembered."""
    handset = _any(fleet, rng)
    if handset.kept is None:
        handset.kept = handset.phone.kept()
    else:
        handset.copied = True
        fleet.copied.add(handset.number)
        _lose(fleet, handset, handset.kept)
        handset.kept = None


def _lose(fleet: Fleet, handset: Handset, earlier: Any) -> None:
    before = handset.phone.held()
    handset.phone.arm(0, "")
    fleet.wrong += handset.phone.lose(earlier)
    handset.spilt |= handset.phone.tops() if earlier is None else {}
    after = handset.phone.held()
    for token in after:  # what had gone on under another number is written under the first one again
        fleet.ledger.deeds[token].twice |= before.get(token, after[token]) != after[token]
    gone = sorted(set(before) - set(after))
    fleet.say(f"    {handset.name} loses {gone}")
    fleet.ledger.expose(gone, fleet.on_server())


def lose(fleet: Fleet, rng: Random) -> None:
    """A phone is lost for good, and its person gets another one."""
    if len(fleet.handsets) < 2:
        return
    handset = fleet.handsets.pop(rng.randrange(len(fleet.handsets)))
    fleet.say(f"    {handset.name} is lost")
    fleet.ledger.expose(sorted(handset.phone.held()), fleet.on_server())
    if rng.random() < 0.6:
        fleet.server.revoke(handset.number)
    fleet.rng = rng
    fleet.handsets.append(fleet.handset(handset.person, f"{handset.name}+"))


def sign_in(fleet: Fleet, rng: Random) -> None:
    """A phone's token ends, and its person signs in anew; later, perhaps."""
    handset = _any(fleet, rng)
    fleet.server.revoke(handset.number)
    fleet.exchange(handset, rng)
    for each in fleet.handsets:
        if each.phone.out() and rng.random() < 0.8:
            fleet.say(f"    {each.name} signs in")
            fleet.sign_in(each)


# Faults of the server


def crash_server(fleet: Fleet, rng: Random) -> None:
    """One of the next storage calls of the server fails."""
    calls = rng.randint(1, 40 if fleet.plan.sql else 14)  # of one request
    fleet.server.cabinet.fuse.arm(calls, rng.choice(("crash", "after", "full")))


def down(fleet: Fleet, rng: Random) -> None:
    """The server is away for some steps."""
    fleet.down = fleet.steps + rng.randint(2, 8)


def back_up(fleet: Fleet, rng: Random) -> None:
    """The operator makes a backup, and perhaps it is verified."""
    fleet.server.back_up(verified=rng.random() < 0.5)


def restore(fleet: Fleet, rng: Random) -> None:
    """The server goes back to a backup: announced (it is away for a while), silent, or written past."""
    server = fleet.server
    if not server.backups:
        server.back_up(verified=False)
        return
    fuse = server.cabinet.fuse
    fuse.clear()
    lost = oracles.tokens(server.restore(rng.randrange(len(server.backups))))
    gone = sorted(lost - fleet.on_server())
    fleet.say(f"    lost {gone}, head {server.head()}, backed {server.backed}")
    fleet.ledger.lost_by_server(gone)
    sort = rng.choice(("announced", "silent", "written past"))
    if sort == "announced":
        down(fleet, rng)
    elif sort == "written past":
        for handset in rng.sample(fleet.handsets, min(2, len(fleet.handsets))):
            _write(fleet, handset, _intent(fleet, handset, rng))
            fleet.now += 5
            fleet.exchange(handset, rng)


# The town changes


def end_grant(fleet: Fleet, rng: Random) -> None:
    """Somebody's post ends, perhaps for another one."""
    person = fleet.server.roles[rng.choice(sorted(fleet.server.roles))]
    live = [place for place, grant in enumerate(person.grants) if not grant.until_ms]
    if not live:
        return
    changed = ended(person, rng.choice(live), fleet.now)
    if rng.random() < 0.5:
        role = rng.choice(list(ROLES))
        changed = replace(changed, grants=[*changed.grants, fleet._post_of(rng, role, fleet.now)])
    fleet.say(f"    {changed.grants}")
    fleet.server.put_person(changed)


def give_grant(fleet: Fleet, rng: Random) -> None:
    """Somebody gets a post, perhaps one they had before."""
    person = fleet.server.roles[rng.choice(sorted(fleet.server.roles))]
    over = [grant for grant in person.grants if grant.until_ms]
    if over and rng.random() < 0.7:
        again = rng.choice(over)
        grant = replace(again, from_ms=fleet.now, until_ms=0)
    else:
        grant = fleet._post_of(rng, rng.choice(list(ROLES)), fleet.now)
    fleet.say(f"    {person.id} {grant}")
    fleet.server.put_person(replace(person, grants=[*person.grants, grant]))


def move_unit(fleet: Fleet, rng: Random) -> None:
    """A grid comes under another community."""
    unit = fleet.server.units[rng.choice(GRIDS)]
    other = next(each for each in COMMUNITIES if each != unit.parent)
    fleet.say(f"    {unit.id} to {other}")
    fleet.server.put_unit(replace(unit, parent=other))


def pages(fleet: Fleet, rng: Random) -> None:
    """The server gets other pages: newer ones, or, rolled back, older ones."""
    fleet.server.page = rng.randrange(len(PAGES))


def remove(fleet: Fleet, rng: Random) -> None:
    """A record is removed: its time is over, or the law wants it."""
    records = sorted(fleet.server.cabinet.records())
    if records and fleet.server.up:
        name, erased = rng.choice(records), rng.random() < 0.4
        fleet.say(f"    {name} {erased}")
        fleet.server.remove(name, erased=erased)


def sweep(fleet: Fleet, rng: Random) -> None:
    """Old tombstones are thrown away; now and then half a year is over of a sudden."""
    fleet.now += rng.choice((0, 0, 181 * DAY_MS))
    fleet.server.sweep()


def elapse(fleet: Fleet, rng: Random) -> None:
    """The server looks what time has done."""
    fleet.server.elapse()


def wait(fleet: Fleet, rng: Random) -> None:
    """Some time passes."""
    fleet.now += rng.choice((60_000, HOUR_MS, 5 * HOUR_MS, 25 * HOUR_MS))


def long_wait(fleet: Fleet, rng: Random) -> None:
    """Much time passes."""
    fleet.now += rng.choice((31 * DAY_MS, 100 * DAY_MS, 190 * DAY_MS))
    assert fleet.now > NOW


EVENTS: dict[str, Callable[[Fleet, Random], None]] = {
    each.__name__: each
    for each in (
        write, clash, assign, toil, pair, post, undo, exchange, tab, deliver,
        crash_phone, clock, clone, empty, go_back, lose, sign_in,
        crash_server, down, back_up, restore,
        end_grant, give_grant, move_unit, pages, remove, sweep, elapse, wait, long_wait,
    )
}  # fmt: skip
