// The model the screens see, bound to the store, the outbox and the exchange. Knows no browser: main.tsx
// hands in the adapters, and the tests hand in theirs.

import { computed, effect, signal } from "@preact/signals";
import { Acts } from "./acts.ts";
import type { Daily } from "./daily.ts";
import { dayOf } from "./day.ts";
import { Drafting } from "./draft.ts";
import { type Changed, Exchange, type Outcome, type Parts, type Told } from "./exchange.ts";
import { Mirror } from "./mirror.ts";
import type { Model, Phones, Prefs } from "./model.ts";
import { News } from "./news.ts";
import { begun, note } from "./outbox.ts";
import { Pictures } from "./pictures.ts";
import type { Condition, Darkroom, Lost, Position, Spare, Tabs } from "./ports.ts";
import { spending } from "./ration.ts";
import { Sender } from "./sender.ts";
import { Sights } from "./sights.ts";
import { Signing } from "./signing.ts";
import { standOf } from "./stands.ts";
import { Turn } from "./turn.ts";

const MINUTE_MS = 60_000;
const ASKED_FOR = { wanted: true, now: true, laterMs: 0 };
const KEPT_DAYS = 30; // sent ops stay so long, so that people can prove that they reported
const PREFS: Prefs = {
  camera: "phone",
  look: "light",
  size: 20,
  language: "zh-CN",
  ceiling: 0,
  originals: "wifi",
};

/** What the phone is made of. */
export interface Outside extends Parts {
  readonly tabs: Tabs;
  readonly spare: Spare;
  readonly darkroom: Darkroom;
  readonly position: Position;
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly visible: () => boolean;
  readonly deviceName: string;
  readonly version: string;
  readonly condition: () => Promise<Condition>;
  readonly queued: () => void; // something waits: ask the browser to wake the worker, to keep the store
}

/** The model, and what main.tsx tells it of the browser. */
export interface Bound {
  readonly model: Model;
  readonly update: { value: boolean };
  start(): Promise<void>;
  /** The app came into sight or went out of it, or the link changed. */
  woke(): void;
  lost(): void;
  apply(run: () => void): void;
}

/** Bind a model to its outside. */
export function bind(outside: Outside): Bound {
  return new Binding(outside);
}

/** A damage that cost nothing is no news for the person; the server hears of it all the same. */
const lossOf = (lost: Lost | undefined) => (lost?.count && !lost.seen ? lost : null);

class Binding implements Bound {
  readonly update = signal(false);
  readonly model: Model;
  private readonly outside: Outside;
  private readonly mirror: Mirror;
  private readonly sights: Sights;
  private readonly acts: Acts;
  private readonly sender: Sender;
  private readonly turn: Turn;
  private readonly signing: Signing;
  private readonly pictures: Pictures;
  private readonly ready = signal(false);
  private readonly online = signal(true);
  private news: News | null = null;
  private readonly nowMs = signal(0);
  private readonly sending = signal<ReadonlySet<string>>(new Set());
  private readonly phones = signal<Phones | null>(null);
  private readonly inSight = signal(true);
  private filled = false;
  private keeping = false;
  private applyUpdate: () => void = () => undefined;
  private resume: () => Promise<void> = async () => undefined;

  private readonly told: Told = {
    sending: (rows) => {
      this.sending.value = rows;
    },
    changed: (what) => this.changed(what),
  };

  constructor(outside: Outside) {
    this.outside = outside;
    this.mirror = new Mirror(outside.store);
    this.nowMs.value = outside.time.now();
    this.online.value = outside.link.up();
    const now = { nowMs: this.nowMs, online: this.online, sending: this.sending, free: outside.link.free };
    this.sights = new Sights(this.mirror, now);
    this.turn = new Turn(outside.locks, outside.tabs, outside.chance, outside.visible);
    const exchange = new Exchange(outside, this.told);
    const uploads = () => import("./photos.ts").then(({ Uploads }) => new Uploads(outside, this.told));
    const ended = { ended: (outcome: Outcome) => this.ended(outcome) };
    this.sender = new Sender(outside.chance, exchange, uploads, ended, () => this.turn.mine.value);
    const effects = {
      written: () => this.changed({ records: [] }),
      send: (urgent: boolean) => this.send(urgent),
    };
    this.acts = new Acts(outside, this.mirror, this.sights, effects);
    this.signing = new Signing(outside, this.mirror, () =>
      this.changed({ records: [], pages: true, all: true }),
    );
    this.pictures = new Pictures(this.mirror, outside.link, outside.store);
    this.model = this.made();
  }

