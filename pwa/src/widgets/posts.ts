// Who may be named in a record: the people of the directory by their posts, in the order of the tree.

import type { Staff, Unit, View } from "../model.ts";
import { calledFor } from "../sync/around.ts";
import type { KindPage } from "../sync/kind.ts";
import { isBody, path } from "../sync/permit.ts";
import type { Named, Value } from "../sync/value.ts";

const MATTER = "matter"; // field of what the catalogue describes
const UNIT = "unit"; // field of the unit that is called
const LISTED = "unit_listed"; // guard: none but those that the matter lists

/** A person with one of their posts; without a unit where the directory does not tell posts. */
export interface Post {
  readonly person: number;
  readonly role: string;
  readonly unit: number;
}

type Tree = ReadonlyMap<number, Unit>;

/** The posts a directory tells, or just the people where it tells none. */
export function postsOf(staff: Staff, people: ReadonlyMap<number, string>): Post[] {
  const told = Object.entries(staff).flatMap(([role, held]) =>
    held.map(([person, unit]) => ({ person, role, unit })),
  );
  return told.length ? told : [...people.keys()].map((person) => ({ person, role: "", unit: 0 }));
}

/** Posts by unit: first the units that were asked for, then departments before what lies below, by the tree. */
export function byUnit(posts: readonly Post[], tree: Tree, first: readonly number[]): [number, Post[]][] {
  const found = new Map<number, Post[]>();
  for (const post of posts) found.set(post.unit, [...(found.get(post.unit) ?? []), post]);
  const ranks = new Map(
    [...found.keys()].map((unit) => [unit, [first.includes(unit) ? 0 : 1, ...rank(unit, tree)]]),
  );
  return [...found].sort(([a], [b]) => compare(ranks.get(a) ?? [], ranks.get(b) ?? []));
}

const rank = (unit: number, tree: Tree): number[] =>
  [...path(unit, tree)].reverse().flatMap((each) => [isBody(each, tree) ? 0 : 1, each]);

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, each] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    if (each !== other) return each - other;
  }
  return a.length - b.length;
}

/** The department, board or post where a person is; 0 if none is told. */
export const bodyOf = (person: unknown, posts: readonly Post[], tree: Tree): number =>
  posts.find((post) => post.person === person && isBody(post.unit, tree))?.unit ?? 0;

/** Of posts, those at the units that the matter lists, where the page lets nobody else be named in a field. */
export function callable(
  posts: readonly Post[],
  page: KindPage | undefined,
  name: string,
  values: Named<Value>,
): readonly Post[] {
  const bound = name === UNIT && page?.guards.includes(LISTED) ? page : null;
  const units = bound ? calledFor(bound, values[MATTER]) : [];
  return units.length ? posts.filter(({ unit }) => units.includes(String(unit))) : posts;
}

/** The page a field is of. */
export const pageOf = (kinds: Iterable<KindPage>, name: string, field: unknown): KindPage | undefined =>
  [...kinds].find((page) => page.fields[name] === field);

/** The roles to which naming a unit in a field gives rights. */
export function rolesAt(page: KindPage | undefined, name: string): ReadonlySet<string> {
  if (!page) return new Set();
  const lists = [
    page.read,
    page.write,
    ...Object.values(page.fields).flatMap((field) => [field.see ?? [], field.write ?? []]),
    ...page.workflow.steps.map((step) => step.by),
  ];
  const tokens = lists.flat().map((token) => token.split("@"));
  return new Set(tokens.flatMap(([role, at]) => (role && at === name ? [role] : [])));
}

/** How many unfinished records that this phone knows of each person was given. */
export function loads(views: Iterable<View>, kinds: ReadonlyMap<string, KindPage>): Map<number, number> {
  const found = new Map<number, number>();
  for (const view of views) {
    const page = kinds.get(view.kind);
    if (!page || page.workflow.states[view.state]?.final) continue;
    const named = Object.entries(page.fields).flatMap(([name, field]) =>
      field.type === "person" ? [view.values[name]] : [],
    );
    for (const person of new Set(named))
      if (typeof person === "number") found.set(person, (found.get(person) ?? 0) + 1);
  }
  return found;
}
