"""Who may do what, where: the only place that knows roles (I4).

A person holds grants: a role on an org unit, with dates. A grant reaches the unit and all below it.
Pages name roles; besides those of the glossary there is `author`, who made the record, `@field`, the person
whom that field names now, and `role@field`, who holds the role over the unit that field names now: on that
unit or one above it, as over the record's own area; and `role@below`, who holds the role on the record's
unit or one beneath it, unless its state withholds the record. An answer is a refusal code or None for yes.
Twin: pwa/src/sync/permit.ts. Shared cases: tests/vectors/permit.json.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sync.register import plain

if TYPE_CHECKING:
    from sync.kind import Field, Kind, Step
    from sync.op import Refusal
    from sync.register import Record

AUTHOR: Final = "author"
BELOW: Final = "below"  # in place of a field: at the record's unit or beneath it; no field bears that name
ROLES: Final = frozenset({
    AUTHOR,
    "fulltime_worker", "parttime_worker", "grid_leader", "grid_advisor", "aux_force", "microgrid_contact",
    "community_secretary", "community_staff", "duty_officer", "platform_operator", "post_member",
    "board_leader", "commander", "dept_member", "district_center", "city_admin", "expert", "case_editor",
    "knowledge_editor", "data_steward", "auditor", "appraiser",
})  # fmt: skip

# Who looks after the phones of the people in a unit and below it.
SUPERVISES: Final = frozenset(
    {"grid_leader", "community_secretary", "duty_officer", "board_leader", "commander"}
)

# Who is on the road: called for nothing but what they made themselves (the server alone calls anybody).
QUIET: Final = frozenset({"parttime_worker"})

COMMUNITY: Final = 4  # tier
# Who hands work out to the units below their own, and calls the departments and posts above.
DISPATCHES: Final = SUPERVISES | {"district_center", "community_staff"}


class OrgUnit(Struct, frozen=True):
    """A node of the five-tier tree: 1 city, 2 district, 3 town, 4 community, 5 grid.

    A department, board or post has the tier of the government it is of, and hangs from it or from another
    such body: people belong to it, and no land.
    """

    tier: int
    parent: int  # 0 at the root


Units = Mapping[int, OrgUnit]


class Grant(Struct, frozen=True):
    """A role on a unit, from a time on and until another, both in server ms; until 0 is open."""

    role: str
    unit: int
    from_ms: int = 0
    until_ms: int = 0


class Actor(Struct, frozen=True):
    """Who is acting: a person with the grants that are live now, on one device."""

    person: int
    grants: tuple[Grant, ...]
    device: str
    once: tuple[Grant, ...] = ()  # on the server: those that ended lately too


def live(grants: Iterable[Grant], now_ms: int) -> tuple[Grant, ...]:
    """Keep the grants that hold at `now_ms`."""
    return tuple(
        each for each in grants if each.from_ms <= now_ms and (each.until_ms == 0 or now_ms < each.until_ms)
    )


def path(unit: int, units: Units) -> tuple[int, ...]:
    """List a unit and all above it, the unit first; empty if there is no such unit."""
    steps = []
    while unit in units and unit not in steps:
        steps.append(unit)
        unit = units[unit].parent
    return tuple(steps)


def holds(actor: Actor, roles: Container[str], area: int, author: int, units: Units) -> bool:
    """Tell whether the actor has one of the roles over an area, or is the author where that counts."""
    if AUTHOR in roles and actor.person == author:
        return True
    held = [grant.unit for grant in actor.grants if grant.role in roles]
    if not held:
        return False
    reach = path(area, units)
    return any(unit in reach for unit in held)


def named(kind: Kind, record: Record, name: str) -> int:
    """Give the person or unit a field names now, 0 if none."""
    cell = record.cells.get(name)
    value = None if cell is None else plain(kind.fields[name].rule, cell)
    return value if isinstance(value, int) else 0


def holds_on(kind: Kind, actor: Actor, roles: Collection[str], record: Record, units: Units) -> bool:
    """Tell whether the actor has one of the roles over a record, or is named in it where that counts."""
    if holds(actor, roles, record.area, record.author, units):
        return True
    for token in roles:
        role, at, name = token.partition("@")
        if not at:
            continue
        if name == BELOW:
            if not withheld(kind, record) and stands_below(actor.grants, role, record.area, units):
                return True
            continue
        value = named(kind, record, name)
        if value and (holds(actor, (role,), value, 0, units) if role else value == actor.person):
            return True
    return False


def withheld(kind: Kind, record: Record) -> bool:
    """Tell whether a record's state keeps it from those below its unit, as a draft is."""
    state = kind.workflow.states.get(record.state)
    return state is not None and state.withheld


