// What the store holds, as signals. Every tab reads it here, and reads again what another has written:
// there is one truth, on the disk, and any number of reflections.

import { batch, computed, signal } from "@preact/signals";
import type { Changed } from "./exchange.ts";
import { mayOffer } from "./keep.ts";
import type { Coming } from "./model.ts";
import { deviceOf, note } from "./outbox.ts";
import type {
  Directory,
  KindsNote,
  Notes,
  OpRow,
  PhotoRow,
  PreviewRow,
  Reader,
  RecordRow,
  Store,
} from "./ports.ts";
import type { Kinds } from "./sync/kind.ts";
import type { Actor } from "./sync/permit.ts";

const PAGE = 500; // records read at a time, so that a long list never holds up a tap
type Small = Omit<Notes, "kinds" | "directory" | "floor" | "room" | "phones" | "smalls">;

export class Mirror {
  readonly notes = signal<Partial<Small>>({});
  readonly pages = signal<KindsNote | undefined>(undefined);
  readonly directory = signal<Directory | undefined>(undefined);
  readonly outbox = signal<readonly OpRow[]>([]);
  readonly photos = signal<readonly PhotoRow[]>([]);
  readonly records = signal<ReadonlyMap<string, RecordRow>>(new Map());

  readonly kinds = computed<Kinds>(() => new Map(Object.entries(this.pages.value?.kinds ?? {})));
  readonly units = computed(
    () => new Map((this.directory.value?.units ?? []).map((unit) => [unit.id, unit])),
  );
  /** The person signed in, 0 if none is. */
  readonly person = computed(() => {
    const session = this.notes.value.session;
    return session && !session.out ? session.person : 0;
  });
  readonly device = computed(() => {
    const { session, self } = this.notes.value;
    return session && self ? deviceOf(session, self) : "";
  });
  /** Who acts on this phone; null while nobody is signed in or the town is not known yet. */
  readonly actor = computed<Actor | null>(() => {
    const [person, device, me] = [this.person.value, this.device.value, this.directory.value?.me];
    return person && device && me?.person === person ? { person, device, grants: me.grants } : null;
  });
  /** The signed-in person's ops; another's stay on the phone unseen until they come back. */
  readonly rows = computed(() => {
    const { session } = this.notes.value;
    return this.outbox.value.filter((row) => session && mayOffer(session, row));
  });

  /** What a list waits for that is empty; "" once all that the server tells this phone is here and read. */
  readonly coming = computed<Coming>(() => {
    if (!this.whole.value) return "read";
    return this.notes.value.heard?.more === false ? "" : "told";
  });

  private readonly whole = signal(false); // every record of the store is read
  private readonly store: Store;
  private reads: Promise<void> = Promise.resolve();
  private filling: Promise<void> = Promise.resolve();
  private touched: Set<string> | null = null; // records read singly while all are being read

  constructor(store: Store) {
    this.store = store;
  }

  /** Read all that is small, then the records that matter first; after that the screens can be drawn. */
  async open(first: () => readonly string[]): Promise<void> {
    await this.refresh({ records: [], pages: true });
    const ids = first();
    const rows = await this.store.read(["records"], (tx) =>
      Promise.all(ids.map((id) => tx.get("records", id))),
    );
    this.records.value = new Map(rows.flatMap((row) => (row ? [[row.id, row]] : [])));
  }

  /** Read every record, a page at a time; what is written meanwhile is read in between. */
  fill(): Promise<void> {
    this.filling = this.filling.catch(() => undefined).then(() => this.readAll());
    return this.filling;
  }

  private async readAll(): Promise<void> {
    const found = new Map<string, RecordRow>();
    this.touched = new Set();
    for (let after = "", last = false; !last; ) {
      await this.inTurn(async () => {
        const page = await this.store.read(["records"], (tx) => tx.all("records", after, PAGE));
        for (const record of page) found.set(record.id, record);
        after = page[page.length - 1]?.id ?? "";
        last = page.length < PAGE;
        if (last) this.replace(found);
      });
    }
  }

  private replace(found: Map<string, RecordRow>): void {
    for (const id of this.touched ?? []) {
      const newer = this.records.value.get(id);
      if (newer) found.set(id, newer);
      else found.delete(id);
    }
    this.touched = null;
    this.records.value = found;
    this.whole.value = true;
  }

  /** Read again what was written, here or in another tab. */
  async refresh(what: Changed): Promise<void> {
    await this.inTurn(async () => {
      const read = await this.store.read(["notes", "outbox", "photos", "records"], (tx) =>
        this.readAgain(tx, what),
      );
      batch(() => {
        if (what.all) {
          this.whole.value = false;
          this.records.value = new Map(); // another person must not see them for a moment
        }
        this.show(read);
      });
    });
    if (what.all) await this.fill();
  }

  /** Give the preview of a photo. */
  preview(key: string): Promise<PreviewRow | undefined> {
    return this.store.read(["previews"], (tx) => tx.get("previews", key));
  }

  private inTurn(read: () => Promise<void>): Promise<void> {
    const turn = this.reads.then(read);
    this.reads = turn.catch(() => undefined);
    return turn;
  }

  /** All in one transaction: an op that left the outbox must be seen in its record in the same moment. */
  private async readAgain(tx: Reader, { records, pages = false }: Changed): Promise<Read> {
    const [notes, outbox, photos] = await Promise.all([smallNotes(tx), tx.all("outbox"), tx.all("photos")]);
    const open = new Set(outbox.map((row) => row.id));
    const over = this.outbox.value.filter((row) => !open.has(row.id)).map((row) => row.op.record);
    const ids = [...new Set([...records, ...over])];
    const rows = await Promise.all(ids.map((id) => tx.get("records", id)));
    const town = pages ? { kinds: await note(tx, "kinds"), directory: await note(tx, "directory") } : null;
    return { notes, outbox, photos, records: ids.map((id, at) => [id, rows[at]]), town };
  }

  private show({ notes, outbox, photos, records, town }: Read): void {
    if (town) {
      this.pages.value = town.kinds;
      this.directory.value = town.directory;
    }
    this.notes.value = notes;
    // The same object for the same rows: whatever is computed from it stays, too.
    if (outbox.length || this.outbox.value.length) this.outbox.value = outbox;
    if (photos.length || this.photos.value.length) this.photos.value = photos;
    if (!records.length) return;
    const known = new Map(this.records.value);
    for (const [id, record] of records) {
      if (record) known.set(id, record);
      else known.delete(id);
      this.touched?.add(id);
    }
    this.records.value = known;
  }
}

/** What one reading brought. */
interface Read {
  readonly notes: Partial<Small>;
  readonly outbox: readonly OpRow[];
  readonly photos: readonly PhotoRow[];
  readonly records: readonly (readonly [id: string, record: RecordRow | undefined])[];
  readonly town: { readonly kinds: KindsNote | undefined; readonly directory: Directory | undefined } | null;
}

async function smallNotes(tx: Reader): Promise<Partial<Small>> {
  const names = [
    "session",
    "self",
    "heard",
    "draft",
    "prefs",
    "fix",
    "needs",
    "swept",
    "lost",
    "meter",
  ] as const;
  const values = await Promise.all(names.map((name) => note(tx, name)));
  const found = names
    .map((name, at) => [name, values[at]] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(found);
}
