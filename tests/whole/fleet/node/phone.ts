// One process on a phone's store: the app's own outbox, journal, exchange and signing, without screens.

import { signal } from "@preact/signals";
import { Acts } from "../../../../pwa/src/acts.ts";
import { fetchLink } from "../../../../pwa/src/adapters/link.ts";
import { bind, type Outside } from "../../../../pwa/src/bind.ts";
import { dayOf } from "../../../../pwa/src/day.ts";
import { Exchange, type Parts } from "../../../../pwa/src/exchange.ts";
import { Mirror } from "../../../../pwa/src/mirror.ts";
import { begun, note, takenPhoto, type Write } from "../../../../pwa/src/outbox.ts";
import type { Chance, Link, OpRow, RecordRow } from "../../../../pwa/src/ports.ts";
import { Sights } from "../../../../pwa/src/sights.ts";
import { Signing } from "../../../../pwa/src/signing.ts";
import type { KindPage } from "../../../../pwa/src/sync/kind.ts";
import { plain, present, type Record as Seen } from "../../../../pwa/src/sync/register.ts";
import type { Value } from "../../../../pwa/src/sync/value.ts";
import { Time } from "../../../../pwa/src/time.ts";
import type { Disk } from "./disk.ts";
import { Crash } from "./fuse.ts";
import { storeOf } from "./journal.ts";

/** What a person enters, as tests/whole/fleet/phone.py has it. */
export interface Intent {
  readonly token: string;
  readonly kind: string;
  readonly record: string; // "" makes one
  readonly area: number | null;
  readonly values: { readonly [field: string]: Value };
  readonly step: string;
  readonly photos: readonly string[];
}

/** A phone's clocks, ms; the simulator turns them. */
export interface Clock {
  wall: number;
  steady: number;
}

/** The phone as the simulator looks at it. */
export interface State {
  readonly out: boolean;
  readonly waiting: { readonly [token: string]: string };
  readonly held: { readonly [token: string]: string };
  readonly tops: { readonly [device: string]: number };
  readonly last: string; // id of the op that was made last
  readonly lost: number; // ops that it says are nowhere any more
}

type Values = { [field: string]: Value };

const ALL = { records: [], pages: true, all: true } as const;

export class Phone {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly life = { dead: false };
  private readonly parts: Parts;
  private readonly mirror: Mirror;
  private readonly sights: Sights;
  private readonly acts: Acts;
  private readonly exchanging: Exchange;
  private readonly sweep: () => Promise<void>;
  private readonly outside: Outside;
  private day = 0;

  constructor(disk: Disk, clock: Clock, ask: typeof fetch, mint: (digits: number) => string) {
    this.disk = disk;
    this.clock = clock;
    const chance: Chance = {
      wallMs: () => clock.wall,
      steadyMs: () => clock.steady,
      random: () => 0.5,
      hex: mint,
      after: (_, run) => {
        queueMicrotask(run);
        return () => undefined;
      },
    };
    const alive: typeof fetch = (...asked) => {
      if (this.life.dead) throw new Crash("dead");
      return ask(...asked);
    };
    const store = storeOf(disk, this.life, chance);
    this.parts = { store, link: fetchLink(alive), time: new Time(chance), chance };
    this.outside = { ...OUTSIDE, ...this.parts, spare: disk.spare };
    this.mirror = new Mirror(this.parts.store);
    const { free } = this.parts.link;
    const now = { nowMs: signal(0), online: signal(true), sending: signal(new Set<string>()), free };
    this.sights = new Sights(this.mirror, now);
    const effects = { written: async () => undefined, send: () => undefined };
    this.acts = new Acts(this.parts, this.mirror, this.sights, effects);
    this.exchanging = new Exchange(this.parts, { sending: () => undefined, changed: () => undefined });
    const bound = bind(this.outside) as unknown as { sweep(): Promise<void> };
    this.sweep = () => bound.sweep();
  }

  /** Begin as after a crash: only the disk is left, and what lies beside it. */
  async start(): Promise<void> {
    const { disk } = this;
    const { store, chance, time } = this.parts;
    disk.fuse.blown = false;
    const [session, heard] = await store.read(["notes"], (tx) =>
      Promise.all([note(tx, "session"), note(tx, "heard")] as const),
    );
    time.resume(heard?.offsetMs ?? 0);
    await store.opened;
    if (this.life.dead) throw new Crash("dead");
    if (session) return;
    await store.write(["notes"], async (tx) => {
      await begun(tx, chance.hex(8));
      const known = disk.spare.load();
      if (known && !(await note(tx, "session"))) await tx.put("notes", { id: "session", value: known });
    });
  }

