import { describe, expect, it } from "vitest";
import { Exchange } from "../../pwa/src/exchange.ts";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import { Uploads } from "../../pwa/src/photos.ts";
import type { Link, OpRow, PhotoRow, Store } from "../../pwa/src/ports.ts";
import type { FakeServer } from "./fake-server.ts";
import { developed, Phone, signedIn } from "./rig.ts";
import { NOON } from "./town.ts";

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

describe("photos", () => {
  it("go up after their op, and stay on the phone until the server has checked them", async () => {
    const { server, phone } = await signedIn();
    const row = await report(phone, "one");
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads).toEqual([]);
    await phone.exchange.run();
    expect(await phone.all("photos")).toMatchObject([{ state: "announced" }]);
    expect(server.photos.get(row.photos[0] ?? "")?.preview).toBe("UklGRg==");
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads).toEqual(row.photos);
    expect(await phone.all("photos")).toEqual([]);
    expect(await phone.all("previews")).toMatchObject([{ here: true, preview: "UklGRg==" }]);
  });

  it("stay when the link breaks, and are sent again", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "one");
    await phone.exchange.run();
    const upload = phone.link.upload;
    phone.link.upload = async () => ({ ok: false, code: "offline", status: 0, retryMs: 0 });
    expect(await uploads(phone).run()).toBe("offline");
    expect((await phone.all("photos")).length).toBe(1);
    phone.link.upload = upload;
    await uploads(phone).run();
    expect(server.uploads.length).toBe(1);
  });

  it("wait with back-off when the server is in trouble, and the next one is tried", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "one");
    await report(phone, "two");
    await phone.exchange.run();
    const upload = phone.link.upload;
    let first = true;
    phone.link.upload = async (...args) => {
      const busy = first;
      first = false;
      return busy ? { ok: false, code: "storage_full", status: 507, retryMs: 90_000 } : upload(...args);
    };
    expect(await uploads(phone).run()).toBe("done");
    expect(server.uploads.length).toBe(1);
    expect(await phone.all("photos")).toMatchObject([{ tries: 1, state: "announced" }]);
    await phone.chance.pass(89_000);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(1);
    await phone.chance.pass(2_000);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(2);
  });

  it("are announced again when the server does not know them", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "one");
    await phone.exchange.run();
    server.photos.clear();
    await uploads(phone).run();
    expect(await phone.all("photos")).toMatchObject([{ state: "waiting" }]);
    await phone.exchange.run();
    expect(server.photos.size).toBe(1);
    await phone.chance.pass(60_000);
    await uploads(phone).run();
    expect(server.uploads.length).toBe(1);
  });

  it("that the server will never take are kept, and not tried again", async () => {
    const { phone } = await signedIn();
    await report(phone, "one");
    await phone.exchange.run();
    phone.link.upload = async () => ({ ok: false, code: "not_an_image", status: 415, retryMs: 0 });
    expect(await uploads(phone).run()).toBe("done");
    expect(await phone.all("photos")).toMatchObject([{ state: "held" }]);
  });

  it("of a refused op are held back, and go when it is sent again", async () => {
    const { phone } = await signedIn();
    await report(phone, "one", { emergency: "no flag" });
    await phone.exchange.run();
    expect(await phone.all("photos")).toMatchObject([{ state: "held" }]);
    expect(await uploads(phone).run()).toBe("done");
    expect((await phone.all("photos")).length).toBe(1);
  });

  it("of an emergency go first, and others make room for its words", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "calm");
    const urgent = await report(phone, "urgent", { emergency: true });
    await phone.exchange.run();
    let asked: AbortSignal | undefined;
    const upload = phone.link.upload;
    const sending = uploads(phone);
    phone.link.upload = (token, photo, signal) => {
      asked = signal;
      return upload(token, photo, signal);
    };
    await sending.run();
    expect(server.uploads[0]).toBe(urgent.photos[0]);
    await report(phone, "later");
    await phone.exchange.run();
    phone.link.upload = async (_, __, signal) => {
      sending.hurry();
      return { ok: false, code: signal.aborted ? "aborted" : "offline", status: 0, retryMs: 0 };
    };
    expect(await sending.run()).toBe("idle");
    expect(asked?.aborted).toBe(false);
    expect((await phone.all("photos")).length).toBe(1);
  });

  it("tell nobody to sign in again by themselves: the exchange will", async () => {
    const { server, phone } = await signedIn();
    await report(phone, "one");
    await phone.exchange.run();
    server.revoke();
    expect(await uploads(phone).run()).toBe("out");
    expect((await phone.all("photos")).length).toBe(1);
  });

  it("verified by way of another phone of the same person are not sent again", async () => {
    const { server, phone } = await signedIn();
    const row = await report(phone, "one");
    await phone.exchange.run();
    const photo = (await phone.all("photos"))[0] as PhotoRow;
    await phone.link.upload("t0000000a", photo, new AbortController().signal);
    await phone.exchange.run();
    expect(await phone.all("photos")).toEqual([]);
    expect(await phone.all("previews")).toMatchObject([{ id: row.photos[0], here: true }]);
    expect(server.uploads.length).toBe(1);
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
      expect(await again.all("photos")).toEqual([]);
      expect((await again.all("records")).length).toBe(3);
      if (!killed) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(8);
  });
});
