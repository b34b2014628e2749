// Whose turn it is with a record. The holders of a state stand in an order: the first who can move the record on is
// waited for, with those beside it who are named by the same field, or by their post as well; the rest may step in.

import { ALONE } from "./sync/guards.ts";
import type { KindPage, Tone } from "./sync/kind.ts";
import { AUTHOR, named, type Units } from "./sync/permit.ts";
import type { Record } from "./sync/register.ts";
import { own } from "./sync/value.ts";
import { refusedBy } from "./sync/workflow.ts";

/** What a holder is named by: `author`, a field of the record, or a post alone (""). */
const sortOf = (token: string): string => (token === AUTHOR ? AUTHOR : (token.split("@")[1] ?? ""));

/** The holders whose turn it is, as the page names them; none if it is nobody's. */
export function turnOf(kind: KindPage, record: Record, units: Units, nowMs: number): readonly string[] {
  const { state, author } = record;
  const meant = (sort: string): number => (sort === AUTHOR ? author : named(kind, record, sort));
  const holders = (own(kind.workflow.states, state)?.holder ?? []).filter(
    (token) => !sortOf(token) || meant(sortOf(token)) > 0,
  );
  const moves = (token: string, tone: Tone): boolean => {
    const person = token === AUTHOR || token[0] === "@" ? meant(sortOf(token)) : 0; // else somebody, and nobody knows who
    return kind.workflow.steps.some(
      (step) =>
        step.tone === tone &&
        step.start.includes(state) &&
        step.by.includes(token) &&
        !refusedBy(kind, record, step, person, { ...ALONE, units, nowMs }),
    );
  };
  const mover =
    holders.find((token) => moves(token, "go")) ?? holders.find((token) => moves(token, "plain")) ?? "";
  const rest = holders.slice(Math.max(0, holders.indexOf(mover)));
  const end = rest.findIndex((token) => sortOf(token) !== sortOf(rest[0] ?? ""));
  return end < 0 ? rest : rest.slice(0, end);
}
