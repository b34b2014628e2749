// A server for the phone's tests, built on the twin's own settle: it decides as the real one does, and
// its links break in every way a village's do.

import type { Answer, Link, Piece, Standing, Trouble } from "../../pwa/src/ports.ts";
import type { Stamp } from "../../pwa/src/sync/clock.ts";
import type { KindPage } from "../../pwa/src/sync/kind.ts";
import { type Actor, mayRead } from "../../pwa/src/sync/permit.ts";
import { fresh, type Held, type Record as Kept, present } from "../../pwa/src/sync/register.ts";
import { type Answer as Said, settle, type World } from "../../pwa/src/sync/settle.ts";
import { unpack } from "../../pwa/src/sync/wire.ts";
import { directoryOf, GRANTS, NOON, PAGES, UNITS } from "./town.ts";

/** What happens to the next exchange: nothing reaches the server, or the answer does not come back. */
export type Fault = "offline" | "lost" | { code: string; status: number };

interface Device {
  person: number;
  answers: Map<number, Said>;
  stamps: Set<string>;
}

interface KnownPhoto {
  preview: string;
  here: boolean;
  state?: number; // as told, if it is not here
  original?: number; // as told: 1 asked for, 2 here
}

/** What has arrived of an upload. */
interface Upload {
  readonly path: string;
  bytes: Uint8Array;
  at: number; // as in a Standing
}

const trouble = (code: string, status: number): Trouble => ({ ok: false, code, status, retryMs: 0 });
export const OFFLINE = trouble("offline", 0);

export class FakeServer {
  nowMs = NOON;
  pages: { [name: string]: KindPage } = PAGES;
  version = "k1";
  directory = "d1";
  grants = { ...GRANTS };
  pageSize = 100;
  poison = (_: readonly number[]): Fault | undefined => undefined; // by the numbers of a push
  readonly records = new Map<string, Kept>();
  readonly photos = new Map<string, KnownPhoto>();
  readonly pushes: (readonly unknown[])[] = [];
  readonly numbers: number[][] = []; // op numbers of each push that arrived
  readonly gone = new Map<string, string[]>(); // by device number
  readonly uploads: string[] = []; // keys of photos whose screen size has come, in order
  readonly originals: string[] = [];
  readonly carried: { readonly from: number; readonly bytes: number }[] = []; // pieces as they arrived
  /** Of a piece of so many bytes, how many arrive before the link breaks; all of them: it does not. */
  lasts = (bytes: number): number => bytes;
  /** What the next request of an upload meets instead of an answer. */
  meets = (_from: Standing | null): Trouble | undefined => undefined;
  answerLost = false; // of the last piece of an upload
  private readonly arriving = new Map<string, Upload>();
  private made = 0; // uploads, to name them by
  readonly asked: { path: string; body: unknown }[] = []; // what was asked beside exchanges
  answers = (_path: string, _body: string | undefined): Answer<unknown> => OFFLINE;
  backed = 0; // position of the log up to which there is a backup
  private log = 0; // how often it was restored
  private readonly devices = new Map<string, Device>();
  readonly given = new Map<string, number>(); // whose a device number is
  private readonly tokens = new Map<string, { number: string; person: number }>();
  private clock: Stamp = [0, 0, "0".repeat(16)];
  private seq = 0;

  private world(): World {
    return {
      kinds: new Map(Object.entries(this.pages)),
      units: new Map(UNITS.map((unit) => [unit.id, unit])),
    };
  }

