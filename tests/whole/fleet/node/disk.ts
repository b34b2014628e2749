// What is left of a phone when it is switched off: the app's store in memory and the files of its journal, with
// a fault at any call of either.

import { memoryStore } from "../../../../pwa/src/adapters/memory.ts";
import type { Session, Spare, Store, Table, Writer } from "../../../../pwa/src/ports.ts";
import type { Lock } from "../../../../pwa/src/scribe.ts";
import { Files } from "./files.ts";
import { Crash, Fuse } from "./fuse.ts";

export const TABLES: readonly Table[] = ["outbox", "sent", "records", "photos", "previews", "notes"];

/** A phone's disk; who is signed in, and the last op's id, have a place that no damage of it reaches. */
export class Disk {
  readonly fuse = new Fuse();
  readonly files = new Files(this.fuse);
  readonly spare: Spare = {
    load: () => this.session,
    save: (session) => {
      this.session = session;
    },
    top: "",
  };
  private store = memoryStore();
  private session: Session | null = null;
  private last: Promise<unknown> = Promise.resolve();

  /** The lock of the journal, one for all tabs. */
  readonly lock: Lock = (work) => {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  };

  async copy(): Promise<Disk> {
    const other = new Disk();
    other.session = this.session;
    other.spare.top = this.spare.top;
    other.files.become(this.files);
    await other.become(this);
    return other;
  }

  /** Let the store hold what another disk's holds; without one, nothing. The files stay. */
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
        if (fault instanceof Crash && !process.dead) this.files.powerless();
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
