// Runs the shared cases of tests/vectors against pwa/src/sync; their format is told in the README there.
// Arguments come in the wire forms of Python's structs; `forms` names the readers that make ours of them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Calendar, Due } from "../../../pwa/src/sync/deadline.ts";
import type { Bytes } from "../../../pwa/src/sync/digest.ts";
import type { Question } from "../../../pwa/src/sync/guards.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { type Op, type StepTaken, toVerdict, type Verdict } from "../../../pwa/src/sync/op.ts";
import type { Actor, Grant, OrgUnit } from "../../../pwa/src/sync/permit.ts";
import { type Entry, type Record as Held, toEntry } from "../../../pwa/src/sync/register.ts";
import type { Known, Settled, World } from "../../../pwa/src/sync/settle.ts";
import type { Event } from "../../../pwa/src/sync/workflow.ts";

// biome-ignore lint/suspicious/noExplicitAny: cases are JSON of any shape, checked by what they want
export type Json = any;
type Call = (...args: Json[]) => unknown;

interface Case {
  case: string;
  call: string;
  args: Json[];
  want?: Json;
  throws?: true;
  server?: true; // the phone does not decide it
}

export const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));
const fixtures: { [name: string]: Json } = read("fixtures");

/** Put fixtures in the place of {"$": name}, with the keys beside it laid over. */
export function resolve(value: Json): Json {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  const named = Object.entries(value).filter(([name]) => name !== "$");
  const rest = Object.fromEntries(named.map(([name, each]) => [name, resolve(each)]));
  if (!("$" in value)) return shared(rest);
  const fixture = resolve(fixtures[value.$]);
  return named.length ? shared({ ...fixture, ...rest }) : fixture;
}

/** Leave out of a record what only the server keeps. */
function shared(value: Json): Json {
  if (!("story" in value)) return value;
  const { due_ms: _, ...rest } = value;
  return rest;
}

/** Run the cases of a module: by the names it exports, unless `calls` says how to call one. */
export function run(stem: string, module: object, calls: { [name: string]: Call } = {}): void {
  const exported: { [name: string]: unknown } = { ...module };
  describe(`tests/vectors/${stem}.json`, () => {
    it.each((read(stem) as Case[]).filter(({ server }) => !server))(
      "$case",
      async ({ call, args, want, throws }) => {
        const own = exported[call.replace(/(?<=[a-z])_[a-z]/g, (found) => found.slice(1).toUpperCase())];
        const chosen = calls[call] ?? own;
        expect(chosen, call).toBeDefined();
        const answer = async () => (typeof chosen === "function" ? chosen(...resolve(args)) : chosen);
        if (throws) await expect(answer()).rejects.toThrow();
        else expect(await answer()).toEqual(resolve(want));
      },
    );
  });
}

type Reader = (json: Json) => unknown;
export const as: Reader = (json) => json;

/** Make a call of a function: each argument through its reader, the answer through `out`. */
export const forms =
  (call: (...args: never[]) => unknown, readers: Reader[], out: (answer: never) => unknown = as): Call =>
  (...args) =>
    out(call(...(args.map((arg, index) => (readers[index] ?? as)(arg)) as never[])) as never);

export const byNumber = <T>(json: { [key: string]: T }): Map<number, T> =>
  new Map(Object.entries(json).map(([key, each]) => [Number(key), each]));

export const toBytes = (hex: string): Bytes =>
  new Uint8Array((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));
export const fromBytes = (bytes: Bytes): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const toGrant = ({ role, unit, from_ms, until_ms }: Json): Grant => ({
  role,
  unit,
  fromMs: from_ms,
  untilMs: until_ms,
});
export const fromGrant = ({ role, unit, fromMs, untilMs }: Grant): Json => ({
  role,
  unit,
  from_ms: fromMs,
  until_ms: untilMs,
});
export const toActor = ({ person, grants, device }: Json): Actor => ({
  person,
  grants: grants.map(toGrant),
  device,
});
export const toUnits = (json: { [unit: string]: OrgUnit }): ReadonlyMap<number, OrgUnit> => byNumber(json);
export const toKinds = (json: { [name: string]: KindPage }): ReadonlyMap<string, KindPage> =>
  new Map(Object.entries(json));
export const toWorld = ({ kinds, units }: Json): World => ({ kinds: toKinds(kinds), units: toUnits(units) });
export const toStep = ([name, saw]: Json): StepTaken => ({ name, saw });
export const toOp = ([n, stamp, kind, record, area, sets, step = null]: Json): Op => ({
  n,
  stamp,
  kind,
  record,
  area,
  sets,
  step: step && toStep(step),
});
export const toEvent = ([wallMs, count, device, seq, by, nowMs]: Json): Event => ({
  stamp: [wallMs, count, device],
  seq,
  by,
  nowMs,
});

export const toRecord = ({ made_ms, received_ms, story, ...rest }: Json): Held => ({
  ...rest,
  story: story.map(toEntry),
  madeMs: made_ms,
  receivedMs: received_ms,
});
export const fromRecord = ({ madeMs, receivedMs, story, ...rest }: Held): Json => ({
  ...rest,
  story: story.map(fromEntry),
  made_ms: madeMs,
  received_ms: receivedMs,
});
export const fromEntry = (entry: Entry): Json => {
  const { seq, stamp, person, step, start, to, outcome, receivedMs, sets } = entry;
  return [seq, stamp, person, step, start, to, outcome, receivedMs, sets];
};
export const fromOp = ({ n, stamp, kind, record, area, sets, step }: Op): Json => [
  n,
  stamp,
  kind,
  record,
  area,
  sets,
  step && [step.name, step.saw],
];
export const fromVerdict = ({ n, code, receivedMs, detail }: Verdict): Json => [n, code, receivedMs, detail];

export const toQuestion = ({
  kind,
  record,
  step,
  person,
  now_ms = 0,
  units = {},
  sets = null,
}: Json): Question => ({
  kind,
  record: toRecord(record),
  step,
  person,
  nowMs: now_ms,
  units: toUnits(units),
  sets,
});
export const toCalendar = ({ off, work, years, ...rest }: Json): Calendar => ({
  ...rest,
  off: new Set(off),
  work: new Set(work),
  years: new Set(years),
});
export const fromDue = ({ dueMs, ...rest }: Due): Json => ({ due_ms: dueMs, ...rest });
export const toOps = (json: Json[]): Op[] => json.map(toOp);
export const toKnown = ({ records, answers, stamps, clock, seq }: Json): Known => ({
  records: new Map(Object.entries(records).map(([id, record]) => [id, toRecord(record)])),
  answers: new Map(
    [...byNumber<Json>(answers)].map(([n, { op, verdict }]) => [
      n,
      { op: toOp(op), verdict: toVerdict(verdict) },
    ]),
  ),
  stamps,
  clock,
  seq,
});
export const fromSettled = ({ records, verdicts, seq, clock }: Settled): Json => ({
  records: Object.fromEntries([...records].map(([id, record]) => [id, fromRecord(record)])),
  verdicts: verdicts.map(fromVerdict),
  seq,
  clock,
});
