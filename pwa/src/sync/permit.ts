// Twin of sync/permit.py: read the reasons there. Shared cases: tests/vectors/permit.json.
import type { Field, KindPage, Step } from "./kind.ts";
import type { Refusal } from "./op.ts";
import type { Record } from "./register.ts";

export const AUTHOR = "author";

/** A node of the five-tier tree: 1 city, 2 district, 3 town, 4 community, 5 grid. */
export interface OrgUnit {
  readonly tier: number;
  readonly parent: number; // 0 at the root
}

export type Units = ReadonlyMap<number, OrgUnit>;

/** A role on a unit, from a time on and until another, both in server ms; left out or 0 is open. */
export interface Grant {
  readonly role: string;
  readonly unit: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** Who looks after the phones of the people in a unit and below it. */
export const SUPERVISES: ReadonlySet<string> = new Set([
  "grid_leader",
  "community_secretary",
  "duty_officer",
  "board_leader",
  "commander",
]);

/** Who is acting: a person with the grants that are live now, on one device. */
export interface Actor {
  readonly person: number;
  readonly grants: readonly Grant[];
  readonly device: string;
}

/** Keep the grants that hold at `nowMs`. */
export const live = (grants: readonly Grant[], nowMs: number): readonly Grant[] =>
  grants.filter(({ fromMs = 0, untilMs = 0 }) => fromMs <= nowMs && (untilMs === 0 || nowMs < untilMs));

/** List a unit and all above it, the unit first; empty if there is no such unit. */
export function path(unit: number, units: Units): readonly number[] {
  const steps: number[] = [];
  for (let at = units.get(unit); at && !steps.includes(unit); at = units.get(unit)) {
    steps.push(unit);
    unit = at.parent;
  }
  return steps;
}

/** Tell whether the actor has one of the roles over an area, or is the author where that counts. */
export function holds(
  actor: Actor,
  roles: readonly string[],
  area: number,
  author: number,
  units: Units,
): boolean {
  if (roles.includes(AUTHOR) && actor.person === author) return true;
  const held = actor.grants.filter((grant) => roles.includes(grant.role));
  if (!held.length) return false;
  const reach = path(area, units);
  return held.some((grant) => reach.includes(grant.unit));
}

const holdsOn = (actor: Actor, roles: readonly string[], record: Record, units: Units): boolean =>
  holds(actor, roles, record.area, record.author, units);

/** Decide whether the actor may make a record of this kind in this unit. */
export function mayCreate(kind: KindPage, actor: Actor, area: number, units: Units): Refusal | null {
  if (units.get(area)?.tier !== kind.tier) return "bad_area";
  return holds(actor, kind.create, area, 0, units) ? null : "not_your_role";
}

/** Tell whether the record exists for this actor. */
export const mayRead = (kind: KindPage, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(actor, kind.read, record, units);

/** Tell whether this field of a readable record may leave for the actor's phone. */
export const maySee = (field: Field, actor: Actor, record: Record, units: Units): boolean =>
  field.see === null || holdsOn(actor, field.see, record, units);

/** Tell whether the actor hears what is odd about the record's photos, and may open their originals. */
export const mayReview = (kind: KindPage, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(actor, kind.review, record, units);

/** Tell whether the actor may set the field outside a step. */
export const mayWrite = (kind: KindPage, field: Field, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(actor, field.write ?? kind.write, record, units);

/** Tell whether the actor's roles allow the step on this record. */
export const mayStep = (step: Step, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(actor, step.by, record, units);

/** Weigh a value under rule authority: 1 from a role that owns the field, else 0. */
export const weight = (field: Field, actor: Actor, record: Record, units: Units): number =>
  Number(holdsOn(actor, field.own, record, units));
