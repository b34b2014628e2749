// When a record is due, and whose turn it is: marks in lists and on the record, and a fold-out that says how the
// time was counted.

import type { View } from "../model.ts";
import { type Run, run } from "../sync/clocks.ts";
import type { Calendar } from "../sync/deadline.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { follows } from "./alike.ts";
import { calendarOf, chipOf, receiptOf } from "./due.ts";
import { holderWords } from "./holder.ts";
import { Mark } from "./mark.tsx";
import { Terms } from "./terms.tsx";
import { useModel, useWorld } from "./use-model.ts";
import { personWords } from "./value-words.ts";

/**
 * The clock that runs on a record now, with the calendar it is counted by; null if none does, or if the record is
 * over and done with, or goes the way of another: what time still does to it is nobody's work.
 */
export function useRun(view: View): readonly [run: Run, calendar: Calendar] | null {
  const model = useModel();
  const page = model.kinds.value.get(view.kind);
  const days = model.days.value;
  const record = view.receivedMs > 0 && page && days && model.record(view.id);
  if (!record || page.workflow.states[view.state]?.final || follows(view, page)) return null;
  const calendar = calendarOf(days);
  const found = run(page, record, calendar);
  return found && [found, calendar];
}

/** By when somebody must act, or for how long that is over; and who, where that is not the reader alone. */
export function DueChip({ view }: { view: View }) {
  const world = useWorld();
  const me = useModel().me.value;
  const found = useRun(view);
  const page = world.kinds.get(view.kind);
  const chip = found && chipOf(found[0], world.nowMs);
  const who = chip && page ? holderWords(view, page, world, me) : "";
  return (
    chip && (
      <>
        <Mark shape={chip.over ? "fail" : "going"} word={chip.words} />
        {who && who !== personWords(world.me, world) && (
          <span class="note">{say("holder.now", { who })}</span>
        )}
      </>
    )
  );
}

/** How the due time was counted. */
export function DueReceipt({ view }: { view: View }) {
  const world = useWorld();
  const found = useRun(view);
  if (!found) return null;
  const state = pick(world.kinds.get(view.kind)?.workflow.states[view.state]?.label ?? {});
  return (
    <details>
      <summary>{say("due.how", { state })}</summary>
      <Terms rows={receiptOf(...found, world)} />
    </details>
  );
}
