// The journal, kept: two files, of which one is written on and the other takes the next rewrite; one with
// the session, the kind pages and the town, so that a store that was emptied is usable without a network; and one
// that only holds room. All of it under one lock, so that any tab may write and none keeps a file.
// A rewrite is on the disk before the old file is emptied; reading takes both together, so a rewrite that
// was cut short costs nothing.

import { EMPTY, entry, head, type Journal, joined, parse, sealed, unsealed } from "./journal.ts";
import { type Mended, mend, type Spared } from "./mend.ts";
import { note } from "./outbox.ts";
import type {
  Chance,
  Directory,
  JournalAsk,
  KindsNote,
  Opened,
  OpRow,
  Pad,
  Pads,
  Session,
  Store,
} from "./ports.ts";

const FILES = ["journal-0", "journal-1"] as const;
const TOWN = "town";
const BALLAST = "ballast";
const BALLAST_BYTES = 512 * 1024; // some hundreds of reports without photos
const ROOMY_BYTES = 8 * BALLAST_BYTES; // with less than this free, the ballast is not made anew
const REWRITE_BYTES = 256 * 1024; // below, a rewrite saves nothing worth having

type Town = readonly [
  session?: Session | null | undefined,
  kinds?: KindsNote | null | undefined,
  town?: Directory | null | undefined,
];

export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

export class Scribe {
  private readonly pads: Pads;
  private readonly store: Store;
  private readonly lock: Lock;
  private readonly chance: Pick<Chance, "hex" | "wallMs">;
  private current = 0; // which of the files is written on
  private owed: readonly OpRow[] = []; // taken, but not written yet
  private afloat = true; // the ballast was let go

  constructor(pads: Pads, store: Store, lock: Lock, chance: Pick<Chance, "hex" | "wallMs">) {
    this.pads = pads;
    this.store = store;
    this.lock = lock;
    this.chance = chance;
  }

  /** Do what a page asks. */
  answer(message: JournalAsk): Promise<unknown> {
    if (message === "town") return this.keepTown();
    if (message === "room") return this.makeRoom();
    if (message === "roomy") return this.takeRoom();
    if (message === "forget") return this.forget();
    return "top" in message ? this.open(message) : this.append(message);
  }

  /** Compare with the store and repair both; says whether the store was changed, and whether room is short. */
  open(spared: Spared): Promise<Opened> {
    return this.lock(async () => {
      const [older, newer] = await this.readBoth();
      const rows = new Map([...older.rows, ...newer.rows]);
      const journal: Journal = { ...newer, rows, floors: { ...older.floors, ...newer.floors } };
      const room = await this.pads.room();
      const means = { incarnation: this.chance.hex(8), nowMs: this.chance.wallMs(), room };
      const session = spared.session ?? (await this.readTown())[0] ?? null;
      const mended = await mend(this.store, journal, { ...spared, session }, means);
      await this.catchUp(older, newer, mended, rows);
      const found = await this.giveTown();
      await this.writeTown();
      await this.makeBallast().catch(() => undefined); // no room after all
      return [mended.changed || found, this.afloat];
    });
  }

  /** Write rows at the end; they are on the disk when it resolves. Rows that could not be written come along next time. */
  append(rows: readonly OpRow[]): Promise<void> {
    this.owed = [...this.owed, ...rows];
    return this.lock(async () => {
      const { owed } = this;
      if (!owed.length) return; // an append before this one took them along
      const bytes = joined(owed.map(entry));
      await this.find();
      await this.write(bytes).catch(async (fault: Error) => {
        if (fault.name !== "QuotaExceededError") throw fault;
        await this.dropBallast();
        await this.write(bytes);
      });
      this.owed = this.owed.slice(owed.length);
    });
  }

  /** Take the room back that was made; true if there was some. */
  takeRoom(): Promise<boolean> {
    return this.lock(async () => {
      await this.makeBallast().catch(() => undefined);
      return !this.afloat;
    });
  }

  /** Take in who is signed in, the pages or the town, after one of them changed. */
  keepTown(): Promise<void> {
    return this.lock(() => this.writeTown());
  }

  /** Let the ballast go, so that words still find room. */
  makeRoom(): Promise<void> {
    return this.lock(() => this.dropBallast());
  }

  /** Empty the journal: the phone is given back. */
  forget(): Promise<void> {
    this.owed = [];
    return this.lock(async () => {
      for (const name of [...FILES, TOWN]) await this.pads.use(name, emptied);
    });
  }

  /** Read both files, the one to write on last. */
  private async readBoth(): Promise<readonly [Journal, Journal]> {
    const first = await this.pads.use(FILES[0], read);
    const other = await this.pads.use(FILES[1], read);
    const later = other.journal.generation > first.journal.generation;
    this.current = Number(later || (!first.size && other.size > 0));
    return this.current ? [first.journal, other.journal] : [other.journal, first.journal];
  }

