// What the last decision asks of the one it went back to.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";

/** What the last decision asks for: the field it means, and its question in words. */
export interface Asking {
  person: number;
  atMs: number;
  field: string; // "" when it means none
  reason: string; // name of the field that carries the reason, "" if none
  question: string;
}

/** Read the decision that brought the record into its state; null if it carried no reason. */
export function askingOf(page: KindPage, view: View): Asking | null {
  const line = [...view.story]
    .reverse()
    .find((each) => each.to === view.state && each.outcome !== "overtaken");
  if (!line || Object.keys(line.sets).length === 0) return null;
  const asking = { person: line.person, atMs: line.atMs, field: "", reason: "", question: "" };
  for (const [name, value] of Object.entries(line.sets)) {
    const type = page.fields[name]?.type;
    if (type === "choice" && typeof value === "string") {
      asking.reason = name;
      if (value in page.fields) asking.field = value;
    }
    if (type === "text" && typeof value === "string") asking.question = value;
  }
  return asking;
}
