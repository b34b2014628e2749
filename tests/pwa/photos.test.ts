import { describe, expect, it } from "vitest";
import { Exchange, type Outcome } from "../../pwa/src/exchange.ts";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import { Uploads } from "../../pwa/src/photos.ts";
import type { Link, OpRow, Store } from "../../pwa/src/ports.ts";
import { dayNumber } from "../../pwa/src/ration.ts";
import type { FakeServer } from "./fake-server.ts";
import { developed, idle, Phone, signedIn } from "./rig.ts";
import { NOON } from "./town.ts";

const DAY = dayNumber(NOON);
const SILENT = { sending: () => undefined, changed: () => undefined };
const uploads = (phone: Phone) => new Uploads(phone.parts, SILENT);

/** Put a photo into a draft, and send the draft. */
async function report(phone: Phone, name: string, sets: object = {}): Promise<OpRow> {
  const made = developed(name);
  await phone.store.write(["photos", "previews"], async (tx) => {
    await tx.put("photos", takenPhoto(made, 7, NOON));
    await tx.put("previews", { id: made.key, preview: made.preview, here: false });
  });
  return phone.write({ photos: [made.key], sets: { photos: { add: [made.key] }, ...sets } });
}

/** A phone whose photos have been told of. */
async function announced(...names: string[]): Promise<{ server: FakeServer; phone: Phone; keys: string[] }> {
  const { server, phone } = await signedIn();
  const rows: OpRow[] = [];
  for (const name of names) rows.push(await report(phone, name));
  await phone.exchange.run();
  return { server, phone, keys: rows.flatMap((row) => row.photos) };
}

/** Send photos, with time passing wherever a moment is waited for; gives how it ended, and how long that took. */
async function going(phone: Phone, sender = uploads(phone)): Promise<{ end: Outcome; tookMs: number }> {
  const begun = phone.chance.steady;
  let end: Outcome | null = null;
  void sender.run().then((outcome) => {
    end = outcome;
  });
  for (; !end; await idle()) if (phone.chance.next() >= 0) await phone.chance.pass(phone.chance.next());
  return { end, tookMs: phone.chance.steady - begun };
}

/** Let the link break for good after so many bytes of the next piece. */
function breaking(server: FakeServer, phone: Phone, at: number): void {
  server.lasts = (bytes) => {
    phone.link.reachable = at >= bytes;
    return Math.min(at, bytes);
  };
}

const states = async (phone: Phone) => (await phone.all("photos")).map((photo) => photo.state);
const trouble = (code: string, status: number, retryMs = 0) =>
  ({ ok: false, code, status, retryMs }) as const;

