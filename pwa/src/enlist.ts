// Tells the server the keys that this phone seals its photos with: once each, and again after it was restored.

import type { Parts } from "./exchange.ts";
import { note } from "./outbox.ts";

/** Tell what is not told; what fails is told after the next exchange. */
export async function enlist({ store, link }: Pick<Parts, "store" | "link">): Promise<void> {
  const [session, chains, heard] = await store.read(["notes"], (tx) =>
    Promise.all([note(tx, "session"), note(tx, "chains"), note(tx, "heard")] as const),
  );
  const era = (heard?.era ?? 0) + 1; // 0: never told
  for (const [device, { keys, told }] of Object.entries(chains ?? {})) {
    if (!session || session.out || !device.startsWith(session.number) || told === era) continue;
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    const body = { incarnation: device.slice(8), key: btoa(String.fromCharCode(...point)) };
    const answer = await link.ask(session.token, "/api/device/key", JSON.stringify(body));
    if (!answer.ok) return;
    await store.write(["notes"], async (tx) => {
      const now = await note(tx, "chains");
      const chain = now?.[device];
      if (chain)
        await tx.put("notes", { id: "chains", value: { ...now, [device]: { ...chain, told: era } } });
    });
  }
}
