// The chain of photos: each photo taken here names the hash of the one before and is signed with a key that
// cannot leave this phone (docs/evidence.md). Where that fails the photo is taken all the same, unsealed.

import { deviceOf, note } from "./outbox.ts";
import type { Chain, Store, Writer } from "./ports.ts";
import { linkBytes, spellSeal, unbase64 } from "./sync/evidence.ts";
import type { Shot } from "./sync/wire.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NOTHING = new Uint8Array(32);

/** A shot as it is announced, and how far its chain is once the photo is kept. */
export interface Sealed {
  readonly shot: Shot;
  readonly device: string;
  readonly chain?: Chain; // none: the photo is not sealed
}

/** Seal a photo by the hash of its screen size, in base64; nothing is kept until `advance`. */
export async function seal(store: Store, shot: Shot, sha256: string): Promise<Sealed> {
  let device = "";
  try {
    const [session, self, chains] = await store.read(["notes"], (tx) =>
      Promise.all([note(tx, "session"), note(tx, "self"), note(tx, "chains")] as const),
    );
    if (session && self) device = deviceOf(session, self);
    const old = chains?.[device];
    const keys =
      old?.keys ?? ((await crypto.subtle.generateKey(ALGORITHM, false, ["sign"])) as CryptoKeyPair);
    const [n, prev] = [(old?.n ?? 0) + 1, old?.last ?? NOTHING];
    const [source, takenMs, place, thumb, original, size] = shot;
    const screen = unbase64(sha256);
    const file = original ? unbase64(original) : NOTHING;
    const link = linkBytes({ device, n, prev, screen, original: file, takenMs, source, place });
    const last = new Uint8Array(await crypto.subtle.digest("SHA-256", link));
    const signature = new Uint8Array(await crypto.subtle.sign(ALGORITHM, keys.privateKey, last));
    const words = [source, takenMs, place, thumb, original, size, n] as const;
    return {
      shot: [...words, spellSeal({ device, prev, signature })],
      device,
      chain: { told: 0, ...old, keys, n, last },
    };
  } catch {
    return { shot, device };
  }
}

/** Take the next place in the chain, in the transaction that keeps the photo; false if it is taken. */
export async function advance(tx: Writer, { device, chain }: Sealed): Promise<boolean> {
  const chains = await note(tx, "chains");
  if (chain && chain.n !== (chains?.[device]?.n ?? 0) + 1) return false;
  if (chain) await tx.put("notes", { id: "chains", value: { ...chains, [device]: chain } });
  return true;
}
