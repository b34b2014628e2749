// The exchange: what waits goes up, what is new comes down, until neither is left. One round trip is
// choose and mark -> send -> fold and store; each of the two ends is one transaction, so that a page
// killed between them loses nothing and a repeat is nothing new (I6, I9).

import { type Kept, keep, NOWHERE, stockOf, UNHEARD } from "./keep.ts";
import { note } from "./outbox.ts";
import type {
  Chance,
  Directory,
  Heard,
  KindsNote,
  Link,
  OpRow,
  Self,
  Session,
  Store,
  Trouble,
} from "./ports.ts";
import { awaitsPages, choose, type Load, OPS_MOST, type Stock, spell } from "./push.ts";
import type { Kinds } from "./sync/kind.ts";
import { type Receipt, toReceipt } from "./sync/wire.ts";
import type { Time } from "./time.ts";

export interface Parts {
  readonly store: Store;
  readonly link: Link;
  readonly time: Time;
  readonly chance: Chance;
}

/** What changed in the store: these records, the small things always, the pages and the town perhaps. */
export interface Changed {
  readonly records: readonly string[];
  readonly photos?: readonly string[]; // keys of those that nothing here shows any more
  readonly pages?: boolean;
  readonly all?: boolean; // every record: somebody signed in or left
}

/** Who wants to know. */
export interface Told {
  sending(rows: ReadonlySet<string>): void; // ids of the op rows in the request under way
  changed(what: Changed): void | Promise<void>; // waited for: who is shown a "done" is shown what came of it
}

/** How a run ended: all done, or why it is to be tried again later. */
export type Outcome = "done" | "idle" | "offline" | "out" | "busy";

const ALONE_MAX = 3; // failures of an op by itself before the others go on without it
const ASIDE_MS = 60_000; // how long it is set aside at first; doubles up to an hour where it cannot be parked either
const ASIDE_MAX_MS = 3_600_000;
const PAGES_MAX = 3; // times in one run that newer kind pages are fetched
const OFFLINE: Trouble = { ok: false, code: "offline", status: 0, retryMs: 0 };
const NOBODY: ReadonlySet<string> = new Set();

interface Stand {
  readonly session: Session;
  readonly self: Self;
  readonly heard: Heard;
  readonly kinds: KindsNote | undefined;
  readonly directory: Directory | undefined;
  readonly stock: Stock;
  readonly load: Load;
}

export class Exchange {
  private readonly parts: Parts;
  private readonly told: Told;
  private most = OPS_MOST;
  private under: { readonly stop: AbortController; readonly urgent: boolean } | null = null;
  private stale = false; // the server has newer kind pages

  constructor(parts: Parts, told: Told) {
    this.parts = parts;
    this.told = told;
  }

  /** An emergency waits: a request that carries anything else makes way; its repeat costs nothing (I13). */
  hurry(): void {
    if (this.under && !this.under.urgent) this.under.stop.abort();
  }

  /**
   * Exchange until nothing is left to send or to hear. Never throws for anything a link can do. `trying`
   * asks the server even if the browser says that there is no network: it may be mistaken.
   */
  async run(trying = false): Promise<Outcome> {
    for (let fetched = 0; fetched <= PAGES_MAX; ) {
      if (!trying && !this.parts.link.up()) return "offline"; // what surely did not leave can still be taken back
      const stand = await this.choose();
      if (!stand) return "idle";
      const { kinds, directory } = stand;
      const first = !kinds || this.stale ? await this.fetchKinds(kinds) : null;
      if (first) return this.explain(first, stand);
      if (!kinds || this.stale) {
        this.stale = false;
        fetched++;
        continue;
      }
      if (!directory || (stand.heard.directory && directory.version !== stand.heard.directory)) {
        const trouble = await this.fetchDirectory(stand);
        if (trouble) return this.explain(trouble, stand);
        continue;
      }
      const end = await this.round(stand, kinds, directory);
      if (end) return end;
    }
    return "busy";
  }

