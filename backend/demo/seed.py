"""Makes the demo town: puts its units and people in, and tells its story through the real settle code.

Nothing is written past the rules: every record of the demo is one that its author could have made on a
phone, so a page that changes so much that the story no longer fits stops here with the action's name.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from backend.context import Context
from backend.demo.action import Action, At, Day, Ref, Told
from backend.demo.geometry import land
from backend.demo.households import Household, households
from backend.demo.people import people, workers
from backend.demo.places import residents
from backend.demo.story import story
from backend.demo.units import BODIES, TOWN, UNITS
from backend.kinds import LISTS
from backend.neighbours import keep, surround
from backend.people import hashed, new_code
from backend.ports import Lane, Person, PhotoRow, Unit
from media.drawing import draw
from media.intake import Intake, take_in
from media.miniature import preview_of
from sync.clock import Stamp, tick
from sync.kind import Field
from sync.op import Op, StepTaken, minted, per_day
from sync.permit import Actor, Grant, live
from sync.register import Record
from sync.settle import World, settle

DAY_MS: Final = 86_400_000
SHANGHAI_MS: Final = 8 * 3_600_000  # China keeps one time all year
CODE_HOURS: Final = 24 * 30  # a newcomer may come back to the printed links for a month
DELIVERY_MS: Final = 4_000  # how long after the tap the server has a report, in the story
INCARNATION: Final = "de300000"  # of the phones the story was written on
DEMO_KINDS: Final = Path(__file__).with_name("kinds")  # what the town lays over our pages and lists
RESPONDERS: Final = "responders.toml"


class Welcome(Struct, frozen=True):
    """One sign-in code per person, with what the person does."""

    people: list[tuple[int, str, str, list[str], str]]  # number, name, post, roles, code

    def as_json(self, address: str) -> dict[str, Any]:
        """Give the codes by role, for scripts; a role several people hold has the first one's."""
        roles: dict[str, dict[str, Any]] = {}
        for number, name, post, held, code in self.people:
            for role in held:
                entry = {"person": number, "name": name, "post": post, "code": code}
                roles.setdefault(role, entry | {"link": f"{address}/#/enrol/{code}"})
        return {"address": address, "roles": roles}

    def as_text(self, address: str) -> str:
        """Give the links, one a line, as a newcomer reads them."""
        lines = ["", f"前哨 demo town: {address}", "", "Open one link per browser profile or phone:", ""]
        lines += [f"  {name}  {post}\n    {address}/#/enrol/{code}" for _, name, post, _, code in self.people]
        return "\n".join([*lines, ""])


def midnight(now_ms: int) -> int:
    """Give the start of the Shanghai day `now_ms` lies in, Unix milliseconds."""
    return (now_ms + SHANGHAI_MS) // DAY_MS * DAY_MS - SHANGHAI_MS


def weekday(now_ms: int) -> int:
    """Give the day of the week in Shanghai, 0 for Monday; 1970-01-01 was a Thursday."""
    return ((now_ms + SHANGHAI_MS) // DAY_MS + 3) % 7


async def demo(parts: Context, now_ms: int) -> Welcome:
    """Make the town if the data directory has none, and give fresh codes."""
    if not await parts.people.units(TOWN):
        await _settle_in(parts, now_ms)
        await Teller(parts, now_ms).tell()
    found = []
    for number, person in people().items():
        code = await new_code(parts.people, number, now_ms, CODE_HOURS)
        roles = sorted({grant.role for grant in person.grants if grant.holds(0)})
        found.append((number, person.name, person.post, roles, code))
    return Welcome(found)


async def _settle_in(parts: Context, now_ms: int) -> None:
    start, shapes = midnight(now_ms), land().shapes
    units = [
        Unit(unit.id, unit.tier, unit.parent, unit.name, [(at[0], at[1]) for at in shapes.get(unit.id, ())])
        for unit in (*UNITS, *BODIES)
    ]
    await parts.people.put_units(TOWN, units)
    _lay_out(parts)
    for number, person in people().items():
        grants = [
            Grant(
                each.role, each.unit, start + each.since * DAY_MS,
                0 if each.until is None else start + each.until * DAY_MS,
            )
            for each in person.grants
        ]  # fmt: skip
        await parts.people.put_person(Person(number, TOWN, person.name, person.phone, grants))


def _lay_out(parts: Context) -> None:
    """Say who answers for which matters, in a list of the town's own, unless there is one already."""
    folder = parts.settings.page_dirs[1] / LISTS
    if not (folder / RESPONDERS).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESPONDERS).write_bytes((DEMO_KINDS / LISTS / RESPONDERS).read_bytes())
        parts.towns.pages.refresh(at_once=True)