  private made(): Model {
    const { outside, mirror, sights, acts, signing } = this;
    const drafting = new Drafting(outside, mirror, acts, () => this.changed({ records: [] }));
    this.resume = () => drafting.resume().catch(() => undefined); // nobody is signed in: it waits
    return {
      ready: this.ready,
      me: sights.me,
      net: sights.net,
      ...seen(sights),
      prefs: computed(() => ({ ...PREFS, ...mirror.notes.value.prefs })),
      kinds: mirror.kinds,
      coming: mirror.coming,
      staff: computed(() => mirror.directory.value?.staff ?? {}),
      days: computed(() => mirror.directory.value?.calendar),
      record: (id) => sights.record(id),
      lost: computed(() => lossOf(mirror.notes.value.lost)),
      draft: drafting.draft,
      spent: computed(() => spending(mirror.notes.value.meter, this.nowMs.value)),
      phones: computed(() => (this.phones.value?.person === mirror.person.value ? this.phones.value : null)),
      version: outside.version,
      update: this.update,
      otherTab: computed(() => !this.turn.mine.value),
      nowMs: this.nowMs,
      enrol: (code) => signing.enrol(code, () => this.send(false, true)),
      leave: () => signing.leave(sights.net.value),
      startDraft: (kind, area, onto) => drafting.start(kind, area, onto),
      editDraft: (change) => drafting.edit(change),
      addPhoto: (file, field, source) => drafting.addPhoto(file, field, source),
      addSound: (file, field, over) => drafting.addSound(file, field, over),
      coverPhoto: (key, picture) => drafting.cover(key, picture),
      dropPhoto: (key) => drafting.dropPhoto(key),
      dropDraft: () => drafting.drop(),
      sendDraft: (mine, beside) => drafting.send(mine, beside),
      undo: (record) => drafting.undo(record),
      sendOn: (need, text, entry) => acts.sendOn(need, text, entry),
      lostSeen: () => this.lostSeen(),
      putAway: (need) => acts.putAway(need),
      syncNow: () => this.send(false, true),
      locate: () => drafting.locate(),
      lookAtPhones: () => this.lookAtPhones(),
      applyUpdate: () => this.applyUpdate(),
      ...this.writing(),
      ...this.album(),
    };
  }

  /** What the screens write. */
  private writing() {
    const { acts, sights, outside } = this;
    return {
      edit: (record, values, again) => acts.edit(record, values, again),
      take: (record, step, values, heldMs) => acts.take(record, step, values, heldMs),
      takeBack: (ops) => acts.takeBack(ops),
      settle: (record, field, value) => acts.settle(record, field, value),
      create: (kind, values, area = 0, beside) => acts.create(kind, values, area, beside),
      tick: (item, value) => acts.tick({ [item]: value || null }),
      tickRest: () => acts.tickRest(),
      sameDay: async () => (await this.daily()).sameDay(),
      handIn: async () => (await this.daily()).handIn(),
      writtenMs: (record, field) => sights.writtenMs(record, field),
      resend: (record) => acts.resend(record),
      reach: async (want) => (await import("./reach.ts")).reach(outside, want),
      setPrefs: (prefs) => this.setPrefs(prefs),
    } satisfies Partial<Model>;
  }

  /** What the screens ask about photos that are taken. */
  private album(): Pick<Model, "sendPhotos" | "photoStand" | "photoUrl" | "shots" | "askOriginal"> {
    const { mirror, sights, pictures, outside } = this;
    const shots = () => import("./shots.ts");
    return {
      sendPhotos: () => this.sendPhotos(),
      photoStand: async (key) =>
        standOf(key, mirror.photos.value, await mirror.preview(key), sights.backed.value),
      photoUrl: (key, size) => pictures.url(key, size),
      shots: async (record) => (await shots()).shotsOf(sights.views.value.get(record), mirror),
      askOriginal: async (key) => (await shots()).askOriginal(key, outside),
    };
  }

  /** Open the store and draw; then read the long lists, and begin to exchange. */
  async start(): Promise<void> {
    const { time, tabs, link, chance } = this.outside;
    await this.mirror.open(() => {
      time.resume(this.mirror.notes.value.heard?.offsetMs ?? 0);
      this.nowMs.value = time.now();
      return [this.sights.sheetId.value].filter(Boolean);
    });
    this.ready.value = true;
    if (!this.mirror.notes.value.session) void this.begin();
    void this.resume();
    void this.outside.store.opened?.then((mended) =>
      mended ? this.changed({ records: [], pages: true }) : undefined,
    );
    tabs.hear((message) => this.heard(message));
    this.turn.start();
    this.news = new News(link, chance, () => void this.sender.kick());
    this.keepNews(this.news);
    effect(() => {
      if (this.turn.mine.value) void this.sender.kick();
    });
    await this.mirror.fill();
    this.filled = true;
    this.minute();
    await this.sweep();
  }

  /** The store is new, or was emptied by the browser: a new incarnation, of a phone that may still be known. */
  private async begin(): Promise<void> {
    const { store, chance, spare } = this.outside;
    await store.write(["notes"], async (tx) => {
      await begun(tx, chance.hex(8)); // unless the journal has brought it back
      const known = spare.load();
      if (known && !(await note(tx, "session"))) await tx.put("notes", { id: "session", value: known });
    });
    await this.changed({ records: [] });
  }

  private keepNews(news: News): void {
    effect(() => {
      const session = this.mirror.notes.value.session;
      const listens = this.turn.mine.value && this.inSight.value && session && !session.out;
      news.listen(listens ? session.token : "");
    });
  }

  woke(): void {
    this.inSight.value = this.outside.visible();
    this.nowMs.value = this.outside.time.now();
    if (this.inSight.value) this.turn.claim();
    void this.send(false);
  }

