import * as elapse from "../../../pwa/src/sync/elapse.ts";
import type { Record } from "../../../pwa/src/sync/register.ts";
import { as, forms, fromRecord, run, toCalendar, toRecord } from "./vectors.ts";

run("elapse", elapse, {
  next_ms: forms(elapse.nextMs, [as, toRecord, toCalendar]),
  timed: forms(elapse.timed, [as, toRecord, toCalendar, as]),
  elapse: forms(
    elapse.elapse,
    [toRecord, as, toCalendar, as, as, as],
    (after: Record | null) => after && fromRecord(after),
  ),
});
