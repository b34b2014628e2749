// The one draft: on the disk after every change and before the camera opens, because opening the camera
// may kill the page (rule 21). Sending it is one transaction: the op is there and the draft is gone.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Acts } from "./acts.ts";
import { areaFor, placeOf } from "./area.ts";
import { advance, seal } from "./evidence.ts";
import type { Parts } from "./exchange.ts";
import { giveUp, isRaw, liveName, rawOf, rawPhoto, swapped } from "./film.ts";
import type { Mirror } from "./mirror.ts";
import { type Beside, type Draft, type DraftPhoto, PHOTOS_MAX } from "./model.ts";
import { note, takenPhoto } from "./outbox.ts";
import type { Darkroom, Developed, DraftNote, Fix, PhotoRow, Position, Writer } from "./ports.ts";
import type { Shot } from "./sync/wire.ts";
import { draftValues, firstValues, held, unsent } from "./unsent.ts";

const NEW = { record: "", step: "" };
const SOURCES = ["camera", "album"];
const ORIGINAL_MAX = 20 << 20; // bytes; the server takes no larger file, and no announcement of one
const FALLBACK_MS = 3_600_000; // an older fix says where somebody was, not where this is

export type DraftEdit = Partial<Pick<Draft, "values" | "area" | "fix" | "cameraOpen">>;

interface Instruments {
  readonly darkroom: Darkroom;
  readonly position: Position;
}

export class Drafting {
  readonly draft: ReadonlySignal<Draft | null>;
  private readonly parts: Pick<Parts, "store" | "time" | "chance"> & Instruments;
  private readonly mirror: Mirror;
  private readonly acts: Acts;
  private readonly written: () => Promise<void>;
  private readonly urls = new Map<string, string>();
  private readonly trouble = signal(""); // why the last photo was not taken in
  private darkroom: Promise<unknown> = Promise.resolve();
  private edits: DraftEdit = {};
  private stopLooking: () => void = () => undefined;

  constructor(
    parts: Pick<Parts, "store" | "time" | "chance"> & Instruments,
    mirror: Mirror,
    acts: Acts,
    written: () => Promise<void>,
  ) {
    this.parts = parts;
    this.mirror = mirror;
    this.acts = acts;
    this.written = written;
    this.draft = computed(() => this.shown(mirror.notes.value.draft));
  }

  start(kind: string, area = 0, onto = NEW): Promise<void> {
    this.trouble.value = "";
    return this.change(async (tx, old) => {
      await dropPhotos(tx, old?.photos.map((photo) => photo.key) ?? []);
      const nowMs = this.parts.time.now();
      return {
        kind,
        record: onto.record,
        step: onto.step,
        values: {},
        photos: [],
        fix: null,
        area,
        chosen: area > 0,
        cameraOpen: false,
        begunMs: nowMs,
        savedMs: nowMs,
      };
    });
  }

  /** Note changes; those that come while one is being written share the next write. */
  edit(change: DraftEdit): Promise<void> {
    this.edits = { ...this.edits, ...change };
    let edits: DraftEdit | undefined;
    return this.change(async (_, old) => {
      if (!edits) [edits, this.edits] = [this.edits, {}]; // once: on a full phone this runs again
      return old && { ...old, ...edits, chosen: old.chosen || (edits.area ?? 0) > 0 };
    });
  }

  /** Take a photo in; "" or the reason why not. It is kept as it came before anything is done to it. */
  addPhoto(file: Blob, field: string, source: string): Promise<string> {
    return this.take(file, field, source, this.parts.chance.hex(16), true);
  }

  /** Keep a voice note under its field; one that is still being spoken is developed once the page is back. */
  addSound(file: Blob, field: string, over: boolean): Promise<string> {
    return this.take(file, field, "page", liveName(field), over);
  }

  private async take(
    file: Blob,
    field: string,
    source: string,
    name: string,
    whole: boolean,
  ): Promise<string> {
    const raw = rawPhoto(file, name, this.acts.actor().person, this.parts.time.now());
    let full = false;
    const put = this.change(async (tx, old) => {
      const others = old?.photos.filter(({ key }) => key !== raw.id) ?? [];
      full = others.filter((photo) => photo.field === field).length >= PHOTOS_MAX;
      if (!old || full) return old;
      await tx.put("photos", raw);
      return { ...old, photos: [...others, { key: raw.id, field, source }], cameraOpen: false };
    });
    const kept = await put.then(
      () => true,
      () => false, // there may still be room for the small one
    );
    if (full || !whole) return full ? "enough" : "";
    return this.inDarkroom(() => this.develop(raw, kept ? null : { key: raw.id, field, source }));
  }

  /** Put a picture that was made from a photo in its place: of what is covered nothing stays. */
  cover(key: string, picture: Blob): Promise<string> {
    return this.inDarkroom(async () => {
      const made = await this.parts.darkroom.develop(picture).catch(() => null);
      const takenMs = this.mirror.photos.value.find((photo) => photo.id === key)?.takenMs;
      if (!made) return "not_an_image";
      const developed = { ...made, original: null, originalSha256: "", originalSize: 0 };
      return this.put(key, developed, takenMs ?? this.parts.time.now());
    });
  }