  /** Save what a person entered; gives the op's id and fields, null if there is nothing to write it on. */
  async write(intent: Intent): Promise<readonly [id: string, fields: readonly string[]] | null> {
    await this.mirror.refresh(ALL);
    const { actor, kinds } = this.mirror;
    const page = kinds.value.get(intent.kind);
    if (!actor.value || !page) return null;
    const { person } = actor.value;
    if (intent.photos.length)
      await this.parts.store.write(["photos"], async (tx) => {
        for (const key of intent.photos) await tx.put("photos", { ...takenPhoto(PHOTO, person, 0), id: key });
      });
    const write = intent.record ? this.edited(intent) : this.made(intent, page);
    if (!write) return null;
    const { id, op } = await this.acts.post(write);
    return [id, Object.keys(op.sets)];
  }

  private made({ values, area, photos }: Intent, page: KindPage): Write {
    const listed = Object.entries(values).map(([name, value]): [string, Value] => [
      name,
      page.fields[name]?.rule === "union" ? [value] : value,
    ]);
    return this.acts.making(page, Object.fromEntries(listed), area ?? 0, photos);
  }

  private edited({ record, values, step, photos }: Intent): Write | null {
    const found = this.acts.find(record);
    if (!found) return null;
    const offers = this.sights.views.value.get(record)?.offers ?? [];
    const offered = offers.some((offer) => offer.step === step) ? step : "";
    return this.acts.writing(
      found.record,
      found.page,
      shown(found.page, found.record, values),
      offered,
      photos,
    );
  }

  /** Take back a record that has not left; gives the tokens taken back. */
  async undo(record: string): Promise<readonly string[]> {
    let tokens: readonly string[] = [];
    const done = await this.acts.undo(record, async (_, rows) => {
      tokens = rows.map(tokenOf);
    });
    return done ? tokens : [];
  }

  /** Exchange until nothing is left to send or to hear; says how it ended. */
  async exchange(): Promise<string> {
    const today = dayOf(this.parts.time.now());
    if (today !== this.day) await this.sweep();
    this.day = today;
    return this.exchanging.run(true);
  }

  async signIn(token: string, device: string, person: number): Promise<void> {
    await this.mirror.refresh(ALL);
    const enrol: Link["enrol"] = async () => ({ ok: true, value: { token, device, person } });
    const outside = { ...this.outside, link: { ...this.parts.link, enrol } };
    const signing = new Signing(outside, this.mirror, () => this.mirror.refresh(ALL));
    await signing.enrol("code", async () => undefined);
  }

  async state(): Promise<State> {
    return this.parts.store.read(["outbox", "sent", "notes"], async (tx) => {
      const [session, self, lost] = [
        await note(tx, "session"),
        await note(tx, "self"),
        await note(tx, "lost"),
      ];
      const rows = (await tx.all("outbox")).filter((row) => !row.undone);
      const sent = (await tx.all("sent")).filter((row) => !row.undone);
      const device = session && self ? { [session.number + self.incarnation]: self.top } : {};
      return {
        out: !session || session.out,
        waiting: Object.fromEntries(rows.map((row) => [tokenOf(row), row.code])),
        held: Object.fromEntries([...sent, ...rows].map((row) => [tokenOf(row), row.id])),
        tops: { ...self?.past, ...device },
        last: this.disk.spare.top,
        lost: lost?.count ?? 0,
      };
    });
  }

  /** The confirmed records in sight. */
  async shown(): Promise<readonly RecordRow[]> {
    const records = await this.parts.store.read(["records"], (tx) => tx.all("records"));
    return records.filter((record) => !record.gone);
  }
}

const tokenOf = (row: OpRow): string => String(row.op.sets.trace);

/** What a form would hold after the change: lists with the element added or dropped, counts grown. */
function shown(page: KindPage, record: Seen, values: Values): Values {
  const after = ([name, value]: [string, Value]): [string, Value] => {
    const rule = page.fields[name]?.rule;
    const cell = record.cells[name];
    if (rule === "count") return [name, Number(value) + (cell ? Number(plain(rule, cell)) : 0)];
    if (rule !== "union") return [name, value];
    const there = cell ? present(cell) : [];
    const kept = there.filter((each) => each !== value);
    return [name, kept.length < there.length ? kept : [...there, value as string]];
  };
  return Object.fromEntries(Object.entries(values).map(after));
}

const SCREEN = new Blob(["photo"], { type: "image/webp" });
const PHOTO = { key: "", sha256: "", screen: SCREEN, original: null, originalSha256: "" };

/** What the rest of the app would ask of a browser; nothing here does. */
const OUTSIDE: Omit<Outside, keyof Parts | "spare"> = {
  tabs: { tell: () => undefined, hear: () => undefined },
  darkroom: { develop: async () => null },
  position: { watch: () => () => undefined },
  locks: undefined,
  visible: () => true,
  deviceName: "fleet",
  version: "fleet",
  condition: async () => ({ usedBytes: 0, quotaBytes: 0, persisted: true, geo: "" }),
  queued: () => undefined,
};
