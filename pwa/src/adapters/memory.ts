// The store in memory, for tests: no app may say "saved" on its strength. Passes the same contract.

import type { Reader, Store, Table, Tables, Writer } from "../ports.ts";

type Shelf = Map<string, unknown>;

/** Copy plain rows, so that nobody shares what is stored; blobs never change and need no copy. */
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copy(each)])) as T;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One transaction's view: writes go to a copy of the shelves it names. */
class Shelves implements Writer {
  private readonly shelves: ReadonlyMap<Table, Shelf>;

  constructor(shelves: ReadonlyMap<Table, Shelf>) {
    this.shelves = shelves;
  }

  private shelf(table: Table): Shelf {
    const found = this.shelves.get(table);
    if (!found) throw new Error(`the transaction does not name ${table}`);
    return found;
  }

  async get<T extends Table>(table: T, id: string): Promise<Tables[T] | undefined> {
    return copy(this.shelf(table).get(id)) as Tables[T] | undefined;
  }

  async all<T extends Table>(table: T, after = "", most = Number.POSITIVE_INFINITY): Promise<Tables[T][]> {
    const ids = [...this.shelf(table).keys()].filter((id) => !after || compare(id, after) > 0).sort(compare);
    return ids.slice(0, most).map((id) => copy(this.shelf(table).get(id)) as Tables[T]);
  }

  async keys(table: Table): Promise<string[]> {
    return [...this.shelf(table).keys()].sort(compare);
  }

  async put<T extends Table>(table: T, row: Tables[T]): Promise<void> {
    this.shelf(table).set(row.id, copy(row));
  }

  async drop(table: Table, id: string): Promise<void> {
    this.shelf(table).delete(id);
  }

  async clear(table: Table): Promise<void> {
    this.shelf(table).clear();
  }
}

/** A store that lasts as long as this object. */
export function memoryStore(): Store {
  const shelves = new Map<Table, Shelf>();
  const shelf = (table: Table): Shelf => {
    const found = shelves.get(table) ?? new Map();
    shelves.set(table, found);
    return found;
  };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    read: (tables, work) =>
      inTurn(() => work(new Shelves(new Map(tables.map((table) => [table, shelf(table)]))) as Reader)),
    write: (tables, work) =>
      inTurn(async () => {
        const copies = new Map(tables.map((table) => [table, new Map(shelf(table))]));
        const result = await work(new Shelves(copies));
        for (const [table, rows] of copies) shelves.set(table, rows);
        return result;
      }),
  };
}
