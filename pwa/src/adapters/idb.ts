// The store in IndexedDB. Every write is strict: Chromium's default loses what `complete` promised when
// the battery is pulled (measured: 199 of 200 transactions; strict 0).

import type { Store, Table, Tables, Writer } from "../ports.ts";

const TABLES: readonly Table[] = ["outbox", "sent", "records", "photos", "previews", "notes"];
const VERSION = 1; // tables are added, never changed in place: an older build's queue stays readable
const AGAIN_MS = 200; // before a database that would not open is tried once more
const BUCKET = "anew"; // where the store lives on a phone whose first database is beyond repair

/** Storage buckets, Chromium 122 and later: each has its own database files. */
interface Buckets {
  open(name: string, options: object): Promise<{ readonly indexedDB: IDBFactory }>;
}

/** Open the store of this name. It opens at first use, and again after an upgrade elsewhere closed it. */
export function idbStore(name = "qianshao"): Store {
  let opened: Promise<IDBDatabase> | null = null;
  const forget = (): void => {
    opened = null;
  };
  const open = (): Promise<IDBDatabase> => {
    opened ??= connect(name, forget);
    opened.catch(forget);
    return opened;
  };
  return {
    read: async (tables, work) => run(await open(), tables, "readonly", work),
    write: async (tables, work) => run(await open(), tables, "readwrite", work),
  };
}

async function connect(name: string, closed: () => void): Promise<IDBDatabase> {
  const db = await reach(name);
  // Else an old page or worker would hold up the next version's upgrade for ever.
  db.onversionchange = () => {
    closed();
    db.close();
  };
  db.onclose = closed;
  return db;
}

/**
 * Open the database; one that is damaged beyond opening (UnknownError, after a second try) is given up,
 * and the journal fills a new one. Chromium cannot even delete it (measured with its MANIFEST gone), so the
 * new one stands in a bucket of its own.
 */
async function reach(name: string): Promise<IDBDatabase> {
  for (let tried = 0; ; tried++) {
    try {
      return await openIn(indexedDB, name);
    } catch (fault) {
      if ((fault as Error).name !== "UnknownError") throw fault;
      if (tried) return anew(name, fault);
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

async function anew(name: string, fault: unknown): Promise<IDBDatabase> {
  const emptied = await settled(indexedDB.deleteDatabase(name)).then(
    () => indexedDB,
    () => null,
  );
  if (emptied) return openIn(emptied, name);
  const buckets = (navigator as { storageBuckets?: Buckets }).storageBuckets;
  if (!buckets) throw fault;
  return openIn((await buckets.open(BUCKET, { persisted: true, durability: "strict" })).indexedDB, name);
}

function openIn(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, VERSION);
  request.onupgradeneeded = () => {
    for (const table of TABLES) request.result.createObjectStore(table, { keyPath: "id" });
  };
  return settled(request);
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });

/** Run one transaction; when `work` throws, nothing of it happened. */
async function run<T>(
  db: IDBDatabase,
  tables: readonly Table[],
  mode: IDBTransactionMode,
  work: (tx: Writer) => Promise<T>,
): Promise<T> {
  const options = mode === "readwrite" ? ({ durability: "strict" } as const) : {};
  const tx = db.transaction(tables as Table[], mode, options);
  const over = new Promise<void>((good, bad) => {
    tx.oncomplete = () => good();
    tx.onabort = () => bad(tx.error);
  });
  try {
    const result = await work(using(tx));
    await over;
    return result;
  } catch (fault) {
    over.catch(() => undefined); // told once, below
    try {
      tx.abort();
    } catch {
      // it had ended by itself
    }
    throw fault;
  }
}

function using(tx: IDBTransaction): Writer {
  const ask = async <T>(table: Table, question: (store: IDBObjectStore) => IDBRequest): Promise<T> =>
    (await settled(question(tx.objectStore(table)))) as T;
  return {
    get: (table, id) => ask(table, (store) => store.get(id)),
    all: (table, after, most) =>
      ask(table, (store) => store.getAll(after ? IDBKeyRange.lowerBound(after, true) : null, most)),
    keys: (table) => ask(table, (store) => store.getAllKeys()),
    put: (table, row: Tables[Table]) => ask(table, (store) => store.put(row)),
    drop: (table, id) => ask(table, (store) => store.delete(id)),
    clear: (table) => ask(table, (store) => store.clear()),
  };
}