describe("photos", () => {
  it("go up after their op, and stay on the phone until a backup has what the server checked", async () => {
    const { server, phone } = await signedIn();
    const row = await report(phone, "one");
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads).toEqual([]);
    await phone.exchange.run();
    expect(await states(phone)).toEqual(["announced"]);
    expect(server.photos.get(row.photos[0] ?? "")?.preview).toBe("UklGRg==");
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads).toEqual(row.photos);
    expect(await phone.all("previews")).toMatchObject([{ here: true, preview: "UklGRg==" }]);
    const [photo] = await phone.all("photos");
    expect(photo).toMatchObject({ state: "verified", at: expect.any(Number) });
    await dropOriginals(phone);
    server.backed = (photo?.at ?? 0) - 1;
    await phone.exchange.run();
    expect(await states(phone)).toEqual(["verified"]);
    server.backed++;
    await phone.exchange.run();
    expect(await phone.all("photos")).toEqual([]);
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads.length).toBe(1);
  });

  it("wait, all of them, when the server has no hands for photos, while records go on", async () => {
    const { server, phone } = await announced("one", "two");
    for (const [status, code] of [
      [503, "busy"],
      [423, "locked"],
      [507, "storage_full"],
    ] as const) {
      const sender = uploads(phone);
      let asked = 0;
      server.meets = () => {
        asked++;
        return trouble(code, status, 90_000);
      };
      expect(await sender.run()).toBe("done");
      expect(asked).toBe(1);
      expect(sender.restMs).toBeGreaterThanOrEqual(90_000);
      const record = await phone.write();
      expect(await phone.exchange.run()).toBe("done");
      expect(server.records.has(record.op.record)).toBe(true);
      await phone.chance.pass(89_000);
      await sender.run();
      expect(asked).toBe(1);
      server.meets = () => undefined;
      await phone.chance.pass(sender.restMs);
      expect(server.uploads).toEqual([]);
    }
    await phone.chance.pass(600_000);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(2);
  });

  it("that fail by themselves wait with back-off, and the next one is tried", async () => {
    const { server, phone } = await announced("one", "two");
    let first = true;
    server.meets = () => {
      const fault = first ? trouble("internal", 500) : undefined;
      first = false;
      return fault;
    };
    const sender = uploads(phone);
    expect(await sender.run()).toBe("done");
    expect(server.uploads.length).toBe(1);
    expect(sender.restMs).toBe(45_000); // a minute, less up to half by chance
    await phone.chance.pass(sender.restMs);
    await sender.run();
    expect(server.uploads.length).toBe(2);
  });

  it("are announced again when the server does not know them", async () => {
    const { server, phone } = await announced("one");
    server.photos.clear();
    await uploads(phone).run();
    expect(await states(phone)).toEqual(["waiting"]);
    await phone.exchange.run();
    expect(server.photos.size).toBe(1);
    await phone.chance.pass(60_000);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(1);
  });

  it("that the server will never take are kept, and not tried again", async () => {
    const { server, phone } = await announced("one");
    server.meets = (from) => (from ? trouble("not_an_image", 415) : undefined);
    expect(await uploads(phone).run()).toBe("done");
    expect(await states(phone)).toEqual(["held"]);
    await phone.chance.pass(7_200_000);
    server.meets = () => undefined;
    await uploads(phone).run();
    expect(server.uploads).toEqual([]);
  });

  it("of a refused op are held back, and go when it is sent again", async () => {
    const { phone } = await signedIn();
    await report(phone, "one", { emergency: "no flag" });
    await phone.exchange.run();
    expect(await states(phone)).toEqual(["held"]);
    expect(await uploads(phone).run()).toBe("done");
    expect((await phone.all("photos")).length).toBe(1);
  });

  it("tell nobody to sign in again by themselves: the exchange will", async () => {
    const { server, phone } = await announced("one");
    server.revoke();
    expect(await uploads(phone).run()).toBe("out");
    expect((await phone.all("photos")).length).toBe(1);
  });

  it("that are there already cost no bytes, and stay until their place in the log is known and backed up", async () => {
    const { server, phone, keys } = await announced("one");
    const known = server.photos.get(keys[0] ?? "");
    if (known) known.here = true; // by way of another phone
    await uploads(phone).run();
    expect(server.carried).toEqual([]);
    expect(await phone.all("photos")).toMatchObject([{ state: "verified", at: 0 }]);
    await dropOriginals(phone);
    server.backed = 1_000;
    await phone.exchange.run();
    expect(await states(phone)).toEqual(["verified"]); // nobody has said yet where
    await phone.write();
    await phone.exchange.run();
    expect(await phone.all("photos")).toEqual([]);
  });
});

/** As when room was short. */
async function dropOriginals(phone: Phone): Promise<void> {
  await phone.store.write(["photos"], async (tx) => {
    for (const { original: _, ...photo } of await tx.all("photos")) await tx.put("photos", photo);
  });
}

