// Twin of sync/permit.py: read the reasons there. Shared cases: tests/vectors/permit.json.
import type { Field, KindPage, Step } from "./kind.ts";
import type { Refusal } from "./op.ts";
import { plain, type Record } from "./register.ts";
import { own } from "./value.ts";

export const AUTHOR = "author";
export const BELOW = "below";

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

/** Give the person or unit a field names now, 0 if none. */
export function named(kind: KindPage, record: Record, name: string): number {
  const cell = own(record.cells, name);
  const value = cell && plain((kind.fields[name] as Field).rule, cell);
  return typeof value === "number" ? value : 0;
}

/** Tell the same of a record of which `whom` gives whom a field names. */
export const holdsBy = (
  actor: Actor,
  roles: readonly string[],
  { area, author }: Pick<Record, "area" | "author">,
  units: Units,
  whom: (name: string) => unknown,
): boolean =>
  holds(actor, roles, area, author, units) ||
  roles.some((token) => {
    const [role = "", name] = token.split("@");
    if (name === BELOW)
      return actor.grants.some((each) => each.role === role && path(each.unit, units).includes(area));
    const value = name && Number(whom(name));
    return !!value && (role ? holds(actor, [role], value, 0, units) : value === actor.person);
  });

/** Tell whether the actor has one of the roles over a record, or is named in it where that counts. */
export const holdsOn = (
  kind: KindPage,
  actor: Actor,
  roles: readonly string[],
  record: Record,
  units: Units,
): boolean => holdsBy(actor, open(kind, roles, record), record, units, (name) => named(kind, record, name));

/** Give the roles that count on a record: a state may withhold it from those below its unit. */
const open = (kind: KindPage, roles: readonly string[], { state }: Record): readonly string[] =>
  own(kind.workflow.states, state)?.withheld ? roles.filter((each) => !each.endsWith(BELOW)) : roles;

/** Tell whether a unit is a department, board or post, of the tier it hangs from. */
export function isBody(unit: number, units: Units): boolean {
  const node = units.get(unit);
  return !!node && units.get(node.parent)?.tier === node.tier;
}

/** Decide whether the actor may make a record of this kind in this unit. */
export function mayCreate(kind: KindPage, actor: Actor, area: number, units: Units): Refusal | null {
  const fits = isBody(area, units) ? kind.bodies : [kind.tier].flat().includes(units.get(area)?.tier ?? 0);
  if (!fits) return "bad_area";
  const filed = kind.filed && actor.grants.some(({ role }) => kind.create.includes(role));
  return filed || holds(actor, kind.create, area, 0, units) ? null : "not_your_role";
}

/** Tell whether the record exists for this actor. */
export const mayRead = (kind: KindPage, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(kind, actor, kind.read, record, units);

/** Tell whether this field of a readable record may leave for the actor's phone. */
export const maySee = (kind: KindPage, field: Field, actor: Actor, record: Record, units: Units): boolean =>
  field.see === null || holdsOn(kind, actor, field.see, record, units);

/** Tell whether the actor hears what is odd about the record's photos, and may open their originals. */
export const mayReview = (kind: KindPage, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(kind, actor, kind.review, record, units);

/** Tell whether the actor may set the field outside a step, the record being as it was before. */
export const mayWrite = (kind: KindPage, field: Field, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(kind, actor, field.write ?? kind.write, record, units);

/** Tell whether the actor's roles allow the step on this record as it was before it. */
export const mayStep = (kind: KindPage, step: Step, actor: Actor, record: Record, units: Units): boolean =>
  holdsOn(kind, actor, step.by, record, units);

/** Weigh a value under rule authority: 1 from a role that owns the field, else 0. */
export const weight = (kind: KindPage, field: Field, actor: Actor, record: Record, units: Units): number =>
  Number(holdsOn(kind, actor, field.own, record, units));
