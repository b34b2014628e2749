// What is done after an exchange that left nothing to send or to hear, one thing after the other: the phone
// says how it is, and looks whether it holds what it should. None of it is ever waited for.

import { check } from "./check.ts";
import type { Parts, Told } from "./exchange.ts";
import { note } from "./outbox.ts";
import { type Made, report } from "./report.ts";
import { SUPERVISES } from "./sync/permit.ts";

const LOOK_MS = 3_600_000; // between looks at the phones of others, for whoever looks after some

/** Do it; true if an exchange should follow at once. */
export async function upkeep(parts: Parts & Made, told: Told, look: () => Promise<string>): Promise<boolean> {
  await report(parts, parts);
  const [directory, phones] = await parts.store.read(["notes"], (tx) =>
    Promise.all([note(tx, "directory"), note(tx, "phones")] as const),
  );
  const supervises = directory?.me.grants.some((grant) => SUPERVISES.has(grant.role));
  if (supervises && parts.time.now() - (phones?.atMs ?? 0) > LOOK_MS) await look();
  return check(parts, told);
}
