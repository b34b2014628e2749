import * as clocks from "../../../pwa/src/sync/clocks.ts";
import { as, forms, fromDue, type Json, run, toCalendar, toRecord } from "./vectors.ts";

const fromRun = (one: clocks.Run | null): Json =>
  one && {
    clock: one.clock,
    start_ms: one.startMs,
    limit: one.limit,
    pauses: one.pauses.map(({ fromMs, untilMs, by }) => ({ from_ms: fromMs, until_ms: untilMs, by })),
    extensions: one.extensions.map(({ amount, atMs, by }) => ({ amount, at_ms: atMs, by })),
    taken: one.taken,
    due: fromDue(one.due),
  };
const toRun = ({ pauses }: Json): Pick<clocks.Run, "pauses"> => ({
  pauses: pauses.map(({ from_ms, until_ms, by }: Json) => ({ fromMs: from_ms, untilMs: until_ms, by })),
});

run("clocks", clocks, {
  run: forms(clocks.run, [as, toRecord, toCalendar], fromRun),
  agenda: forms(clocks.agenda, [as, toRecord, toCalendar]),
  paused: forms(clocks.paused, [toRun]),
});
