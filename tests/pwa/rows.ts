// Op rows and files as the tests of the two engines need them.

import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import type { Spared } from "../../pwa/src/mend.ts";
import type { OpRow, Pad, Pads, Session, Store, Tables } from "../../pwa/src/ports.ts";
import type { Op } from "../../pwa/src/sync/op.ts";
import { NOON } from "./town.ts";

export const SESSION: Session = { token: "t", number: "0000000a", person: 7, out: false };
export const DEVICE = "0000000aaaaaaaaa";
export const SPARED: Spared = { session: SESSION, top: "" };
export const ROOM = { usedBytes: 1_000, quotaBytes: 1_000_000_000, filesBytes: 600_000, persisted: true };

/** An op of a device, the first of a record. */
export const oneOp = (n: number, more: Partial<Op> = {}, device = DEVICE): Op => ({
  n,
  stamp: [NOON + n, 0, device],
  kind: "incident",
  record: `${device}.${n}`,
  area: 2,
  sets: {},
  step: null,
  ...more,
});

/** The row of an op that waits, as it was made. */
export const rowOf = (op: Op, more: Partial<OpRow> = {}): OpRow => ({
  id: `${op.stamp[2]}.${op.n}`,
  op,
  person: 7,
  photos: [],
  urgent: false,
  leftMs: 0,
  code: "",
  refused: false,
  undone: false,
  receivedMs: 0,
  tries: 0,
  laterMs: 0,
  ...more,
});

export const oneRow = (n: number, more: Partial<Op> = {}, device = DEVICE): OpRow =>
  rowOf(oneOp(n, more, device));

type Held = { outbox?: readonly OpRow[]; sent?: readonly OpRow[]; top?: number; signedIn?: boolean };

/** A store of a signed-in phone that holds these. */
export async function holding({ outbox = [], sent = [], top = 0, signedIn = true }: Held): Promise<Store> {
  const store = memoryStore();
  await store.write(["outbox", "sent", "notes"], async (tx) => {
    for (const row of outbox) await tx.put("outbox", row);
    for (const row of sent) await tx.put("sent", row);
    if (!signedIn) return;
    await tx.put("notes", { id: "session", value: SESSION });
    await tx.put("notes", { id: "self", value: { incarnation: "aaaaaaaa", top, wallMs: NOON, count: 0 } });
  });
  return store;
}

export const idsIn = async (store: Store, table: "outbox" | "sent"): Promise<readonly string[]> =>
  store.read([table], (tx) => tx.keys(table));

type Note = Tables["notes"];

export async function noteIn<T extends Note["id"]>(store: Store, name: T) {
  const row = await store.read(["notes"], (tx) => tx.get("notes", name));
  return row?.value as Extract<Note, { id: T }>["value"] | undefined;
}

/** Files in memory. At the write or cut after `left` others the power goes: a write is torn, a cut is not done. */
export class MemoryPads implements Pads {
  readonly files = new Map<string, Uint8Array>();
  left = Number.POSITIVE_INFINITY;
  torn = 0.5; // how much of the last write is there
  full = false; // no room to grow
  roomNow: typeof ROOM | null = ROOM;
  open: string | null = null; // names the file in use: one at a time may be

  async use<T>(name: string, work: (pad: Pad) => Promise<T>): Promise<T> {
    if (this.open) throw new Error(`${this.open} is still open`);
    this.open = name;
    try {
      return await work(this.pad(name));
    } finally {
      this.open = null;
    }
  }

  async room(): Promise<typeof ROOM | null> {
    return this.roomNow;
  }

  bytes(name: string): Uint8Array {
    return this.files.get(name) ?? new Uint8Array();
  }

  private pad(name: string): Pad {
    const set = (bytes: Uint8Array, torn: Uint8Array): void => {
      if (this.left < 0) throw new Error("the power is gone");
      this.files.set(name, this.left-- ? bytes : torn);
      if (this.left < 0) throw new Error("the power is gone");
    };
    return {
      size: async () => this.bytes(name).length,
      read: async () => this.bytes(name).slice(),
      write: async (bytes, at) => {
        const next = new Uint8Array(Math.max(this.bytes(name).length, at + bytes.length));
        const grows = next.length > this.bytes(name).length;
        next.set(this.bytes(name));
        next.set(bytes, at);
        if (this.full && grows) {
          this.files.set(name, next.slice(0, at + Math.floor(bytes.length * this.torn)));
          throw fullFault();
        }
        set(next, next.slice(0, at + Math.floor(bytes.length * this.torn)));
      },
      cut: async (size) => set(this.bytes(name).slice(0, size), this.bytes(name)),
      flush: async () => undefined,
    };
  }
}

export const fullFault = (): DOMException => new DOMException("full", "QuotaExceededError");