  /** One round trip; null when there is more to do at once. */
  private async round(stand: Stand, kinds: KindsNote, directory: Directory): Promise<Outcome | null> {
    const { rows } = stand.load;
    this.told.sending(new Set(rows.filter((row) => !row.undone).map((row) => row.id)));
    if (rows.some((row) => !row.leftMs)) void this.told.changed({ records: [] }); // they cannot be taken back now
    try {
      const pages = { version: kinds.version, kinds: new Map(Object.entries(kinds.kinds)) };
      const answer = await this.send(stand, pages);
      if (!answer.ok) return await this.meet(answer, stand, pages.kinds, directory);
      const receipt = readReceipt(answer.value);
      if (!receipt) return "offline";
      return await this.heed(stand, receipt, pages.kinds, directory);
    } finally {
      this.told.sending(NOBODY);
    }
  }

  private async send({ session, load, stock, self, heard }: Stand, pages: { version: string; kinds: Kinds }) {
    const stop = new AbortController();
    this.under = { stop, urgent: load.urgent };
    const push = spell(load, stock, pages, self, heard.cursor, this.parts.chance.wallMs());
    const answer = await this.parts.link.exchange(session.token, push, stop.signal);
    this.under = null;
    return answer;
  }

  /** Store what a receipt brings, and fetch the town anew if that has changed. */
  private async heed(
    stand: Stand,
    receipt: Receipt,
    kinds: Kinds,
    directory: Directory,
  ): Promise<Outcome | null> {
    const kept = await this.keep(stand, receipt, kinds, directory);
    this.most = Math.min(OPS_MOST, this.most * 2);
    await this.told.changed({ records: kept.changed, photos: kept.photos });
    if (kept.late) return null; // nothing of it counts: again, from where the other tab is
    const stuck = stand.load.rows.length > 0 && !kept.answers && kept.again; // it says nothing of what was sent
    if (stuck) return "busy";
    const moved = receipt.directory !== "" && receipt.directory !== directory.version;
    const trouble = moved ? await this.fetchDirectory(stand) : null;
    if (trouble) return this.explain(trouble, stand);
    return receipt.more || kept.again ? null : "done";
  }

  /** Choose the next load and mark what has now left the phone: it can no longer be taken back. */
  private choose(): Promise<Stand | null> {
    return this.parts.store.write(["outbox", "sent", "photos", "previews", "notes"], async (tx) => {
      const session = await note(tx, "session");
      const self = await note(tx, "self");
      if (!session || session.out || !self) return null;
      const kinds = await note(tx, "kinds");
      const stock = await stockOf(tx, session, self);
      const pages: Kinds = new Map(Object.entries(kinds?.kinds ?? {}));
      const heard = (await note(tx, "heard")) ?? UNHEARD;
      // Without a cursor nobody notices that the server was restored, and what it lacks must go before what
      // builds on it: first it is asked.
      const unsure = !heard.cursor && (await tx.keys("sent")).length > 0;
      const load = choose(stock, pages, unsure ? 0 : this.most, this.parts.time.now());
      for (const row of load.rows) {
        if (!row.leftMs) await tx.put("outbox", { ...row, leftMs: this.parts.time.now() });
      }
      return { session, self, heard, kinds, directory: await note(tx, "directory"), stock, load };
    });
  }

  /** Store a receipt, and see what is left to send. */
  private keep(stand: Stand, receipt: Receipt, kinds: Kinds, directory: Directory): Promise<Kept> {
    const { store, time, chance } = this.parts;
    const world = { kinds, units: new Map(directory.units.map((unit) => [unit.id, unit])) };
    const actor = { person: stand.session.person, grants: directory.me.grants, device: stand.load.device };
    const offsetMs = time.hear(receipt.serverMs);
    const pushed = { session: stand.session, cursor: stand.heard.cursor, load: stand.load };
    return store.write(["outbox", "sent", "records", "photos", "previews", "notes"], async (tx) => {
      const kept = await keep(tx, pushed, receipt, actor, world, offsetMs, chance.hex(8));
      const left = await stockOf(tx, stand.session, stand.self);
      const next = choose(left, world.kinds, this.most, time.now());
      return { ...kept, again: kept.again || next.rows.length > 0 || next.photos.length > 0 };
    });
  }

