// The small things a browser gives: the other tabs, a second place for the session, clocks and chance.

import type { Chance, Session, Spare, Tabs } from "../ports.ts";
import { isNamed } from "../sync/value.ts";

const CHANNEL = "qianshao";
const SPARE = "qianshao.session";
const TOP = "qianshao.top";

/** Speak to the other tabs of this app and to its worker; to nobody where the browser has no channel. */
export function browserTabs(): Tabs {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined, hear: () => undefined };
  const channel = new BroadcastChannel(CHANNEL);
  return {
    tell: (message) => channel.postMessage(message),
    hear: (heard) => channel.addEventListener("message", (event) => heard(event.data)),
  };
}

/** Keep who we are outside the store as well: browsers empty a damaged store without a word. */
export const browserSpare = (): Spare => ({
  load() {
    try {
      const kept: unknown = JSON.parse(recall(SPARE) || "null");
      return isNamed(kept) && typeof kept.token === "string" ? (kept as unknown as Session) : null;
    } catch {
      return null;
    }
  },
  save: (session) => remember(SPARE, session ? JSON.stringify(session) : ""),
  get top() {
    return recall(TOP);
  },
  set top(id) {
    remember(TOP, id);
  },
});

function recall(name: string): string {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function remember(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // the store has it; this was the second copy
  }
}

/** The real clocks, timer and chance. */
export const browserChance = (): Chance => ({
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  random: () => Math.random(),
  hex(digits) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
      .join("")
      .slice(0, digits);
  },
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
});

/** A name by which the secretary recognises the phone in a list: its model, or its system. */
export function deviceName(agent: string): string {
  const inside = /\(([^)]*)\)/.exec(agent)?.[1] ?? "";
  const parts = inside.split(";").map((part) => part.trim());
  const model = parts.find((part) => /Build\//.test(part)) ?? parts[parts.length - 1] ?? "";
  return model.replace(/ Build\/.*/, "").slice(0, 80);
}
