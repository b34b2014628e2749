// Days gone by that wait to be handed in, and what handing one in writes. Pure.

import { dayOf, dayPage, OFFSET_MS } from "./day.ts";
import type { DutyRow, View } from "./model.ts";
import type { KindPage, Kinds } from "./sync/kind.ts";
import type { Actor } from "./sync/permit.ts";
import { own, type Value } from "./sync/value.ts";

const DAY_MS = 86_400_000;
const BACK_DAYS = 7; // so far back a day that nobody handed in is still handed in

/** What handing in writes beside the step: the answers of records, and which answers records stand behind. */
export function backing(page: KindPage, duties: readonly DutyRow[]): { [name: string]: Value } {
  const backed = duties.filter((duty) => duty.backed);
  const answers = backed.filter((duty) => !duty.said).map((duty) => [duty.item, duty.value]);
  const list = Object.entries(page.fields).find(
    ([, field]) => field.type === "choices" && field.options.some((option) => own(page.fields, option.value)),
  );
  const items = list && backed.length ? { [list[0]]: backed.map((duty) => duty.item) } : {};
  return { ...Object.fromEntries(answers), ...items };
}

/** Own days gone by that still wait to be handed in, oldest first: those begun, and those on which this phone made
 *  calls: of another phone's, that one knows whether they were handed in. */
export function unclosed(
  views: ReadonlyMap<string, View>,
  kinds: Kinds,
  actor: Actor,
  today: number,
): readonly number[] {
  const page = dayPage(kinds);
  const earliest = dayOf(startOf(today) - BACK_DAYS * DAY_MS);
  const open = new Set<number>();
  const closed = new Set<number>();
  for (const { id, kind, author, state, madeMs } of views.values()) {
    if (author !== actor.person) continue;
    const begun = kind === page?.name;
    const day = begun ? Number(id.slice(-8)) : dayOf(madeMs);
    if (begun) (state === page.workflow.begin ? open : closed).add(day);
    else if (kinds.get(kind)?.round && id.startsWith(actor.device) && day >= earliest) open.add(day);
  }
  return [...open].filter((day) => day < today && !closed.has(day)).sort((a, b) => a - b);
}

/** The first instant of a yyyymmdd day. */
const startOf = (day: number): number =>
  Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100) - OFFSET_MS;