  /** Develop what is still as it came: the page may have been killed before that was done. */
  async resume(): Promise<void> {
    await this.darkroom;
    for (const { key } of rawOf(this.mirror.notes.value.draft)) {
      await this.inDarkroom(async () => {
        const raw = await this.again(key);
        return raw ? this.develop(raw) : "";
      });
    }
  }

  /** Count another try before it is made, for it may be the last thing this page does. */
  private async again(key: string): Promise<PhotoRow | undefined> {
    let raw: PhotoRow | undefined;
    await this.change(async (tx, old) => {
      const found = await tx.get("photos", key);
      raw = found && { ...found, tries: found.tries + 1 };
      if (raw) await tx.put("photos", raw);
      return old;
    });
    return raw;
  }

  /** One photo at a time. */
  private inDarkroom(work: () => Promise<string>): Promise<string> {
    const done = this.darkroom.then(work);
    this.darkroom = done.then(
      (why) => {
        this.trouble.value = why;
      },
      () => undefined,
    );
    return done;
  }

  private async develop(raw: PhotoRow, add: DraftNote["photos"][number] | null = null): Promise<string> {
    const developed = await this.parts.darkroom.develop(raw.screen, giveUp(raw)).catch(() => undefined);
    const none = developed === null ? "not_an_image" : "not_saved";
    const why = developed ? await this.put(raw.id, developed, raw.takenMs, add) : none;
    if (why) await this.dropPhoto(raw.id).catch(() => undefined);
    return why;
  }

  /** Put what was developed in the place of `from`, if the draft still has that; `add` is what it lacks. */
  private async put(
    from: string,
    developed: Developed,
    takenMs: number,
    add: DraftNote["photos"][number] | null = null,
  ): Promise<string> {
    const photo = takenPhoto(developed, this.acts.actor().person, takenMs);
    const plain = this.shot(developed, takenMs, (add ?? this.taken(from))?.source);
    const sealed = await seal(this.parts.store, plain, developed.sha256);
    let late = false; // another tab took this place in the chain
    const swap = this.change(async (tx, old) => {
      const known = await tx.get("photos", photo.id);
      late = !known && !(await advance(tx, sealed));
      if (late) return old;
      if (from !== photo.id) await dropPhotos(tx, [from]);
      const draft = old && add ? { ...old, photos: [...old.photos, add] } : old;
      if (!draft?.photos.some(({ key }) => key === from)) return old;
      if (!known) await tx.put("photos", { ...photo, shot: sealed.shot });
      const preview = await tx.get("previews", photo.id);
      const row = { id: photo.id, preview: developed.preview, here: preview?.here ?? false };
      await tx.put("previews", row);
      return { ...swapped(draft, from, photo.id), cameraOpen: false };
    });
    return swap.then(
      () => (late ? this.put(from, developed, takenMs, add) : ""),
      async (fault: unknown) => {
        if (isFull(fault) && developed.original)
          return this.put(from, { ...developed, original: null }, takenMs, add);
        await this.edit({ cameraOpen: false }).catch(() => undefined); // it came back; it was not kept
        return isFull(fault) ? "phone_full" : "not_saved";
      },
    );
  }

  private taken(key: string): DraftNote["photos"][number] | undefined {
    return this.mirror.notes.value.draft?.photos.find((photo) => photo.key === key);
  }

  /** How a photo came to be: the place is the draft's, or where this phone last was. */
  private shot(developed: Developed, takenMs: number, source = ""): Shot {
    const { draft, fix } = this.mirror.notes.value;
    const seen = draft?.fix ?? fix;
    const place = seen ? (placeOf(seen, takenMs) as readonly number[]) : null;
    const { thumb, originalSha256, originalSize } = developed;
    const how = SOURCES.indexOf(source); // -1: the camera within the page
    return [
      how < 0 ? 2 : how,
      takenMs,
      place,
      thumb,
      originalSha256,
      Math.min(originalSize, ORIGINAL_MAX),
      0,
      "",
    ];
  }

  dropPhoto(key: string): Promise<void> {
    return this.change(async (tx, old) => {
      await dropPhotos(tx, [key]);
      return old && { ...old, photos: old.photos.filter((photo) => photo.key !== key) };
    });
  }

  drop(): Promise<void> {
    this.stopLooking();
    return this.change(async (tx, old) => {
      await dropPhotos(tx, old?.photos.map((photo) => photo.key) ?? []);
      return null;
    });
  }

