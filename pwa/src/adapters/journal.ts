// The store with its journal beside it: "saved" is said when both engines have the op on the disk. Where
// the journal cannot be had (older kernels, a lock that does not come), the strict store alone says so, and
// the next start brings the journal up to date.

import type { JournalAsk, Opened, OpRow, Spare, Store, Table, Tables, Writer } from "../ports.ts";

const OPEN_MS = 10_000; // for the comparison at the start; then the app goes on without the journal
const APPEND_MS = 2_000; // for one append; the worker goes on trying by itself

const TOWN = ["session", "kinds", "directory"];

type Hand = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** The worker, asked one thing after the other. It answers null for what it could not do, or not in time. */
interface Line {
  ask(message: JournalAsk, withinMs: number): Promise<unknown>;
  dismiss(): void;
}

function lineTo(hire: () => Hand): Line {
  const asked: ((answer: unknown) => void)[] = []; // it answers in the order it was asked
  let worker: Hand | null = null;
  const dismiss = (): void => {
    worker?.terminate();
    worker = null;
    for (const done of asked.splice(0)) done(null);
  };
  try {
    worker = hire();
    worker.onmessage = ({ data }) => asked.shift()?.(data);
    worker.onerror = dismiss;
  } catch {
    // no workers here
  }
  return {
    dismiss,
    ask: (message, withinMs) =>
      new Promise((done) => {
        if (!worker) return done(null);
        asked.push(done);
        worker.postMessage(message);
        setTimeout(done, withinMs, null);
      }),
  };
}

/** Put a journal, kept by the worker that `hire` starts, beside a store. */
export function journalled(inner: Store, spare: Spare, hire: () => Hand): Store {
  const { ask, dismiss } = lineTo(hire);
  let tight = false; // what room there is belongs to words: no new photos
  const opened = ask({ session: spare.load(), top: spare.top }, OPEN_MS).then((answer) => {
    if (!answer) dismiss(); // or it would repair the store behind our back
    const [changed, short] = (answer ?? [false, false]) as Opened;
    tight = short;
    return changed;
  });

  async function write<T>(tables: readonly Table[], work: (tx: Writer) => Promise<T>): Promise<T> {
    await opened;
    if (tight) tight = (await ask("roomy", APPEND_MS)) === false;
    for (let tried = 0; ; tried++) {
      const seen: Seen = {
        rows: [],
        top: "",
        town: false,
        taken: tables.includes("records"),
        tight,
        bare: tried > 1,
      };
      try {
        const result = await inner.write(tables, (tx) => work(watched(tx, seen)));
        if (seen.top) spare.top = seen.top;
        if (seen.rows.length) await ask(seen.rows, APPEND_MS);
        if (seen.town) await ask("town", APPEND_MS);
        return result;
      } catch (fault) {
        // The ballast is for words: neither a new photo nor the server's records may use it up.
        if (tried > 1 || seen.taken || (fault as Error).name !== "QuotaExceededError") throw fault;
        tight = true;
        await ask("room", APPEND_MS);
      }
    }
  }

  return {
    read: (tables, work) => inner.read(tables, work),
    write,
    opened,
    forget() {
      spare.top = "";
      return ask("forget", APPEND_MS);
    },
  };
}

/** A store that, when it is full, forgets what can be done without (`clear` says how many bytes) and tries once more. */
export const clearing = (store: Store, clear: () => Promise<number>): Store => ({
  ...store,
  write: (tables, work) =>
    store.write(tables, work).catch(async (fault: Error) => {
      if (fault.name !== "QuotaExceededError" || !(await clear().catch(() => 0))) throw fault;
      return store.write(tables, work);
    }),
});

interface Seen {
  readonly rows: OpRow[]; // that the journal must have
  top: string; // id of the last one made
  town: boolean; // who is signed in, the pages or the town changed
  taken: boolean; // something large was put
  readonly tight: boolean; // no room for a new photo
  readonly bare: boolean; // leave photos as they are: the next start marks them
}

/** Watch what is written. A row that has left was written down when it was made, and is again once it is emptied. */
const watched = (tx: Writer, seen: Seen): Writer =>
  Object.assign(Object.create(tx) as Writer, {
    put: async (table: Table, row: Tables[Table]): Promise<void> => {
      const op = row as OpRow;
      const made = table === "outbox" && !op.leftMs;
      if (made || op.undone) seen.rows.push(op);
      if (made && !(await tx.get(table, op.id))) seen.top = op.id;
      if (table === "notes") seen.town ||= TOWN.includes(row.id);
      if (table === "photos") {
        if (seen.bare) return;
        const fresh = !(await tx.get(table, row.id));
        seen.taken ||= fresh;
        if (fresh && seen.tight) throw new DOMException("no room for a photo", "QuotaExceededError");
      }
      await tx.put(table, row as never);
    },
  });