  lost(): void {
    this.online.value = false;
    this.news?.lost();
  }

  apply(run: () => void): void {
    this.applyUpdate = run;
  }

  /** Send now, or have the tab that sends do so. */
  private send(urgent: boolean, trying = false): Promise<void> {
    this.outside.queued();
    if (this.turn.mine.value) return this.sender.kick(urgent, trying);
    this.outside.tabs.tell(urgent ? "hurry" : "send");
    return Promise.resolve();
  }

  private heard(message: unknown): void {
    if (message === "send" || message === "hurry") {
      if (this.turn.mine.value) void this.sender.kick(message === "hurry");
    } else if (typeof message === "object" && message !== null && "up" in message) {
      this.online.value = message.up === true; // what the tab that sends has learnt
    } else if (typeof message === "object" && message !== null && "records" in message) {
      void this.show(message as Changed);
    }
  }

  private async changed(what: Changed): Promise<void> {
    this.outside.tabs.tell(what);
    await this.show(what);
  }

  private async show(what: Changed): Promise<void> {
    await this.mirror.refresh(what);
    this.pictures.forget(what.photos ?? []);
  }

  private ended(outcome: Outcome): void {
    if (outcome !== "idle") {
      this.online.value = outcome !== "offline";
      this.outside.tabs.tell({ up: this.online.value });
    }
    if (outcome === "offline") this.news?.lost();
    if (outcome !== "done") return;
    this.closeDays();
    void this.upkeep();
    this.news?.wake(this.mirror.notes.value.session?.token ?? "");
  }

  /** Say how this phone is, and see whether it holds what it should; nothing waits for it. */
  private async upkeep(): Promise<void> {
    if (this.keeping) return;
    this.keeping = true;
    const again = await import("./upkeep.ts")
      .then(({ upkeep }) => upkeep(this.outside, this.told, () => this.lookAtPhones()))
      .catch(() => false); // with the next exchange
    this.keeping = false;
    if (again) void this.sender.kick();
  }

  private minute(): void {
    this.nowMs.value = this.outside.time.now();
    this.closeDays();
    this.outside.chance.after(MINUTE_MS, () => this.minute());
  }

  private async daily(): Promise<Daily> {
    const { Daily } = await import("./daily.ts");
    return new Daily(this.outside, this.mirror, this.sights, this.acts);
  }

  /** Hand in own sheets of days that are over; one tab does, and only once all is read. */
  private closeDays(): void {
    if (!this.sights.sheetId.value || !this.filled || !this.turn.mine.value) return;
    void this.daily().then(
      (daily) => daily.closeDays(),
      () => undefined, // its file is not here yet: with the next minute
    );
  }

  /** Once a day, forget sent ops that nobody asks about any more; never before a backup has them. */
  private async sweep(): Promise<void> {
    const nowMs = this.outside.time.now();
    const today = dayOf(nowMs);
    if (this.mirror.notes.value.swept === today) return;
    await this.outside.store.write(["sent", "notes"], async (tx) => {
      const before = nowMs - KEPT_DAYS * 24 * 60 * MINUTE_MS;
      const floor = { ...(await note(tx, "floor")) };
      const backed = (await note(tx, "heard"))?.backed ?? 0;
      for (const { id, op, receivedMs, at = 0 } of await tx.all("sent")) {
        if (receivedMs >= before || !backed || at > backed) continue;
        await tx.drop("sent", id);
        floor[op.stamp[2]] = Math.max(op.n, floor[op.stamp[2]] ?? 0);
      }
      await tx.put("notes", { id: "floor", value: floor });
      await tx.put("notes", { id: "swept", value: today });
    });
  }

  private async lookAtPhones(): Promise<string> {
    const { look } = await import("./phones.ts");
    return look(this.outside, (phones) => {
      this.phones.value = phones;
    });
  }

  /** Let every photo go now, whatever the settings say of ceilings and originals. */
  private async sendPhotos(): Promise<void> {
    await this.outside.store.write(["photos"], async (tx) => {
      for (const photo of await tx.all("photos"))
        if (photo.person === this.mirror.person.value && photo.state !== "draft")
          await tx.put("photos", { ...photo, ...ASKED_FOR });
    });
    await this.changed({ records: [] });
    return this.send(false, true);
  }

  private async lostSeen(): Promise<void> {
    await this.outside.store.write(["notes"], async (tx) => {
      const lost = await note(tx, "lost");
      if (lost) await tx.put("notes", { id: "lost", value: { ...lost, seen: true } });
    });
    await this.changed({ records: [] });
  }

  private async setPrefs(prefs: Partial<Prefs>): Promise<void> {
    await this.outside.store.write(["notes"], async (tx) => {
      const value = { ...(await note(tx, "prefs")), ...prefs };
      await tx.put("notes", { id: "prefs", value });
    });
    await this.changed({ records: [] });
  }
}

/** What screens see of the records. */
const seen = ({ units, people, views, needs, duties, sheet, stops, here }: Sights) => ({
  units,
  people,
  views,
  needs,
  duties,
  sheet,
  stops,
  here,
});