def stands_below(grants: Iterable[Grant], role: str, area: int, units: Units) -> bool:
    """Tell whether somebody holds a role on a unit or one beneath it."""
    return any(grant.role == role and area in path(grant.unit, units) for grant in grants)


def is_body(unit: int, units: Units) -> bool:
    """Tell whether a unit is a department, board or post, of the tier it hangs from."""
    return (
        unit in units and units[unit].parent in units and units[units[unit].parent].tier == units[unit].tier
    )


def supervised(grants: Iterable[Grant], units: Units) -> frozenset[int]:
    """List the units whose people's phones a person looks after: those of such a grant, and all below."""
    own = {grant.unit for grant in grants if grant.role in SUPERVISES}
    return frozenset(unit for unit in units if not own.isdisjoint(path(unit, units)))


def dispatchable(grants: Iterable[Grant], units: Units) -> frozenset[int]:
    """List the units whose people a person may name in a record, to give it to them or to call them.

    One's own and what stands above it as far as the community, or the board of a post: whom one turns to. For
    who hands work out also all below, and the departments, boards and posts of every government above.
    """
    found: set[int] = set()
    for grant in grants:
        above = path(grant.unit, units)
        found |= {
            *above[:1],
            *(unit for unit in above if units[unit].tier >= COMMUNITY or is_body(unit, units)),
        }
        if grant.role in DISPATCHES:
            found |= {
                unit for unit in units if grant.unit in path(unit, units) or _government(unit, units) in above
            }
    return frozenset(found)


def _government(unit: int, units: Units) -> int:
    """Find the government a department, board or post is of; 0 of all else."""
    above = path(unit, units)
    return next((each for each in above if not is_body(each, units)), 0) if is_body(unit, units) else 0


def may_create(kind: Kind, actor: Actor, area: int, units: Units) -> Refusal | None:
    """Decide whether the actor may make a record of this kind in this unit."""
    fits = kind.bodies if is_body(area, units) else area in units and units[area].tier in kind.tiers
    if not fits:
        return "bad_area"
    filed = kind.filed and any(grant.role in kind.create for grant in actor.grants)
    return None if filed or holds(actor, kind.create, area, 0, units) else "not_your_role"


def may_read(kind: Kind, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the record exists for this actor."""
    return holds_on(kind, actor, kind.read, record, units)


def may_see(kind: Kind, field: Field, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether this field of a readable record may leave for the actor's phone."""
    return field.see is None or holds_on(kind, actor, field.see, record, units)


def may_write(kind: Kind, field: Field, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor may set the field outside a step, the record being as it was before."""
    roles = kind.write if field.write is None else field.write
    return holds_on(kind, actor, roles, record, units)


def may_step(kind: Kind, step: Step, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor's roles allow the step on this record as it was before it."""
    return holds_on(kind, actor, step.by, record, units)


def may_hear(kind: Kind, step: Step, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the step tells this person: who sees the record, and does not drive or ride meanwhile."""
    kept = actor.person == record.author or any(grant.role not in QUIET for grant in actor.grants)
    return kept and holds_on(kind, actor, step.tells, record, units)


def may_review(kind: Kind, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor hears what is odd about the record's photos, and may open their originals."""
    return holds_on(kind, actor, kind.review, record, units)


def weight(kind: Kind, field: Field, actor: Actor, record: Record, units: Units) -> int:
    """Weigh a value under rule authority: 1 from a role that owns the field, else 0."""
    return int(holds_on(kind, actor, field.own, record, units))
