import { afterEach, describe, expect, it, vi } from "vitest";
import { browserChance, browserSpare, browserTabs, deviceName } from "../../../pwa/src/adapters/browser.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a phone's name in the secretary's list", () => {
  it.each([
    [
      "Mozilla/5.0 (Linux; Android 10; HUAWEI JKM-AL00 Build/HUAWEIJKM-AL00) AppleWebKit/537.36",
      "HUAWEI JKM-AL00",
    ],
    ["Mozilla/5.0 (Linux; Android 13; M2012K11AC) AppleWebKit/537.36", "M2012K11AC"],
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Linux x86_64"],
    ["curl/8", ""],
  ])("is its model: %s", (agent, name) => {
    expect(deviceName(agent)).toBe(name);
  });
});

describe("the spare place of the session", () => {
  const session = { token: "t", number: "0000000a", person: 7, out: false };

  it("gives back what it was given, and forgets it", () => {
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
    const spare = browserSpare();
    expect(spare.load()).toBeNull();
    spare.save(session);
    expect(spare.load()).toEqual(session);
    spare.save(null);
    expect(spare.load()).toBeNull();
    kept.set("qianshao.session", "{");
    expect(spare.load()).toBeNull();
    expect(spare.top).toBe("");
    spare.top = "0000000aaaaaaaaa.7";
    expect(browserSpare().top).toBe("0000000aaaaaaaaa.7");
  });

  it("is no loss where the browser forbids it", () => {
    vi.stubGlobal("localStorage", {
      getItem: () => {
        throw new Error("denied");
      },
      setItem: () => {
        throw new Error("denied");
      },
    });
    browserSpare().save(session);
    browserSpare().top = "0000000aaaaaaaaa.7";
    expect(browserSpare().load()).toBeNull();
    expect(browserSpare().top).toBe("");
  });
});

describe("chance and tabs", () => {
  it("draw hex digits, as many as asked for", () => {
    const { hex, random, after } = browserChance();
    expect(hex(8)).toMatch(/^[0-9a-f]{8}$/);
    expect(hex(3)).toMatch(/^[0-9a-f]{3}$/);
    expect(new Set([hex(8), hex(8), hex(8)]).size).toBe(3);
    expect(random()).toBeLessThan(1);
    after(1_000_000, () => expect.unreachable())();
  });

  it("do without a channel", () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    const tabs = browserTabs();
    tabs.hear(() => expect.unreachable());
    tabs.tell("x");
    expect(typeof tabs.tell).toBe("function");
  });
});
