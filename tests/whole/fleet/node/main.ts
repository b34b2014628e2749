// Many phones in one process, led by tests/whole/fleet/node_phone.py: a JSON object a line each way. The
// simulator asks for something to be done on a phone, and is asked what becomes of each request.

import { createInterface } from "node:readline";
import { Disk } from "./disk.ts";
import { Crash } from "./fuse.ts";
import { type Intent, Phone } from "./phone.ts";
import { type Asked, type Fate, road } from "./road.ts";

interface Order {
  readonly id: number;
  readonly do: string;
  readonly phone: number;
  readonly wall: number;
  readonly steady: number;
  readonly with: readonly unknown[];
}

type Line = Order | { readonly re: number; readonly fate: Fate };

const base = process.argv[2] ?? "";
const phones = new Map<number, Phone>();
const copies = new Map<number, Disk>();
const asked = new Map<number, (fate: Fate) => void>();
let made = 0;
let minted = 0;

const say = (message: unknown): boolean => process.stdout.write(`${JSON.stringify(message)}\n`);
const mint = (digits: number): string => (++minted).toString(16).padStart(digits, "0");

const draw = (question: Asked | null): Promise<Fate> =>
  new Promise((answered) => {
    const ask = ++made;
    asked.set(ask, answered);
    say({ ask, request: question });
  });

const fetching = road(base, draw);

async function started(disk: Disk, clock: { wall: number; steady: number }, at = ++made): Promise<number> {
  const phone = new Phone(disk, clock, fetching, mint);
  phones.set(at, phone);
  await phone.start();
  return at;
}

function kept(disk: Disk): number {
  copies.set(++made, disk);
  return made;
}

type Deed = (phone: Phone, order: Order) => Promise<unknown>;

const DEEDS: { readonly [name: string]: Deed } = {
  write: (phone, order) => phone.write(order.with[0] as Intent),
  undo: (phone, order) => phone.undo(order.with[0] as string),
  exchange: (phone) => phone.exchange(),
  signIn: (phone, order) => phone.signIn(...(order.with as [string, string, number])),
  restart: (phone, order) => started(phone.disk, phone.clock, order.phone),
  clone: async (phone, order) => started(await phone.disk.copy(), { ...order }),
  tab: (phone) => started(phone.disk, phone.clock),
  kept: async (phone) => kept(await phone.disk.copy()),
  arm: async (phone, order) => phone.disk.fuse.arm(order.with[0] as number, order.with[1] as string),
  state: (phone) => phone.state(),
  shown: (phone) => phone.shown(),
  lose: async ({ disk, clock }, order) => {
    const [earlier, whole] = order.with as [number, boolean];
    const other = copies.get(earlier) ?? null;
    disk.files.powerless();
    await disk.become(other);
    if (whole) disk.files.become(other?.files ?? null);
    return started(disk, clock, order.phone);
  },
  spoil: async ({ disk, clock }, order) => {
    disk.files.spoil(...(order.with as [string, string, number]));
    return started(disk, clock, order.phone);
  },
  blown: async ({ disk }) => disk.fuse.blown,
};

/** Do what was asked; says how it ended, once. */
async function obey(order: Order): Promise<void> {
  const phone = phones.get(order.phone);
  if (phone) Object.assign(phone.clock, { wall: order.wall, steady: order.steady });
  try {
    const value = phone
      ? await DEEDS[order.do]?.(phone, order)
      : await started(new Disk(), { wall: order.wall, steady: order.steady });
    const dead = phones.get(order.phone)?.life.dead; // unless another process took its place
    say(dead ? { id: order.id, end: "crash" } : { id: order.id, end: "", value: value ?? null });
  } catch (fault) {
    const { name, stack = "" } = fault as Error;
    const end = fault instanceof Crash || phone?.life.dead ? "crash" : name;
    say({ id: order.id, end, value: stack });
  }
}

/** A seed is over. */
function forget(): void {
  phones.clear();
  copies.clear();
  minted = 0;
}

for await (const line of createInterface(process.stdin)) {
  const heard = JSON.parse(line) as Line;
  if ("re" in heard) {
    asked.get(heard.re)?.(heard.fate);
    asked.delete(heard.re);
  } else if (heard.do === "forget") {
    forget();
    say({ id: heard.id, end: "" });
  } else void obey(heard);
}