  /** The file to write on: another tab may have rewritten the journal since. */
  private async find(): Promise<void> {
    const size = await this.pads.use(this.name(), (pad) => pad.size());
    if (size) return;
    const other = await this.pads.use(this.name(true), (pad) => pad.size());
    if (other) this.current = 1 - this.current;
  }

  private name(other = false): string {
    return FILES[(other ? 1 - this.current : this.current) as 0 | 1];
  }

  private write(bytes: Uint8Array): Promise<void> {
    return this.pads.use(this.name(), (pad) => added(pad, bytes));
  }

  /** Bring the file up to date with the store and with the other file, or write it anew. */
  private async catchUp(
    older: Journal,
    newer: Journal,
    { lacking, kept, floors }: Mended,
    rows: ReadonlyMap<string, OpRow>,
  ): Promise<void> {
    const left = [...older.rows.values()].filter((row) => !newer.rows.has(row.id) && kept.has(row.id));
    const late = [...left, ...lacking];
    if (late.length) await this.write(joined(late.map(entry)));
    if (left.length || older !== EMPTY) await this.pads.use(this.name(true), emptied);
    const all = new Map([...rows, ...lacking.map((row) => [row.id, row] as const)]);
    const pieces = [...all.values()].filter((row) => kept.has(row.id)).map(entry);
    const worth = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const size = await this.pads.use(this.name(), (pad) => pad.size());
    if (newer.damaged || (size > REWRITE_BYTES && size > 2 * worth))
      await this.rewrite(joined([head(newer.generation + 1, floors), ...pieces]));
  }

  /** Write the other file, then empty this one and go over to it. */
  private async rewrite(bytes: Uint8Array): Promise<void> {
    await this.pads.use(this.name(true), (pad) => added(pad, bytes));
    await this.pads.use(this.name(), emptied);
    this.current = 1 - this.current;
  }

  private async readTown(): Promise<Town> {
    return (await this.pads.use(TOWN, async (pad) => unsealed(await pad.read()))) as Town;
  }

  private townNotes(): Promise<Town> {
    return this.store.read(["notes"], (tx) =>
      Promise.all([note(tx, "session"), note(tx, "kinds"), note(tx, "directory")] as const),
    );
  }

  /** Give pages and town back to a store that has lost them; true if it had. */
  private async giveTown(): Promise<boolean> {
    const [session, kinds, town] = await this.townNotes();
    if (!session || (kinds && town)) return false;
    const [, keptKinds, keptTown] = await this.readTown();
    if (!keptKinds || keptTown?.me.person !== session.person) return false;
    await this.store.write(["notes"], async (tx) => {
      await tx.put("notes", { id: "kinds", value: keptKinds });
      await tx.put("notes", { id: "directory", value: keptTown });
    });
    return true;
  }

  private async writeTown(): Promise<void> {
    const here = await this.townNotes();
    const [session] = here;
    if (session && marksOf(here) === marksOf(await this.readTown())) return;
    await this.pads.use(TOWN, emptied);
    if (session) await this.pads.use(TOWN, (pad) => added(pad, sealed(here)));
  }

  /**
   * Fill the ballast if there is room. Chromium that was killed may have forgotten to count it (measured:
   * 642 bytes for 568 KB); letting go what is not counted would gain nothing, so it is written anew.
   */
  private async makeBallast(): Promise<void> {
    const room = await this.pads.room();
    if (!room) this.afloat = false; // no files, so no ballast: what the store takes has room
    if (!room) return;
    const { usedBytes, quotaBytes, filesBytes } = room;
    await this.pads.use(BALLAST, async (pad) => {
      this.afloat = (await pad.size()) < BALLAST_BYTES || filesBytes < BALLAST_BYTES;
      if (!this.afloat || quotaBytes - usedBytes < ROOMY_BYTES) return;
      await emptied(pad);
      await added(pad, noise(BALLAST_BYTES));
      this.afloat = false;
    });
  }

  private async dropBallast(): Promise<void> {
    await this.pads.use(BALLAST, emptied);
    this.afloat = true;
  }
}

/** By what a change of any of them is known. */
const marksOf = ([session, kinds, town]: Town): string =>
  String([session?.token, session?.out, kinds?.version, town?.version, town?.me.person]);

const read = async (pad: Pad) => {
  const size = await pad.size();
  return { size, journal: size ? parse(await pad.read()) : EMPTY };
};

/** Write at the end, whole or not at all. */
async function added(pad: Pad, bytes: Uint8Array): Promise<void> {
  const at = await pad.size();
  try {
    await pad.write(bytes, at);
    await pad.flush();
  } catch (fault) {
    await pad.cut(at);
    throw fault;
  }
}

async function emptied(pad: Pad): Promise<void> {
  await pad.cut(0);
  await pad.flush();
}

/** Bytes that no filesystem makes smaller. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, word = 1; at < length; at++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    bytes[at] = word >>> 24;
  }
  return bytes;
}
