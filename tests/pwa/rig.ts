// Phones for the tests: store, link, clock and model put together, with time in the test's hands.

import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { type Bound, bind, type Outside } from "../../pwa/src/bind.ts";
import { type Changed, Exchange, type Parts } from "../../pwa/src/exchange.ts";
import { enqueue, type Write } from "../../pwa/src/outbox.ts";
import type {
  Chance,
  Developed,
  Fix,
  Link,
  OpRow,
  Session,
  Store,
  Tables,
  Tabs,
} from "../../pwa/src/ports.ts";
import { Time } from "../../pwa/src/time.ts";
import { FakeServer, type Fault } from "./fake-server.ts";
import { NOON } from "./town.ts";

/** Clocks and timers that move only when told to. */
export class HandClock implements Chance {
  wall = NOON;
  steady = 0;
  dice = 0.5;
  private drawn = 0;
  private timers: { atMs: number; run: () => void }[] = [];

  wallMs = (): number => this.wall;
  steadyMs = (): number => this.steady;
  random = (): number => this.dice;
  hex = (digits: number): string => (++this.drawn).toString(16).padStart(digits, "a");

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { atMs: this.steady + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  };

  /** How long until the next timer, -1 when there is none. */
  next(): number {
    return this.timers.length ? Math.min(...this.timers.map((each) => each.atMs)) - this.steady : -1;
  }

  /** Let time pass, and run what is due. */
  async pass(ms: number): Promise<void> {
    this.wall += ms;
    this.steady += ms;
    const due = this.timers.filter((each) => each.atMs <= this.steady);
    this.timers = this.timers.filter((each) => each.atMs > this.steady);
    for (const timer of due) timer.run();
    await idle();
  }
}

/** Wait until nothing moves any more. */
export async function idle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((next) => setTimeout(next, 0));
}

export const WRITE: Write = {
  kind: "incident",
  record: null,
  area: 2,
  sets: { note: { is: "落石" } },
  step: null,
  photos: [],
  seen: [],
};

/** A phone below the model: its store, an exchange, and what that told. */
export class Phone {
  readonly store: Store;
  readonly chance: HandClock;
  readonly link: ReturnType<FakeServer["link"]>;
  readonly parts: Parts;
  readonly exchange: Exchange;
  readonly changed: Changed[] = [];
  readonly sendings: ReadonlySet<string>[] = [];

  constructor(
    server: FakeServer,
    faults: Fault[] = [],
    store: Store = memoryStore(),
    chance = new HandClock(),
  ) {
    this.store = store;
    this.chance = chance;
    this.link = server.link(faults);
    this.parts = { store, link: this.link, time: new Time(chance), chance };
    this.exchange = new Exchange(this.parts, {
      sending: (rows) => this.sendings.push(rows),
      changed: (what) => void this.changed.push(what),
    });
  }

  /** Sign in without the model. */
  async enrol(person: number): Promise<void> {
    const answer = await this.link.enrol(String(person), "", "");
    if (!answer.ok) throw new Error(answer.code);
    const session: Session = { token: answer.value.token, number: answer.value.device, person, out: false };
    await this.store.write(["notes"], async (tx) => {
      await tx.put("notes", { id: "session", value: session });
      await tx.put("notes", { id: "self", value: { incarnation: "aaaaaaaa", top: 0, wallMs: 0, count: 0 } });
    });
  }

  write(write: Partial<Write> = {}): Promise<OpRow> {
    return this.store.write(["outbox", "notes", "photos"], (tx) =>
      enqueue(tx, { ...WRITE, ...write }, this.parts.time.now()),
    );
  }

  all<T extends keyof Tables>(table: T): Promise<readonly Tables[T][]> {
    return this.store.read([table], (tx) => tx.all(table));
  }

  async note<T>(name: string): Promise<T | undefined> {
    const row = await this.store.read(["notes"], (tx) => tx.get("notes", name));
    return row?.value as T | undefined;
  }
}

/** A server with one enrolled phone that has heard all. */
export async function signedIn(
  person = 7,
  faults: Fault[] = [],
): Promise<{ server: FakeServer; phone: Phone }> {
  const server = new FakeServer();
  const phone = new Phone(server, faults);
  await phone.enrol(person);
  return { server, phone };
}

export const developed = (key: string, screen = "screen"): Developed => ({
  key: key.padEnd(22, "x"),
  sha256: "",
  screen: new Blob([screen], { type: "image/webp" }),
  preview: "UklGRg==",
  thumb: "",
  original: new Blob([`original of ${screen}`], { type: "image/jpeg" }),
  originalSha256: "",
  originalSize: screen.length + 12,
});

/** Tabs of one browser. */
export function browser(): { tabs: () => Tabs } {
  const listeners: ((message: unknown) => void)[] = [];
  return {
    tabs: () => {
      const mine: ((message: unknown) => void)[] = [];
      return {
        tell: (message) => {
          for (const heard of listeners) if (!mine.includes(heard)) queueMicrotask(() => heard(message));
        },
        hear: (heard) => {
          mine.push(heard);
          listeners.push(heard);
        },
      };
    },
  };
}

export interface Desk extends Bound {
  readonly outside: Outside & { chance: HandClock };
  readonly link: ReturnType<FakeServer["link"]>;
  /** Be somewhere: what the position answers from now on. */
  stand(fix: Fix): void;
}

/** A whole app on a phone, ready to be started. */
export function desk(server: FakeServer, more: Partial<Outside> = {}, faults: Fault[] = []): Desk {
  const chance = new HandClock();
  const link = server.link(faults);
  let fix: Fix | null = null;
  let photos = 0;
  let kept: Session | null = null;
  const outside: Outside & { chance: HandClock } = {
    store: memoryStore(),
    link: link as Link,
    time: new Time(chance),
    tabs: browser().tabs(),
    spare: {
      load: () => kept,
      save: (session) => {
        kept = session;
      },
      top: "",
    },
    darkroom: {
      develop: async (file) => (file.type.startsWith("image/") ? developed(`photo${++photos}`) : null),
    },
    position: {
      watch: (found) => {
        if (fix) found(fix);
        return () => undefined;
      },
    },
    locks: undefined,
    visible: () => true,
    deviceName: "test",
    version: "test",
    condition: async () => ({ usedBytes: 0, quotaBytes: 0, persisted: true, geo: "" }),
    queued: () => undefined,
    ...more,
    chance,
  };
  return Object.assign(bind(outside), {
    outside,
    link,
    stand: (where: Fix) => {
      fix = where;
    },
  });
}
