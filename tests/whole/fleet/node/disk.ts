// What is left of a phone when it is switched off: the app's store in memory, with a fault at any call.

import { memoryStore } from "../../../../pwa/src/adapters/memory.ts";
import type { Session, Spare, Store, Table, Writer } from "../../../../pwa/src/ports.ts";

export const TABLES: readonly Table[] = ["outbox", "sent", "records", "photos", "previews", "notes"];

/** The process ends here: what was not committed is gone, and nobody gets an answer. */
export class Crash extends Error {}

/** As a browser says that there is no room. */
class Full extends Error {
  override readonly name = "QuotaExceededError";
}

/** Goes off at one of the next calls: `crash` or `full` before it, `after` once it is done. */
class Fuse {
  private calls = 0;
  private sort = "";

  arm(calls: number, sort: string): void {
    this.calls = calls;
    this.sort = sort;
  }

  /** Count a call; true if it is the last one that happens. */
  pull(): boolean {
    if (!this.sort || --this.calls > 0) return false;
    const sort = this.sort;
    this.sort = "";
    if (sort === "after") return true;
    throw sort === "full" ? new Full("no room") : new Crash("crash");
  }
}

/** A phone's disk; its session has a second place, which no damage of the store reaches. */
export class Disk {
  readonly fuse = new Fuse();
  readonly spare: Spare = {
    load: () => this.session,
    save: (session) => {
      this.session = session;
    },
    top: "",
  };
  private store = memoryStore();
  private session: Session | null = null;

  async copy(): Promise<Disk> {
    const other = new Disk();
    other.session = this.session;
    await other.become(this);
    return other;
  }

  /** Hold what another disk holds; without one, nothing. */
  async become(other: Disk | null): Promise<void> {
    const { store } = this;
    for (const table of TABLES) {
      const rows = other ? await other.store.read([table], (tx) => tx.all(table)) : [];
      await store.write([table], async (tx) => {
        await tx.clear(table);
        for (const row of rows) await tx.put(table, row);
      });
    }
  }

  /** The store as one process sees it, which says when it dies. */
  opened(process: { dead: boolean }): Store {
    const living = async <T>(work: () => Promise<T>): Promise<T> => {
      if (process.dead) throw new Crash("dead");
      try {
        return await work();
      } catch (fault) {
        process.dead ||= fault instanceof Crash;
        throw fault;
      }
    };
    return {
      read: (tables, work) => living(() => this.store.read(tables, work)),
      write: (tables, work) => living(() => this.write(tables, work)),
    };
  }

  private async write<T>(tables: readonly Table[], work: (tx: Writer) => Promise<T>): Promise<T> {
    let last = false;
    const result = await this.store.write(tables, async (tx) => {
      const done = await work(this.faulty(tx));
      last = this.fuse.pull();
      return done;
    });
    if (last) throw new Crash("after");
    return result;
  }

  private faulty(tx: Writer): Writer {
    const pull = (): void => {
      if (this.fuse.pull()) throw new Crash("crash");
    };
    return {
      get: (table, id) => tx.get(table, id),
      all: (table, after, most) => tx.all(table, after, most),
      keys: (table) => tx.keys(table),
      put: async (table, row) => {
        pull();
        await tx.put(table, row);
      },
      drop: async (table, id) => {
        pull();
        await tx.drop(table, id);
      },
      clear: async (table) => {
        pull();
        await tx.clear(table);
      },
    };
  }
}
