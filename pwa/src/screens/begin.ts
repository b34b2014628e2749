// What a person may begin, and what of a record they may still write, outside a step. Pure; the server decides (I4).

import type { Me, Unit, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { AUTHOR, holdsBy } from "../sync/permit.ts";
import type { Value } from "../sync/value.ts";
import type { NamedField } from "../widgets/page.ts";
import { actor, shares } from "./places.ts";

/** Whether others point at this kind, and its author has no part in it: a register, not a thing that happened. */
export const isRegister = (page: KindPage, kinds: Kinds): boolean =>
  !page.read.includes(AUTHOR) &&
  [...kinds.values()].some((other) =>
    Object.values(other.fields).some((field) => field.refers === page.name),
  );

/** The kinds a person may make new records of, other than their day. */
export const creatable = (me: Me, kinds: Kinds): KindPage[] =>
  [...kinds.values()].filter((page) => page.identity === "device" && shares(me, page.create));

/** The fields of a record this person may still change or add to, outside a step. */
export const writable = (
  page: KindPage,
  view: View,
  me: Me,
  units: ReadonlyMap<number, Unit>,
): NamedField[] =>
  Object.entries(page.fields).filter(([name, field]) => {
    const written = field.rule === "first" && view.values[name] !== undefined;
    if (field.retired || written || !(field.ask || field.rule === "log")) return false;
    return holdsBy(actor(me), field.write ?? page.write, view, units, (each) => view.values[each]);
  });

/** The value by which a new record points at the one it is about. */
export function aboutValues(page: KindPage, about: View | undefined): Readonly<Record<string, Value>> {
  const named = Object.entries(page.fields).find(
    ([, field]) => field.type === "ref" && field.refers === about?.kind,
  );
  return named && about ? { [named[0]]: about.id } : {};
}