  /** Deal with a request that brought nothing; null to go on at once. */
  private async meet(
    trouble: Trouble,
    stand: Stand,
    kinds: Kinds,
    directory: Directory,
  ): Promise<Outcome | null> {
    if (trouble.code === "aborted") return null;
    if (trouble.code === "kinds_changed") {
      this.stale = true;
      return null;
    }
    const fault =
      trouble.status >= 400 && !["signed_out", "wrong_version", "too_many_tries"].includes(trouble.code);
    const rows = stand.load.rows;
    if (!fault || !rows.length) return this.explain(trouble, stand);
    if (rows.length > 1) {
      this.most = Math.ceil(rows.length / 2);
      return trouble.status < 500 ? null : "busy"; // a server in trouble is not asked at once
    }
    const [row] = rows as [OpRow];
    let tries = row.tries + 1;
    if (tries >= ALONE_MAX) {
      const refused = await this.park(row, stand, kinds, directory);
      if (!refused) return null;
      if (refused.status < 400 || refused.status >= 500) tries = ALONE_MAX; // not this op's fault: soon again
    }
    await this.setAside(row, trouble.code, tries);
    return "busy";
  }

  /**
   * Send an op that no push gets answered as bytes: the server keeps it for the secretary, and the others go
   * on. Gives why it did not, if so.
   */
  private async park(row: OpRow, stand: Stand, kinds: Kinds, directory: Directory): Promise<Trouble | null> {
    const { n, stamp } = row.op;
    const path = `/api/parked/${stamp[2].slice(-8)}/${n}`;
    const answer = await this.parts.link.ask(stand.session.token, path, JSON.stringify(row.op));
    if (!answer.ok) return answer;
    const verdict = answer.value;
    if (!Array.isArray(verdict) || verdict[0] !== n) return OFFLINE;
    const told = toReceipt([this.parts.time.now(), stand.heard.cursor, true, [], [], [verdict]]);
    const load = { ...stand.load, photos: [] }; // nobody has been told of them
    const kept = await this.keep({ ...stand, load }, { ...told, head: NOWHERE }, kinds, directory);
    await this.told.changed({ records: kept.changed });
    return null;
  }

  /** Count a failure of one op by itself; after a few the others go on without it, and it says why. */
  private async setAside(row: OpRow, code: string, tries: number): Promise<void> {
    const laterMs = this.parts.time.now() + Math.min(ASIDE_MAX_MS, ASIDE_MS * 2 ** (tries - ALONE_MAX));
    await this.parts.store.write(["outbox"], async (tx) => {
      const now = await tx.get("outbox", row.id);
      if (now) await tx.put("outbox", { ...now, tries, ...(tries >= ALONE_MAX ? { code, laterMs } : {}) });
    });
    await this.told.changed({ records: [] });
  }

  private async explain(trouble: Trouble, { session }: Stand): Promise<Outcome> {
    if (trouble.code !== "signed_out") return trouble.status === 0 ? "offline" : "busy";
    await this.parts.store.write(["notes"], async (tx) => {
      const now = await note(tx, "session");
      if (now?.token === session.token)
        await tx.put("notes", { id: "session", value: { ...now, out: true } });
    });
    await this.told.changed({ records: [] });
    return "out";
  }

  private async fetchKinds(known: KindsNote | undefined): Promise<Trouble | null> {
    const answer = await this.parts.link.kinds(known?.version ?? "");
    if (!answer.ok) return answer;
    const value = answer.value;
    if (!value) return null;
    await this.parts.store.write(["outbox", "notes"], async (tx) => {
      await tx.put("notes", { id: "kinds", value });
      for (const row of (await tx.all("outbox")).filter(awaitsPages))
        await tx.put("outbox", { ...row, laterMs: 0 });
    });
    await this.told.changed({ records: [], pages: true });
    return null;
  }

  private async fetchDirectory({ session }: Stand): Promise<Trouble | null> {
    const answer = await this.parts.link.directory(session.token);
    if (!answer.ok) return answer;
    await this.parts.store.write(["notes"], async (tx) => {
      await tx.put("notes", { id: "directory", value: answer.value });
      const heard = (await note(tx, "heard")) ?? UNHEARD;
      await tx.put("notes", { id: "heard", value: { ...heard, directory: answer.value.version } });
    });
    await this.told.changed({ records: [], pages: true });
    return null;
  }
}

function readReceipt(row: readonly unknown[]): Receipt | null {
  try {
    return toReceipt(row);
  } catch {
    return null; // not of our server, whatever it says it is
  }
}
