import * as deadline from "../../../pwa/src/sync/deadline.ts";
import { as, forms, type Json, run } from "./vectors.ts";

const toCalendar = ({ off, work, years, ...rest }: Json): deadline.Calendar => ({
  ...rest,
  off: new Set(off),
  work: new Set(work),
  years: new Set(years),
});
const toPauses = (pauses: Json[]): readonly deadline.Pause[] =>
  pauses.map(({ from_ms, until_ms }) => ({ fromMs: from_ms, untilMs: until_ms }));
const fromDue = ({ dueMs, ...rest }: deadline.Due): Json => ({ due_ms: dueMs, ...rest });
const toDue = ({ due_ms, ...rest }: Json): deadline.Due => ({ dueMs: due_ms, ...rest });

run("deadline", deadline, {
  due: forms(deadline.due, [as, as, toCalendar, toPauses, as], fromDue),
  reached: forms(deadline.reached, [toDue, as]),
});
