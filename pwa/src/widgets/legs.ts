// How far a record has been handed on: phone, village, town. The relay line of the look.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";

export type Post = "on" | "go" | "off";

/** The three posts of a record: the phone always has it; the next is on its way or has it, or not yet. */
export function legs(view: View, page: KindPage | undefined): readonly [Post, Post, Post] {
  const village: Post = view.receivedMs > 0 ? "on" : view.sent === "send" ? "go" : "off";
  const town: Post = page && wentUp(page, view) && view.receivedMs > 0 ? "on" : "off";
  return ["on", village, town];
}

/** Whether this kind of record can travel up at all; a visit ends at the village. */
export const travels = (page: KindPage | undefined): boolean =>
  page !== undefined && Object.values(page.workflow.states).some((state) => state.one_way);

/** Whether the record ever left the community: it is, or was, in a one-way state. */
function wentUp(page: KindPage, view: View): boolean {
  const states = [
    view.state,
    ...view.story.filter((line) => line.outcome !== "overtaken").map((line) => line.to),
  ];
  return states.some((state) => page.workflow.states[state]?.one_way);
}
