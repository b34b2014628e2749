"""Who may do what, where: the only place that knows roles (I4).

A person holds grants: a role on an org unit, with dates. A grant reaches the unit and all below it.
Pages name roles; besides those of the glossary there is `author`, who made the record. An answer is
a refusal code or None for yes.
Twin: pwa/src/sync/permit.ts. Shared cases: tests/vectors/permit.json.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from sync.kind import Field, Kind, Step
    from sync.op import Refusal
    from sync.register import Record

AUTHOR: Final = "author"
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


class OrgUnit(Struct, frozen=True):
    """A node of the five-tier tree: 1 city, 2 district, 3 town, 4 community, 5 grid."""

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


def supervised(grants: Iterable[Grant], units: Units) -> frozenset[int]:
    """List the units whose people's phones a person looks after: those of such a grant, and all below."""
    own = {grant.unit for grant in grants if grant.role in SUPERVISES}
    return frozenset(unit for unit in units if not own.isdisjoint(path(unit, units)))


def may_create(kind: Kind, actor: Actor, area: int, units: Units) -> Refusal | None:
    """Decide whether the actor may make a record of this kind in this unit."""
    if area not in units or units[area].tier != kind.tier:
        return "bad_area"
    return None if holds(actor, kind.create, area, 0, units) else "not_your_role"


def may_read(kind: Kind, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the record exists for this actor."""
    return holds(actor, kind.read, record.area, record.author, units)


def may_see(field: Field, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether this field of a readable record may leave for the actor's phone."""
    return field.see is None or holds(actor, field.see, record.area, record.author, units)


def may_write(kind: Kind, field: Field, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor may set the field outside a step."""
    roles = kind.write if field.write is None else field.write
    return holds(actor, roles, record.area, record.author, units)


def may_step(step: Step, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor's roles allow the step on this record."""
    return holds(actor, step.by, record.area, record.author, units)


def may_review(kind: Kind, actor: Actor, record: Record, units: Units) -> bool:
    """Tell whether the actor hears what is odd about the record's photos, and may open their originals."""
    return holds(actor, kind.review, record.area, record.author, units)


def weight(field: Field, actor: Actor, record: Record, units: Units) -> int:
    """Weigh a value under rule authority: 1 from a role that owns the field, else 0."""
    return int(holds(actor, field.own, record.area, record.author, units))
