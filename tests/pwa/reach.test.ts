// Being called: asked of the browser at the tap and never by itself, told to the server, and taken back whole.

import { describe, expect, it } from "vitest";
import { note } from "../../pwa/src/outbox.ts";
import type { Answer } from "../../pwa/src/ports.ts";
import { reach, renew, type Summons } from "../../pwa/src/reach.ts";
import { idle, type Phone, signedIn } from "./rig.ts";

const KEY = btoa("k".repeat(65)).replace(/=+$/, "");
const DAY_MS = 86_400_000;
const DONE = { ok: true, value: {} } as const;
const no = (code: string): Answer<unknown> => ({ ok: false, code, status: 0, retryMs: 0 });

/** A browser that can be called, its push service, and what went to our server. */
class Rig {
  said = "default";
  answer = "granted";
  asked = 0;
  found: PushSubscription | null = null;
  made = 0;
  reachable = true;
  sent: [path: string, body: string | undefined, method: string | undefined][] = [];
  answers: Answer<unknown>[] = [];

  readonly phone: Phone;

  constructor(phone: Phone) {
    this.phone = phone;
  }

  get parts() {
    const ask = async (_: string, path: string, body?: string, method?: string): Promise<Answer<unknown>> => {
      this.sent.push([path, body, method]);
      return this.answers.shift() ?? (body ? DONE : { ok: true, value: { key: KEY } });
    };
    return { ...this.phone.parts, link: { ...this.phone.link, ask } };
  }

  get browser(): Summons {
    return {
      permission: () => this.said,
      ask: async () => {
        this.asked++;
        this.said = this.answer;
        return this.said;
      },
      manager: async () => ({
        getSubscription: async () => this.found,
        subscribe: (options) => (this.reachable ? this.subscribe(options) : new Promise(() => undefined)),
      }),
    };
  }

  private async subscribe(options?: PushSubscriptionOptionsInit): Promise<PushSubscription> {
    expect(options).toEqual({ userVisibleOnly: true, applicationServerKey: KEY });
    const endpoint = `https://push.test/${++this.made}`;
    this.found = {
      options: { applicationServerKey: new TextEncoder().encode("k".repeat(65)).buffer },
      toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }),
      unsubscribe: async () => {
        this.found = null;
        return true;
      },
    } as unknown as PushSubscription;
    return this.found;
  }

  reach = (want?: boolean): Promise<string> => reach(this.parts, want, this.browser);
  bodies = (): unknown[] =>
    this.sent.flatMap(([, body]) => (body && body !== "{}" ? [JSON.parse(body)] : []));
}

const rigged = async (): Promise<Rig> => new Rig((await signedIn()).phone);

describe("asking to be called", () => {
  it("asks nobody before the tap", async () => {
    const rig = await rigged();
    expect(await rig.reach()).toBe("off");
    expect([rig.asked, rig.made, rig.bodies()]).toEqual([0, 0, []]);
  });

  it("asks at the tap, tells the server, and stands", async () => {
    const rig = await rigged();
    expect(await rig.reach(true)).toBe("on");
    const told = { endpoint: "https://push.test/1", p256dh: "p", auth: "a", language: "zh" };
    expect([rig.asked, rig.bodies()]).toEqual([1, [told]]);
    expect(await rig.reach()).toBe("on");
  });

  it("says why not", async () => {
    expect(await reach((await rigged()).parts, true, null)).toBe("none");
    for (const [code, word] of [
      ["not_found", "closed"],
      ["offline", "offline"],
      ["busy", "offline"],
    ] as const) {
      for (const want of [undefined, true]) {
        const rig = await rigged();
        rig.answers = [no(code)];
        expect([await rig.reach(want), rig.made]).toEqual([word, 0]);
      }
    }
    const denied = await rigged();
    denied.answer = "denied";
    expect([await denied.reach(true), await denied.reach(), denied.sent]).toEqual(["denied", "denied", []]);
  });

  it("takes a question that was put away for a no, and may be asked again", async () => {
    const rig = await rigged();
    rig.answer = "default";
    expect([await rig.reach(true), await rig.reach()]).toEqual(["denied", "off"]);
  });

  it("gives a push service up that never answers", async () => {
    const rig = await rigged();
    rig.reachable = false;
    const outcome = rig.reach(true);
    await idle();
    await rig.phone.chance.pass(30_000);
    expect(await outcome).toBe("failed");
  });

  it("leaves nothing behind that the server did not take", async () => {
    const rig = await rigged();
    rig.answers = [{ ok: true, value: { key: KEY } }, no("push_elsewhere")];
    expect([await rig.reach(true), rig.found]).toEqual(["failed", null]);
    expect(await rig.reach()).toBe("off");
  });
});

describe("ending it", () => {
  it("ends it on both sides, and here even without a network", async () => {
    const rig = await rigged();
    await rig.reach(true);
    expect([await rig.reach(false), rig.found]).toEqual(["off", null]);
    expect(rig.sent[rig.sent.length - 1]).toEqual(["/api/push", "{}", "DELETE"]);
    await rig.reach(true);
    rig.answers = [no("offline")];
    expect([await rig.reach(false), rig.found]).toEqual(["off", null]);
  });
});

describe("renewing", () => {
  it("is said once a day and asks the person nothing", async () => {
    const rig = await rigged();
    await rig.reach(true);
    const before = rig.sent.length;
    await renew(rig.parts, rig.browser);
    expect(rig.sent.length).toBe(before);
    await rig.phone.chance.pass(DAY_MS);
    await renew(rig.parts, rig.browser);
    expect([rig.bodies().length, rig.made]).toEqual([2, 1]);
  });

  it("replaces what the browser threw away, or is bound to another key", async () => {
    const rig = await rigged();
    await rig.reach(true);
    rig.found = null;
    await rig.phone.chance.pass(DAY_MS);
    await renew(rig.parts, rig.browser);
    expect(rig.made).toBe(2);
    Object.assign(rig.found ?? {}, { options: { applicationServerKey: new ArrayBuffer(65) } });
    await rig.phone.chance.pass(DAY_MS);
    await renew(rig.parts, rig.browser);
    expect(rig.made).toBe(3);
  });

  it("is never for the next person on the phone, nor where it was not wished or is no longer allowed", async () => {
    const rig = await rigged();
    await renew(rig.parts, rig.browser);
    expect(rig.sent).toEqual([]);
    await rig.reach(true);
    await rig.phone.chance.pass(DAY_MS);
    const before = rig.sent.length;
    rig.said = "denied";
    await renew(rig.parts, rig.browser);
    rig.said = "granted";
    const session = await rig.phone.store.read(["notes"], (tx) => note(tx, "session"));
    if (!session) throw new Error("nobody is signed in");
    const other = { ...session, person: session.person + 1 };
    await rig.phone.store.write(["notes"], (tx) => tx.put("notes", { id: "session", value: other }));
    await renew(rig.parts, rig.browser);
    expect(rig.sent.length).toBe(before);
    expect(await rig.reach()).toBe("off");
  });
});