  /** A link for one phone; `faults` are taken one by one by its exchanges and uploads. */
  link(faults: Fault[] = []): Link & { up: () => boolean; free: Link["free"]; reachable: boolean } {
    const through = async <T>(act: () => Answer<T> | Promise<Answer<T>>): Promise<Answer<T>> => {
      if (!link.reachable) return OFFLINE;
      const fault = faults.shift();
      if (fault === "offline") return OFFLINE;
      if (fault && fault !== "lost") return trouble(fault.code, fault.status);
      const answer = await act();
      return fault === "lost" ? OFFLINE : answer;
    };
    const link = {
      reachable: true,
      up: () => true,
      free: (): boolean | undefined => undefined,
      tally: { up: 0, down: 0 },
      enrol: async (code: string, _name: string, device: string) =>
        link.reachable ? this.enrol(code, device) : OFFLINE,
      ask: async (_token: string, path: string, body?: string) => {
        this.asked.push({ path, body: body && JSON.parse(body) });
        return link.reachable ? this.answers(path, body) : OFFLINE;
      },
      leave: async () => ({ ok: true, value: null }) as const,
      kinds: async (version: string) =>
        link.reachable
          ? {
              ok: true as const,
              value: version === this.version ? null : { version: this.version, kinds: this.pages },
            }
          : OFFLINE,
      directory: async (token: string) => this.give(token, link.reachable),
      exchange: (token: string, push: readonly unknown[]) => through(() => this.exchange(token, push)),
      upload: (token: string, piece: Piece, from: Standing | null, signal: AbortSignal) =>
        through(() => (signal.aborted ? trouble("aborted", 0) : this.upload(token, piece, from))),
      photo: async () => ({ ok: true as const, value: new Blob(["big"], { type: "image/webp" }) }),
      events: async () => undefined,
    };
    return link;
  }

  /** Count a number as received, as for an op that came as bytes. */
  count(op: Said["op"]): void {
    const verdict = { n: op.n, code: "parked", receivedMs: this.nowMs, detail: "unreadable" } as const;
    this.devices.get(op.stamp[2])?.answers.set(op.n, { op, verdict });
  }

  /** End every sign-in. */
  revoke(): void {
    this.tokens.clear();
  }

  /** Forget everything after a position, as a restored backup does. */
  restore(): void {
    this.records.clear();
    this.photos.clear();
    this.expire();
    this.devices.clear();
    this.seq = 0;
    this.log++;
  }

  private enrol(code: string, device: string): Answer<{ token: string; device: string; person: number }> {
    const person = Number(code);
    if (!GRANTS[person]) return trouble("code_unknown", 404);
    const fresh = (this.given.size + 10).toString(16).padStart(8, "0");
    const number = this.given.get(device) === person ? device : fresh;
    this.given.set(number, person);
    const token = `t${number}`;
    this.tokens.set(token, { number, person });
    return { ok: true, value: { token, device: number, person } };
  }

  private give(token: string, reachable: boolean) {
    const known = this.tokens.get(token);
    if (!reachable) return OFFLINE;
    if (!known) return trouble("signed_out", 401);
    return { ok: true as const, value: directoryOf(known.person, this.directory, this.grants[known.person]) };
  }

  /** Forget what has arrived of uploads that are not whole. */
  expire(): void {
    this.arriving.clear();
  }

  private async upload(token: string, piece: Piece, from: Standing | null): Promise<Answer<Standing>> {
    if (!this.tokens.has(token)) return trouble("signed_out", 401);
    const met = this.meets(from);
    if (met) return met;
    const known = this.photos.get(piece.photo);
    const shown = [...this.records.values()].some((record) =>
      JSON.stringify(record.cells).includes(piece.photo),
    );
    if (!known || !shown) return trouble("not_found", 404);
    const name = [piece.photo, piece.part, piece.sha256].join();
    const found = this.arriving.get(name);
    if (from && found?.path !== from.path) return trouble("not_found", 404);
    const upload = found ?? { path: `/api/uploads/${this.made++}`, bytes: new Uint8Array(), at: -1 };
    this.arriving.set(name, upload);
    if (!from && known.here && piece.part === "screen")
      return { ok: true, value: { path: upload.path, offset: piece.bytes.size, at: 0 } };
    return from ? this.carry(upload, piece, from, known) : { ok: true, value: this.stands(upload) };
  }

  private stands = ({ path, bytes, at }: Upload): Standing => ({ path, offset: bytes.length, at });

