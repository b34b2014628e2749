// What is done after an exchange that left nothing to send or to hear, one thing after the other: the phone
// says how it is, and looks whether it holds what it should. None of it is ever waited for.

import { check } from "./check.ts";
import { enlist } from "./enlist.ts";
import type { Parts, Told } from "./exchange.ts";
import { count } from "./meter.ts";
import { note } from "./outbox.ts";
import { renew } from "./reach.ts";
import { type Made, report } from "./report.ts";
import { trimOriginals } from "./room.ts";
import { SUPERVISES } from "./sync/permit.ts";

const LOOK_MS = 3_600_000; // between looks at the phones of others, for whoever looks after some

/** Do it; true if an exchange should follow at once. */
export async function upkeep(parts: Parts & Made, told: Told, look: () => Promise<string>): Promise<boolean> {
  const { store, link, time } = parts;
  await store.write(["notes", "photos"], async (tx) => {
    await count(tx, link.tally, 0, time.now());
    await trimOriginals(tx, (await note(tx, "prefs")) ?? {});
  });
  await enlist(parts);
  await report(parts, parts);
  await renew(parts);
  const [directory, phones] = await parts.store.read(["notes"], (tx) =>
    Promise.all([note(tx, "directory"), note(tx, "phones")] as const),
  );
  const supervises = directory?.me.grants.some((grant) => SUPERVISES.has(grant.role));
  if (supervises && parts.time.now() - (phones?.atMs ?? 0) > LOOK_MS) await look();
  return check(parts, told);
}
