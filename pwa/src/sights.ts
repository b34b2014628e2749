// What the screens see, computed from the mirror. Views are kept while their record and what it depends
// on stay the same: an exchange that changes three records builds three views.

import { computed, type ReadonlySignal } from "@preact/signals";
import { stampsIn } from "./change.ts";
import { dayOf, dayPage, dutiesOf, sheetId, stopsOf, type Ticked, ticksOf } from "./day.ts";
import type { Mirror } from "./mirror.ts";
import type { DutyRow, Me, Need, Net, Stop, Unit, View } from "./model.ts";
import { needsOf } from "./needs.ts";
import type { OpRow } from "./ports.ts";
import { predict } from "./predict.ts";
import { waits } from "./push.ts";
import { rationed } from "./ration.ts";
import type { KindPage } from "./sync/kind.ts";
import type { Record } from "./sync/register.ts";
import { own } from "./sync/value.ts";
import { type Sight, viewOf } from "./view.ts";

/** What is true of this tab only. */
export interface Now {
  readonly nowMs: ReadonlySignal<number>;
  readonly online: ReadonlySignal<boolean>;
  readonly sending: ReadonlySignal<ReadonlySet<string>>;
  readonly free: () => boolean | undefined; // bytes cost nothing
}

interface Cached {
  readonly record: Record;
  readonly sight: Sight;
  readonly view: View;
}

export class Sights {
  readonly me: ReadonlySignal<Me | null>;
  readonly net: ReadonlySignal<Net>;
  readonly units: ReadonlySignal<ReadonlyMap<number, Unit>>;
  readonly people: ReadonlySignal<ReadonlyMap<number, string>>;
  readonly views: ReadonlySignal<ReadonlyMap<string, View>>;
  readonly needs: ReadonlySignal<readonly Need[]>;
  readonly today: ReadonlySignal<number>;
  readonly sheetId: ReadonlySignal<string>; // "" for those who keep none
  readonly sheet: ReadonlySignal<View | null>;
  readonly backed: ReadonlySignal<number>;
  readonly here: ReadonlySignal<string>; // as text: a fix read again is the same place
  readonly stops: ReadonlySignal<readonly Stop[]>;
  readonly duties: ReadonlySignal<readonly DutyRow[]>;

  private readonly mirror: Mirror;
  private readonly now: () => number;
  private readonly rowsBy: ReadonlySignal<ReadonlyMap<string, readonly OpRow[]>>;
  private readonly sight: ReadonlySignal<Sight | null>;
  private readonly linked: ReadonlySignal<boolean>;
  private cache: ReadonlyMap<string, Cached> = new Map();
  private shown: ReadonlyMap<string, View> = new Map();

  constructor(mirror: Mirror, now: Now) {
    this.mirror = mirror;
    this.now = () => now.nowMs.peek();
    this.me = computed(() => (mirror.actor.value ? (mirror.directory.value?.me ?? null) : null));
    this.units = mirror.units;
    this.people = computed(() => new Map(mirror.directory.value?.people ?? []));
    this.rowsBy = computed(() => grouped(mirror.rows.value));
    this.linked = computed(() => now.online.value || !needsLink(mirror));
    this.backed = computed(() => mirror.notes.value.heard?.backed ?? 0);
    this.sight = computed(() => this.looking());
    this.views = computed(() => this.look(now.sending.value));
    this.needs = computed(() => this.needed());
    this.net = computed(() => netOf(mirror, now));
    this.today = computed(() => dayOf(now.nowMs.value));
    this.sheetId = computed(() => this.ownSheet());
    this.sheet = computed(() => this.views.value.get(this.sheetId.value) ?? null);
    this.here = computed(() => {
      const { draft, fix } = mirror.notes.value;
      const at = draft?.fix ?? fix;
      return at ? `${at.latE7},${at.lonE7}` : "";
    });
    this.stops = computed(() => this.due());
    this.duties = computed(() => this.asked());
  }

  /** A record with this phone's own ops on top. */
  record(id: string): Record | undefined {
    const sight = this.sight.value;
    const confirmed = this.mirror.records.value.get(id);
    return sight ? predict(confirmed, this.rowsBy.value.get(id) ?? [], sight.actor, sight) : confirmed;
  }

  /** When a field of a record was last written; 0 if it never was. */
  writtenMs(id: string, name: string): number {
    const cell = own(this.record(id)?.cells ?? {}, name);
    return Math.max(0, ...stampsIn(cell).map(([wallMs]) => wallMs));
  }

  private looking(): Sight | null {
    const actor = this.mirror.actor.value;
    const [kinds, units, online] = [this.mirror.kinds.value, this.mirror.units.value, this.linked.value];
    const here = { online, backed: this.backed.value, writerOf: writers(this.mirror), now: this.now };
    return actor && { kinds, units, actor, ...here, sending: new Set(), outbox: [] };
  }