  /** Take a piece in, as far as the link lasts; the whole photo is verified and told to everybody. */
  private async carry(
    upload: Upload,
    piece: Piece,
    { offset }: Standing,
    known: KnownPhoto,
  ): Promise<Answer<Standing>> {
    if (offset !== upload.bytes.length) return trouble("offset", 409);
    const sent = new Uint8Array(await piece.bytes.slice(offset).arrayBuffer());
    const taken = sent.slice(0, this.lasts(sent.length));
    this.carried.push({ from: offset, bytes: taken.length });
    upload.bytes = new Uint8Array([...upload.bytes, ...taken]);
    if (taken.length < sent.length) return OFFLINE;
    (piece.part === "screen" ? this.uploads : this.originals).push(piece.photo);
    if (piece.part === "screen") this.tell(piece.photo, known);
    upload.at = ++this.seq;
    return this.answerLost ? OFFLINE : { ok: true, value: this.stands(upload) };
  }

  /** Say of a photo that it is there, wherever it is shown. */
  private tell(key: string, known: KnownPhoto): void {
    known.here = true;
    this.touch(key);
  }

  /** Tell of a photo again, in a state of its own: a blob that is missing, or one that is sought. */
  ask(key: string, state: number): void {
    this.photos.set(key, { preview: this.photos.get(key)?.preview ?? "", here: false, state });
    this.expire();
    this.touch(key);
  }

  /** Tell of a photo again, with word of its original. */
  want(key: string, original = 1): void {
    this.photos.set(key, { preview: "", here: true, ...this.photos.get(key), original });
    this.touch(key);
  }

  private touch(key: string): void {
    for (const [id, record] of this.records) {
      const held: { [name: string]: Held } = { ...record.held };
      for (const [name, cell] of Object.entries(record.cells))
        if (JSON.stringify(cell).includes(key)) held[name] = [++this.seq, "", 0];
      this.records.set(id, { ...record, held });
    }
  }

  private exchange(token: string, push: readonly unknown[]): Answer<readonly unknown[]> {
    const [, kinds, incarnation, deviceMs, cursor, top, low, ops = null, photos = []] = push;
    const signed = this.tokens.get(token);
    if (!signed) return trouble("signed_out", 401);
    if (kinds !== this.version) return trouble("kinds_changed", 409);
    const id = signed.number + String(incarnation);
    const world = this.world();
    const unpacked = unpack(JSON.parse(JSON.stringify(ops)), world.kinds, id, deviceMs as number);
    const numbers = unpacked.map((op) => op.n);
    const fault = this.poison(numbers);
    if (fault && typeof fault === "object") return trouble(fault.code, fault.status);
    this.pushes.push(push);
    this.numbers.push(numbers);
    const device = this.devices.get(id) ?? {
      person: signed.person,
      answers: new Map(),
      stamps: new Set<string>(),
    };
    this.devices.set(id, device);
    for (const [key, , preview] of photos as [string, number, string][])
      if (!this.photos.has(key)) this.photos.set(key, { preview, here: false });
    const actor = { person: signed.person, grants: this.grants[signed.person] ?? [], device: id };
    const verdicts = this.settle(unpacked, device, actor, world);
    return {
      ok: true,
      value: this.receipt(
        device,
        actor,
        String(cursor),
        Number(top),
        Number(low),
        verdicts,
        world,
        unpacked.length > 0,
      ),
    };
  }

  private settle(
    ops: ReturnType<typeof unpack>,
    device: Device,
    actor: Actor,
    world: World,
  ): (readonly unknown[])[] {
    const { clock, seq } = this;
    const stamps = [...device.stamps].map((each) => each.split(",").map(Number) as [number, number]);
    const known = { records: this.records, answers: device.answers, stamps, clock, seq };
    const settled = settle(known, ops, actor, world, this.nowMs);
    for (const [id, record] of settled.records) this.records.set(id, record);
    ops.forEach((op, at) => {
      const verdict = settled.verdicts[at];
      if (!verdict || verdict.code.startsWith("unknown_") || device.answers.has(op.n)) return;
      device.answers.set(op.n, { op, verdict });
      device.stamps.add(op.stamp.slice(0, 2).join());
    });
    this.clock = settled.clock;
    this.seq = settled.seq;
    return settled.verdicts
      .filter((verdict) => verdict.code !== "applied" || verdict.receivedMs !== this.nowMs)
      .map(({ n, code, receivedMs, detail }) => [n, code, receivedMs, detail]);
  }