class Teller:
    """Turns the story's actions into ops of the people's phones, in the order they happened."""

    def __init__(self, parts: Context, now_ms: int) -> None:
        self._parts = parts
        self._start = midnight(now_ms)
        self._now_ms = now_ms
        self._ids: dict[str, str] = {}
        self._phones: dict[int, str] = {}
        self._last: dict[int, tuple[int, Stamp]] = {}
        self._drawn: dict[tuple[str, int], tuple[Intake, bytes]] = {}
        self._people: dict[int, Person] = {}

    async def tell(self) -> None:
        """Tell it all: first who lives here, then the month."""
        told = story(weekday(self._now_ms), self._now_ms - self._start)
        await self._draw(told)
        for number, person in people().items():
            device = await self._parts.people.bind(
                Person(number, TOWN, person.name),
                "演示",
                hashed(f"no phone bears this {number}"),
                self._start,
            )
            self._phones[number] = f"{device.number:08x}{INCARNATION}"
        today = weekday(self._now_ms)
        homes = households(today)
        actions = [*moved_in(homes), *residents(homes), *told]
        self._people = {person.id: person for person in await self._parts.people.people(TOWN)}
        world = (await self._parts.towns.town(TOWN)).world

        def act(lane: Lane) -> None:
            for action in actions:
                self._act(lane, action, world)

        await self._parts.lanes.write(TOWN, act)

    async def _draw(self, told: Sequence[Action]) -> None:
        """Draw and keep all photos, off this thread: they take most of the time a demo takes to make."""
        shots = {(each.photo.scene, each.photo.seed) for each in told if each.photo}
        ordered = sorted(shots)
        photos = await asyncio.gather(*(asyncio.to_thread(draw, *shot) for shot in ordered))
        for shot, body in zip(ordered, photos, strict=True):
            taken = take_in(body)
            if isinstance(taken, str):
                raise TypeError(f"a drawing was not taken: {taken}")
            await self._parts.photos.store(taken.sha256.hex(), body)
            self._drawn[shot] = taken, body

    def _act(self, lane: Lane, action: Action, world: World) -> None:
        person = self._people.get(action.person)
        if person is None:
            raise LookupError(f"the story names person {action.person}, who is not in the town")
        at_ms = self._start + action.at_ms
        actor = Actor(person.id, live(person.grants, at_ms), self._phones[person.id])
        op, record = self._op(lane, action, world, at_ms)
        photo = self._shot(action)
        if photo:
            op.sets[photo[0]] = {"add": [photo[1].key]}
        known = surround(lane.load(actor.device, [op]), lane, [op], world)
        settled = settle(known, [op], actor, world, at_ms + DELIVERY_MS)
        verdict = settled.verdicts[0]
        if verdict.code != "applied":
            raise ValueError(f"the story does not fit the kind pages: {action} -> {verdict}, {record}")
        keep(lane, settled, known.records, world, at_ms + DELIVERY_MS)
        if photo:
            self._keep(lane, photo[1], photo[2])

    def _op(self, lane: Lane, action: Action, world: World, at_ms: int) -> tuple[Op, Record | None]:
        device, kind = self._phones[action.person], world.kinds[action.kind]
        last_n, last = self._last.get(action.person, (0, Stamp(0, 0, device)))
        n, stamp = last_n + 1, tick(last, at_ms)
        self._last[action.person] = n, stamp
        values: dict[str, Any] = {name: self._value(told) for name, told in action.values.items()}
        if action.key not in self._ids:
            day = next((value for name, value in values.items() if kind.fields[name].type == "day"), 0)
            daily = kind.identity == "person_day"
            self._ids[action.key] = per_day(action.person, kind.series, day) if daily else minted(device, n)
        record = lane.records([self._ids[action.key]]).get(self._ids[action.key])
        sets = {name: change(kind.fields[name], value, record, name) for name, value in values.items()}
        taken = StepTaken(action.step, record.state) if action.step and record else None
        return Op(n, stamp, kind.name, self._ids[action.key], action.area or None, sets, taken), record

    def _value(self, told: Told) -> Any:
        match told:
            case Ref():
                return self._ids[told.key]
            case Day():
                return calendar_day(self._start + told.days * DAY_MS)
            case At():
                return self._start + told.ms
            case list():
                return [self._value(each) for each in told]
        return told

    def _shot(self, action: Action) -> tuple[str, Intake, bytes] | None:
        if action.photo is None:
            return None
        taken, body = self._drawn[action.photo.scene, action.photo.seed]
        return action.photo.field, taken, body

    def _keep(self, lane: Lane, taken: Intake, body: bytes) -> None:
        media_type = taken.media_type
        lane.album.announce([PhotoRow(taken.key, taken.size, preview_of(body), taken.sha256, media_type)])


def moved_in(homes: Iterable[Household]) -> list[Action]:
    """Tell who lives here: one record a household, made by the grid's worker before the month began."""
    whose = {grid: number for number, grids in workers().items() for grid in grids}
    return [
        Action(
            at_ms=-45 * DAY_MS + home.number * 60_000, person=whose[home.grid], kind="household",
            key=f"household/{home.number}", area=home.grid,
            values={
                "name": home.name, "about": home.about, "group": home.group, "people": home.people,
                "care": list(home.care), "rhythm_days": home.rhythm_days, "phone": home.phone,
                "place": [*home.at, 1500, 0, 2, 0],
                **({"other_contact": f"女儿 199****{3000 + home.number}"} if home.people == 1 else {}),
            },
        )
        for home in homes
    ]  # fmt: skip


def change(field: Field, value: Any, record: Record | None, name: str) -> Any:
    """Write a value the way its merge rule wants it, over whatever stands there now."""
    if field.rule == "union":
        return {"add": list(value)}
    if field.rule in ("keep_both", "authority"):
        live_now = record.cells[name][0] if record and name in record.cells else []
        return {"is": value, "over": [entry[0] for entry in live_now]}
    return value


def calendar_day(at_ms: int) -> int:
    """Give the Shanghai day of an instant as yyyymmdd."""
    day = datetime.fromtimestamp((at_ms + SHANGHAI_MS) / 1000, UTC)
    return day.year * 10_000 + day.month * 100 + day.day
