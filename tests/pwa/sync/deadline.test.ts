import * as deadline from "../../../pwa/src/sync/deadline.ts";
import { as, forms, fromDue, type Json, run, toCalendar } from "./vectors.ts";

const toPauses = (pauses: Json[]): readonly deadline.Pause[] =>
  pauses.map(({ from_ms, until_ms, by }) => ({ fromMs: from_ms, untilMs: until_ms, by }));
const toDue = ({ due_ms, ...rest }: Json): deadline.Due => ({ dueMs: due_ms, ...rest });

run("deadline", deadline, {
  due: forms(deadline.due, [as, as, toCalendar, toPauses, as], fromDue),
  reached: forms(deadline.reached, [toDue, as]),
});