  /**
   * Turn the draft into an op; gives the record it made or changed, "" if there is none to send: another
   * tab may have sent it, or begun its own in its place, a moment ago.
   */
  async send(mine: (draft: DraftNote) => boolean = () => true, beside?: Beside): Promise<string> {
    this.stopLooking();
    await this.resume(); // a photo on its way belongs to it
    return this.acts.inTurn(async () => {
      const draft = this.mirror.notes.value.draft;
      if (!draft || !mine(draft)) return "";
      const forget = async (tx: Writer) => {
        const stored = await note(tx, "draft");
        if (stored?.begunMs === draft.begunMs && stored.kind === draft.kind) await tx.drop("notes", "draft");
      };
      const keys = draft.photos.map((photo) => photo.key);
      const nowMs = this.parts.time.now();
      if (!draft.record) {
        const page = this.acts.page(draft.kind);
        const area = areaFor(page, draft.area, draft.fix, this.acts.actor(), this.mirror.units.value);
        const values = firstValues(draft, page, this.takenMs(draft), nowMs);
        return (await this.acts.post(this.acts.making(page, values, area, keys), forget, beside)).op.record;
      }
      const found = this.acts.find(draft.record);
      const values = found && draftValues(draft, found.page, found.record, nowMs);
      const write = found && values && this.acts.writing(found.record, found.page, values, draft.step, keys);
      if (write) await this.acts.post(write, forget);
      else await this.parts.store.write(["notes"], forget).then(this.written);
      return draft.record;
    });
  }

  private takenMs(draft: DraftNote): number {
    const first = draft.photos[0]?.key;
    return this.mirror.photos.value.find((photo) => photo.id === first)?.takenMs ?? draft.begunMs;
  }

  /** Take a record back into the draft, if it has not left and no other draft is held. */
  async undo(record: string): Promise<boolean> {
    const view = this.acts.find(record);
    if (!view || held(this.mirror.notes.value.draft)) return false;
    return this.acts.undo(record, async (tx, rows) => {
      const nowMs = this.parts.time.now();
      await tx.put("notes", { id: "draft", value: unsent(view.page, view.record.area, rows, nowMs) });
    });
  }

  /** Look for the place; each better fix goes into the draft, and nothing waits for it. */
  locate(): void {
    this.stopLooking();
    const { position, time, chance } = this.parts;
    const stop = position.watch((seen) => {
      const fix = { ...seen, atMs: time.now() - Math.max(0, chance.wallMs() - seen.atMs) };
      void this.found(fix, true);
    });
    this.stopLooking = stop;
    const last = this.mirror.notes.value.fix;
    if (last && time.now() - last.atMs < FALLBACK_MS && !this.mirror.notes.value.draft?.fix)
      void this.found(last, false);
  }

  private found(fix: Fix, fresh: boolean): Promise<void> {
    return this.change(async (tx, old) => {
      if (fresh) await tx.put("notes", { id: "fix", value: fix });
      if (!old || (!fresh && old.fix)) return old;
      const page = this.mirror.kinds.value.get(old.kind);
      const actor = this.mirror.actor.value;
      const area =
        page && actor && !old.chosen ? areaFor(page, 0, fix, actor, this.mirror.units.value) : old.area;
      return { ...old, fix, area };
    });
  }

  /** One change of the draft, after all before it, on the disk when it resolves. Null forgets it. */
  private change(next: (tx: Writer, old: DraftNote | null) => Promise<DraftNote | null>): Promise<void> {
    return this.acts.inTurn(async () => {
      await this.parts.store.write(["notes", "photos", "previews"], async (tx) => {
        const value = await next(tx, (await note(tx, "draft")) ?? null);
        if (value)
          await tx.put("notes", { id: "draft", value: { ...value, savedMs: this.parts.time.now() } });
        else await tx.drop("notes", "draft");
      });
      await this.written();
    });
  }

  private shown(draft: DraftNote | undefined): Draft | null {
    const keys = new Set(draft?.photos.map((photo) => photo.key));
    for (const [key, url] of this.urls) {
      if (keys.has(key)) continue;
      URL.revokeObjectURL(url);
      this.urls.delete(key);
    }
    if (!draft) return null;
    const { kind, record, step, values, fix, area, cameraOpen, savedMs } = draft;
    const trouble = this.trouble.value;
    const photos = draft.photos.map((photo) => this.shownPhoto(photo));
    return { kind, record, step, values, photos, fix, area, cameraOpen, trouble, savedMs };
  }

  private shownPhoto({ key, field }: DraftNote["photos"][number]): DraftPhoto {
    const row = this.mirror.photos.value.find((photo) => photo.id === key);
    if (row && !this.urls.has(key)) this.urls.set(key, URL.createObjectURL(row.screen));
    const sound = row?.screen.type.startsWith("audio/") ?? false;
    return { key, field, previewUrl: this.urls.get(key) ?? "", ready: !isRaw(key), sound };
  }
}

/** Forget photos that were only ever in a draft. */
async function dropPhotos(tx: Writer, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const photo = await tx.get("photos", key);
    if (photo?.state !== "draft") continue;
    await tx.drop("photos", key);
    const preview = await tx.get("previews", key);
    if (preview && !preview.here) await tx.drop("previews", key);
  }
}

/** Whether a write failed because the phone is full: the person can do something about that. */
const isFull = (fault: unknown): boolean =>
  fault instanceof DOMException && fault.name === "QuotaExceededError";