  private receipt(
    device: Device,
    actor: Actor,
    cursor: string,
    top: number,
    low: number,
    verdicts: (readonly unknown[])[],
    world: World,
    pushed: boolean,
  ): readonly unknown[] {
    const again = cursor.startsWith("*");
    const [heardDirectory = "", heard = "0", log = "0"] = cursor.replace("*", "").split(":");
    const anew = cursor !== "" && Number(log) !== this.log;
    const [at = 0, base = at] = anew || again ? [] : heard.split("+").map(Number);
    const since = Math.min(at, this.seq);
    const changed = [...this.records.values()]
      .filter((record) => {
        const kind = world.kinds.get(record.kind);
        return kind && mayRead(kind, actor, record, world.units);
      })
      .map((record) => [lastOf(record), record] as const)
      .filter(([last]) => last > since)
      .sort((a, b) => a[0] - b[0]);
    const listed = changed.slice(0, this.pageSize);
    const more = changed.length > listed.length;
    const reached = more ? (listed[listed.length - 1]?.[0] ?? since) : this.seq;
    const deltas = listed
      .map(([, record]) => deltaOf(record, actor.device, base))
      .filter((delta) => delta !== null);
    const keys = deltas.flatMap((delta) => photoKeys(delta[7] as Kept["cells"]));
    const told = keys.flatMap((key) => {
      const photo = this.photos.get(key);
      if (!photo) return [];
      const { here, state = 0, preview, original } = photo;
      return [[key, here ? 1 : state, preview, ...(original ? [[], original] : [])]];
    });
    const gone = this.gone.get(actor.device.slice(0, 8)) ?? [];
    this.gone.delete(actor.device.slice(0, 8));
    const seen = [...device.answers.keys()].sort((a, b) => a - b);
    const missing: [number, number][] = [];
    for (let n = 1; n <= top; n++) if (!device.answers.has(n)) missing.push([n, n]);
    const news = this.directory === heardDirectory ? "" : this.directory;
    const acks = seen.filter((n) => n >= low).map((n) => [n, n]);
    return JSON.parse(
      JSON.stringify([
        this.nowMs,
        `${this.directory}:${reached}${more ? `+${base}` : ""}${this.log ? `:${this.log}` : ""}`,
        more,
        acks,
        missing,
        verdicts,
        deltas,
        told,
        gone,
        news,
        anew,
        pushed || anew ? this.seq : 0,
        this.backed,
      ]),
    );
  }
}

const lastOf = (record: Kept): number =>
  Math.max(record.head[0], ...Object.values(record.held).map((held) => held[0]));

function deltaOf(record: Kept, device: string, since: number): unknown[] | null {
  const cells = Object.entries(record.cells).filter(([name]) =>
    fresh(record.held[name] ?? [0, "", 0], device, since),
  );
  const moved = fresh(record.head, device, since);
  if (!cells.length && !moved) return null;
  const story = record.story.filter((entry) => moved && entry.seq > since);
  return [
    record.id,
    record.kind,
    record.area,
    record.author,
    record.madeMs,
    record.receivedMs,
    moved ? record.state : "",
    Object.fromEntries(cells),
    story.map((entry) => [
      entry.seq,
      entry.stamp,
      entry.person,
      entry.step,
      entry.start,
      entry.to,
      entry.outcome,
      entry.receivedMs,
      entry.sets,
    ]),
  ];
}

const photoKeys = (cells: Kept["cells"]): string[] =>
  Object.entries(cells).flatMap(([name, cell]) => (name === "photos" ? [...present(cell)] : []));