describe("an upload", () => {
  it("goes on from the byte it reached, wherever the link breaks, and never sends one twice", async () => {
    for (let at = 0; at <= 6; at++) {
      const { server, phone } = await announced("one");
      breaking(server, phone, at);
      expect((await going(phone)).end).toBe(at < 6 ? "offline" : "done");
      server.lasts = (bytes) => bytes;
      await uploads(new Phone(server, [], phone.store)).run(); // the page was killed meanwhile
      expect(server.carried.reduce((sum, piece) => sum + piece.bytes, 0)).toBe(6);
      expect(server.uploads.length).toBe(1);
      expect(await phone.note("meter")).toMatchObject({ [DAY]: [6, 0, 6] });
    }
  });

  it("sends one piece for all that is left", async () => {
    const { server, phone } = await announced("one");
    await uploads(phone).run();
    expect(server.carried).toEqual([{ from: 0, bytes: 6 }]);
  });

  it("whose last answer was lost is heard to be there", async () => {
    const { server, phone } = await announced("one");
    server.answerLost = true;
    expect((await going(phone)).end).toBe("done");
    expect(await states(phone)).toEqual(["verified"]);
    expect(server.carried.length).toBe(1);
    expect(await phone.note("meter")).toMatchObject({ [DAY]: [6, 0, 6] });
  });

  it("whose last answer was lost with the link is heard to be there when that is back", async () => {
    const { server, phone } = await announced("one");
    server.answerLost = true;
    phone.link.up = () => server.carried.length === 0;
    expect(await uploads(phone).run()).toBe("offline");
    expect(await states(phone)).toEqual(["announced"]);
    phone.link.up = () => true;
    expect(await uploads(phone).run()).toBe("done");
    expect(await states(phone)).toEqual(["verified"]);
    expect(server.carried.length).toBe(1);
  });

  it.each([
    ["another request was faster", 409],
    ["it expired", 404],
    ["it is gone", 410],
    ["a piece came in distorted", 460],
    ["all of it is not what was told", 422],
  ])("asks where it stands when %s", async (_, status) => {
    const { server, phone } = await announced("one");
    breaking(server, phone, 3);
    await going(phone);
    server.lasts = (bytes) => bytes;
    phone.link.reachable = true;
    let once = true;
    server.meets = (from) => {
      if (!from || !once) return undefined;
      once = false;
      if (status !== 409) server.expire();
      return trouble(status === 404 ? "not_found" : "told", status);
    };
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads.length).toBe(1);
    expect(server.carried.at(-1)).toEqual(status === 409 ? { from: 3, bytes: 3 } : { from: 0, bytes: 6 });
  });

  it("that is never what was told is not begun for ever", async () => {
    const { server, phone } = await announced("one", "two");
    let pieces = 0;
    server.meets = (from) => {
      pieces += Number(from !== null);
      return from ? trouble("hash_mismatch", 422) : undefined;
    };
    expect(await uploads(phone).run()).toBe("done");
    expect(pieces).toBe(6);
    expect(await phone.all("photos")).toMatchObject([{ tries: 1 }, { tries: 1 }]);
  });

  it("that brings nothing goes in disguise the next time, and is tried ever later", async () => {
    const { server, phone } = await announced("one");
    const sender = uploads(phone);
    const disguised: boolean[] = [];
    const upload = phone.link.upload;
    phone.link.upload = (token, piece, from, signal) => {
      if (from) disguised.push(piece.disguised);
      return upload(token, piece, from, signal);
    };
    server.lasts = () => 0;
    for (let tried = 1; tried <= 3; tried++) {
      expect((await going(phone, sender)).end).toBe("offline");
      expect(sender.barren).toBe(tried);
    }
    expect(disguised).toEqual([false, true, false]);
    server.lasts = (bytes) => bytes;
    await sender.run();
    expect(sender.barren).toBe(0);
  });
});

describe("a cut", () => {
  /** What was asked of the server: where an upload stands, or the rest of it from so many bytes on. */
  function listening(phone: Phone): (number | "where")[] {
    const asked: (number | "where")[] = [];
    const { upload } = phone.link;
    phone.link.upload = (token, piece, from, signal) => {
      asked.push(from?.offset ?? "where");
      return upload(token, piece, from, signal);
    };
    return asked;
  }

  it("that comes again and again costs one question each and no waiting, while each piece brings something", async () => {
    const { server, phone } = await announced("one");
    server.lasts = () => 1;
    const asked = listening(phone);
    const exchanges = server.pushes.length;
    const { end, tookMs } = await going(phone);
    expect(end).toBe("done");
    expect(asked).toEqual([0, 1, 2, 3, 4, 5].flatMap((offset) => ["where", offset]));
    expect(tookMs).toBe(5 * 150); // a breath each, half of the most by chance
    expect(server.pushes.length).toBe(exchanges);
    expect(await phone.note("meter")).toMatchObject({ [DAY]: [6, 0, 6] });
  });

  it("that brought nothing is asked about once, and then it waits", async () => {
    const { server, phone } = await announced("one");
    server.lasts = () => 0;
    const asked = listening(phone);
    const sender = uploads(phone);
    expect((await going(phone, sender)).end).toBe("offline");
    expect(asked).toEqual(["where", 0, "where"]);
    expect(sender.barren).toBe(1);
  });

  it("after others that brought something waits no longer than the first would", async () => {
    const { server, phone } = await announced("one");
    const sender = uploads(phone);
    server.lasts = () => 0;
    for (let tried = 0; tried < 3; tried++) await going(phone, sender);
    server.lasts = (bytes) => Number(bytes > 4);
    expect((await going(phone, sender)).end).toBe("offline");
    expect(server.carried.at(-1)).toEqual({ from: 2, bytes: 0 });
    expect(sender.barren).toBe(1);
  });

  it("is not asked about while the phone has no network", async () => {
    const { server, phone } = await announced("one");
    breaking(server, phone, 3);
    phone.link.up = () => phone.link.reachable;
    const asked = listening(phone);
    expect((await going(phone)).end).toBe("offline");
    expect(asked).toEqual(["where", 0]);
  });

  it("is no reason to come before the time a server asked for", async () => {
    const { server, phone } = await announced("one");
    server.lasts = () => 2;
    server.meets = (from) => (!from && server.carried.length ? trouble("busy", 503, 90_000) : undefined);
    const asked = listening(phone);
    const sender = uploads(phone);
    expect((await going(phone, sender)).end).toBe("done");
    expect(asked).toEqual(["where", 0, "where"]);
    expect(sender.restMs).toBeGreaterThanOrEqual(90_000);
  });

  it("lets an emergency by", async () => {
    const { server, phone } = await announced("one");
    const sender = uploads(phone);
    const { after } = phone.chance;
    server.lasts = () => 2;
    phone.chance.after = (ms, run) => {
      sender.hurry();
      return after(ms, run);
    };
    expect((await going(phone, sender)).end).toBe("idle");
    expect(server.carried.length).toBe(1);
  });
});