  /** Build the views that changed; when none did, the map is the very same and nobody is drawn again. */
  private look(sending: ReadonlySet<string>): ReadonlyMap<string, View> {
    const views = new Map<string, View>();
    const cache = new Map<string, Cached>();
    const sight = this.sight.value;
    const rowsBy = this.rowsBy.value;
    let same = rowsBy.size === 0;
    for (const [id, record] of sight ? this.mirror.records.value : []) {
      if (!sight || rowsBy.has(id)) continue;
      const known = this.cache.get(id);
      const kept = known?.record === record && known.sight === sight ? known : null;
      const view = kept?.view ?? viewOf(record, [], sight);
      if (!view) continue;
      same = same && kept !== null;
      views.set(id, view);
      cache.set(id, kept ?? { record, sight, view });
    }
    for (const [id, rows] of sight ? rowsBy : []) {
      const mine = { ...(sight as Sight), sending, outbox: this.mirror.rows.value };
      const view = viewOf(this.mirror.records.value.get(id), rows, mine);
      if (view) views.set(id, view);
    }
    this.cache = cache;
    if (!same || views.size !== this.shown.size) this.shown = views;
    return this.shown;
  }

  private needed(): readonly Need[] {
    const { outbox, records, kinds, units, notes } = this.mirror;
    const actor = this.mirror.actor.value;
    if (!actor) return [];
    const rows = outbox.value.filter((row) => row.person === actor.person); // of earlier sign-ins too
    const by = { kinds: kinds.value, units: units.value, actor, note: notes.value.needs };
    return needsOf(rows, records.value, this.views.value, by);
  }

  private ownSheet(): string {
    const page = dayPage(this.mirror.kinds.value);
    const actor = this.mirror.actor.value;
    const keeps = page && actor?.grants.some((grant) => page.create.includes(grant.role));
    return keeps && actor ? sheetId(page, actor.person, this.today.value) : "";
  }

  private due(): readonly Stop[] {
    const actor = this.mirror.actor.value;
    if (!actor || !this.sheetId.value) return [];
    const [lat, lon] = this.here.value.split(",").map(Number);
    const point = lat === undefined || lon === undefined ? null : ([lat, lon] as const);
    const { kinds, units } = this.mirror;
    return stopsOf(this.views.value, kinds.value, units.value, actor, point, this.today.value);
  }

  /** What the records of a day answer by themselves. */
  ticks(page: KindPage, day: number): ReadonlyMap<string, Ticked> {
    return ticksOf(page, this.mirror.kinds.value, this.views.value, this.mirror.person.value, day);
  }

  private asked(): readonly DutyRow[] {
    const page = dayPage(this.mirror.kinds.value);
    if (!page || !this.sheetId.value) return [];
    return dutiesOf(
      page,
      this.record(this.sheetId.value),
      this.ticks(page, this.today.value),
      this.stops.value,
    );
  }
}

function grouped(rows: readonly OpRow[]): ReadonlyMap<string, readonly OpRow[]> {
  const groups = new Map<string, OpRow[]>();
  for (const row of [...rows].sort((a, b) => a.op.n - b.op.n)) {
    if (row.undone) continue;
    const group = groups.get(row.op.record) ?? [];
    group.push(row);
    groups.set(row.op.record, group);
  }
  return groups;
}

/** Whether some step is only offered while there is a link. */
const needsLink = (mirror: Mirror): boolean =>
  [...mirror.kinds.value.values()].some((kind) =>
    kind.workflow.steps.some((step) => step.offline === "online_only"),
  );

/** Who writes on which device, read off all histories; looked up only where two people clash. */
function writers(mirror: Mirror): (device: string) => number {
  let of: ReadonlyMap<string, Record> | null = null;
  const known = new Map<string, number>();
  return (device) => {
    const records: ReadonlyMap<string, Record> = mirror.records.peek();
    if (of !== records) {
      of = records;
      for (const { story } of records.values())
        for (const { stamp, person } of story) if (person) known.set(stamp[2], person);
    }
    if (known.has(device)) return known.get(device) ?? 0;
    const number = Number.parseInt(device.slice(0, 8), 16);
    const pairs = mirror.directory.peek()?.devices ?? []; // older servers do not tell them
    return pairs.find(([each]) => each === number)?.[1] ?? 0;
  };
}

function netOf(mirror: Mirror, now: Now): Net {
  const waiting = mirror.rows.value.filter((row) => waits(row) && !row.undone);
  const photos = mirror.photos.value.filter((photo) => photo.person === mirror.person.value);
  const { prefs = {}, meter } = mirror.notes.value;
  const ration = { prefs, meter, free: now.free(), nowMs: now.nowMs.value };
  return {
    online: now.online.value,
    sending: now.sending.value.size,
    waiting: waiting.length,
    photosWaiting: photos.filter((photo) => photo.state === "waiting" || photo.state === "announced").length,
    photosHeld: photos.filter((photo) => photo.state === "announced" && rationed(photo, "screen", ration))
      .length,
    knowsFree: ration.free !== undefined,
    originals: photos.filter((photo) => photo.state === "verified" && photo.original).length,
    oldestMs: waiting.reduce((oldest, { op }) => Math.min(oldest || op.stamp[0], op.stamp[0]), 0),
    lastMs: mirror.notes.value.heard?.lastMs ?? 0,
  };
}
