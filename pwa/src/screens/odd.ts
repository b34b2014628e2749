// What is odd about a day that was handed in: things to look at, said neutrally, never a verdict. Pure.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { dayOf } from "../widgets/dates.ts";
import { asked, firstOf } from "../widgets/page.ts";

const NOTHING = ["zero", "na"]; // no record can stand behind these

/** Whether an answer was ticked by hand where a record could have done it. */
export const byHand = (value: string, backed: boolean): boolean =>
  value !== "" && !backed && !NOTHING.includes(value);

/** What to look at: a code and a figure. */
export type Odd = readonly [code: "byHand" | "noPlace" | "same" | "byItself", figure: number];

/** What is odd about a sheet; `views` hold the sheets before it. */
export function oddOf(view: View, page: KindPage, views: ReadonlyMap<string, View>): readonly Odd[] {
  const odd: Odd[] = [];
  const hands = asked(page).filter(
    ([name, field]) => field.type === "choice" && byHand(said(view, name), backed(view, page, name)),
  ).length;
  const same = sameDays(view, page, views);
  const place = firstOf(Object.entries(page.fields), "place")?.[0] ?? "";
  if (hands) odd.push(["byHand", hands]);
  if (same) odd.push(["same", same]);
  if (same && place && !view.values[place]) odd.push(["noPlace", 0]);
  if (late(view)) odd.push(["byItself", 0]);
  return odd;
}

const said = (view: View, name: string): string => String(view.values[name] ?? "");

/** Whether a record of the day stands behind an answer. */
const backed = (view: View, page: KindPage, item: string): boolean =>
  Object.entries(page.fields).some(([name, field]) => {
    const value = view.values[name];
    return field.type === "choices" && Array.isArray(value) && (value as readonly string[]).includes(item);
  });

/** How many sheets in a row took over the answers of the one before, up to this one. */
function sameDays(view: View, page: KindPage, views: ReadonlyMap<string, View>): number {
  const [own, as] = Object.entries(page.fields)
    .filter(([, field]) => field.type === "day")
    .map(([name]) => name);
  const before = [...views.values()]
    .filter((each) => each.kind === view.kind && each.author === view.author && each.id <= view.id)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const other = before.findIndex((each) => !(own && as && each.values[as]));
  return other < 0 ? before.length : other;
}

/** Whether it was handed in by itself: by the server, or by the phone on another day. */
function late(view: View): boolean {
  const handed = view.story.find((line) => line.from !== "" && line.outcome !== "overtaken");
  return handed !== undefined && (handed.person === 0 || dayOf(handed.atMs) > Number(view.id.slice(-8)));
}