describe("an emergency", () => {
  it("goes first", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "calm");
    const urgent = await report(phone, "urgent", { emergency: true });
    await phone.exchange.run();
    await uploads(phone).run();
    expect(server.uploads[0]).toBe(urgent.photos[0]);
  });

  it("makes what is under way yield, which later goes on where it was", async () => {
    const { server, phone, keys } = await announced("calm");
    const sender = uploads(phone);
    const upload = phone.link.upload;
    let once = true;
    phone.link.upload = async (token, piece, from, signal) => {
      if (!from || !once) return upload(token, piece, from, signal);
      once = false;
      server.lasts = () => 2;
      await upload(token, piece, from, signal);
      server.lasts = (bytes) => bytes;
      sender.hurry();
      return trouble(signal.aborted ? "aborted" : "offline", 0);
    };
    expect(await sender.run()).toBe("idle");
    const urgent = await report(phone, "urgent", { emergency: true });
    await phone.exchange.run();
    await sender.run();
    expect(server.uploads).toEqual([...urgent.photos, ...keys]);
    expect(server.carried).toEqual([
      { from: 0, bytes: 2 },
      { from: 0, bytes: 6 },
      { from: 2, bytes: 4 },
    ]);
  });

  it("is not stopped for another one", async () => {
    const { phone } = await signedIn();
    await report(phone, "urgent", { emergency: true });
    await phone.exchange.run();
    const sender = uploads(phone);
    const upload = phone.link.upload;
    phone.link.upload = (token, piece, from, signal) => {
      sender.hurry();
      expect(signal.aborted).toBe(false);
      return upload(token, piece, from, signal);
    };
    expect(await sender.run()).toBe("done");
  });
});

describe("originals", () => {
  it("go on Wi-Fi after all screen sizes, and give way to a new one", async () => {
    const { server, phone, keys } = await announced("one");
    phone.link.free = () => true;
    const sender = uploads(phone);
    const upload = phone.link.upload;
    let late: OpRow | null = null;
    const carried: string[] = [];
    phone.link.upload = async (token, piece, from, signal) => {
      if (!late && piece.part === "original" && from) {
        late = await report(phone, "late");
        await phone.exchange.run();
        await sender.recheck();
        if (signal.aborted) return trouble("aborted", 0);
      }
      if (from) carried.push(piece.part);
      return upload(token, piece, from, signal);
    };
    expect(await sender.run()).toBe("done");
    expect(server.uploads).toEqual([...keys, ...((late as OpRow | null)?.photos ?? [])]);
    expect(carried).toEqual(["screen", "screen", "original", "original"]);
    expect(server.originals.length).toBe(2);
    expect((await phone.all("photos")).some((photo) => photo.original)).toBe(false);
  });

  it("stop when the Wi-Fi is gone", async () => {
    const { server, phone } = await announced("one");
    let free = true;
    phone.link.free = () => free;
    const sender = uploads(phone);
    const upload = phone.link.upload;
    phone.link.upload = async (token, piece, from, signal) => {
      if (piece.part === "original" && from) {
        free = false;
        await sender.recheck();
        if (signal.aborted) return trouble("aborted", 0);
      }
      return upload(token, piece, from, signal);
    };
    expect(await sender.run()).toBe("done");
    expect(server.originals).toEqual([]);
    expect((await phone.all("photos"))[0]?.original).toBeDefined();
  });
});

