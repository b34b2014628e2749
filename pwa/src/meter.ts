// What went over the link, day by day. Bytes are those of bodies as far as the page knows them: what the network
// adds round them it cannot see, so it is an estimate.

import type { Spent } from "./model.ts";
import { note } from "./outbox.ts";
import type { Tally, Writer } from "./ports.ts";
import { dayNumber, spentOn } from "./ration.ts";

const DAYS_KEPT = 8;

/** Write down what went over the link, and forget old days. */
export async function count(tx: Writer, tally: Tally, photos: number, nowMs: number): Promise<void> {
  const meter = (await note(tx, "meter")) ?? {};
  const today = dayNumber(nowMs);
  const [up, down, sent] = spentOn(meter, today);
  const recent = Object.entries(meter).filter(([day]) => Number(day) > today - DAYS_KEPT);
  const spent: Spent = [up + tally.up + photos, down + tally.down, sent + photos];
  await tx.put("notes", { id: "meter", value: { ...Object.fromEntries(recent), [today]: spent } });
  tally.up = 0;
  tally.down = 0;
}