describe("a restored server", () => {
  it("that lost the photo is told of it again, and given it again", async () => {
    const { server, phone, keys } = await announced("one");
    await uploads(phone).run();
    server.restore();
    await phone.exchange.run();
    expect(server.photos.has(keys[0] ?? "")).toBe(true);
    await uploads(phone).run();
    expect(server.uploads).toEqual([...keys, ...keys]);
  });

  it.each([0, 2, 3])("that lost only the bytes, and says so (%s), gets them again", async (state) => {
    const { server, phone, keys } = await announced("one");
    await uploads(phone).run();
    server.ask(keys[0] ?? "", state);
    await phone.exchange.run();
    expect(await states(phone)).toEqual(["announced"]);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(2);
    expect(await phone.all("previews")).toMatchObject([{ here: true }]);
  });

  it("that seeks a photo which was set aside has it at once", async () => {
    const { server, phone, keys } = await announced("one");
    server.meets = () => trouble("internal", 500);
    await uploads(phone).run();
    server.meets = () => undefined;
    server.ask(keys[0] ?? "", 2);
    await phone.exchange.run();
    await uploads(phone).run();
    expect(server.uploads).toEqual(keys);
  });
});

/** Dies at the k-th thing it does: before doing it, or after, when the result is lost. */
class Death {
  count = 0;
  private readonly at: number;
  private readonly after: boolean;

  constructor(at: number, after: boolean) {
    this.at = at;
    this.after = after;
  }

  async around<T>(act: () => Promise<T>): Promise<T> {
    const mine = ++this.count;
    if (mine > this.at || (mine === this.at && !this.after)) throw new Error("killed");
    const result = await act();
    if (mine === this.at) throw new Error("killed");
    return result;
  }

  store(store: Store): Store {
    return {
      read: (tables, work) => this.around(() => store.read(tables, work)),
      write: (tables, work) => this.around(() => store.write(tables, work)),
    };
  }

  link(link: Link): Link {
    return {
      ...link,
      exchange: (...args) => this.around(() => link.exchange(...args)),
      upload: (...args) => this.around(() => link.upload(...args)),
    };
  }
}

/** Everything this phone ever wrote is at the server or still here. */
async function nothingLost(server: FakeServer, phone: Phone, rows: readonly OpRow[]): Promise<void> {
  const here = new Set((await phone.all("outbox")).map((row) => row.id));
  const bytes = new Set((await phone.all("photos")).map((photo) => photo.id));
  for (const row of rows) {
    expect(here.has(row.id) || server.records.has(row.op.record), row.id).toBe(true);
    for (const key of row.photos) expect(bytes.has(key) || server.photos.get(key)?.here, key).toBe(true);
  }
}

describe("a page killed between any two awaits", () => {
  it.each([false, true])("loses nothing and sends nothing twice (after the act: %s)", async (after) => {
    let deaths = 0;
    for (let at = 1; ; at++) {
      const { server, phone } = await signedIn();
      const rows = [
        await report(phone, "a"),
        await report(phone, "b", { emergency: true }),
        await phone.write(),
      ];
      const death = new Death(at, after);
      const parts = { ...phone.parts, store: death.store(phone.store), link: death.link(phone.link) };
      const life = async () => {
        await new Exchange(parts, SILENT).run();
        await new Uploads(parts, SILENT).run();
      };
      const killed = await life().then(
        () => false,
        () => true,
      );
      await nothingLost(server, phone, rows);
      const again = new Phone(server, [], phone.store);
      expect(await again.exchange.run()).toBe("done");
      await uploads(again).run();
      await nothingLost(server, phone, rows);
      expect(server.records.size).toBe(3);
      expect(await again.all("outbox")).toEqual([]);
      expect(await states(again)).toEqual(["verified", "verified"]);
      expect((await again.all("records")).length).toBe(3);
      if (!killed) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(8);
  });
});
