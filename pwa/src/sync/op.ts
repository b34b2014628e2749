// Twin of sync/op.py: read the reasons there. Shared cases: tests/vectors/op.json.
import type { Stamp } from "./clock.ts";
import type { Change } from "./register.ts";
import { INT_MAX, type Named } from "./value.ts";

export const PERSON_ORIGIN = "ffffffff"; // device number under which per-person records are named

// What each means stands in sync/op.py; never renamed.
export const REFUSALS = [
  "unknown_kind",
  "unknown_field",
  "unknown_step",
  "bad_number",
  "bad_stamp",
  "bad_record",
  "bad_area",
  "bad_value",
  "stamp_reused",
  "number_reused",
  "not_found",
  "not_your_role",
  "not_your_field",
  "needs_field",
  "wrong_state",
  "empty_op",
  "your_own",
  "your_own_work",
  "only_once",
  "no_return",
  "out_of_list",
  "negative",
  "needs_cause",
  "not_listed",
  "bad_target",
  "parts_open",
  "too_late",
  "binding",
  "used_up",
  "cannot_mend",
  "personal_data",
] as const;
export type Refusal = (typeof REFUSALS)[number];

// Refused for now: the server may learn better, so the op keeps its number and waits on the device.
export const WAITING: ReadonlySet<string> = new Set<Refusal>([
  "unknown_kind",
  "unknown_field",
  "unknown_step",
]);

export type Code = Refusal | "applied" | "overtaken" | "amended" | "parked" | "gone";

/** A step of the workflow, with the state its author saw when taking it. */
export interface StepTaken {
  readonly name: string;
  readonly saw: string;
}

/** One write. Its identity is (device of the stamp, n). */
export interface Op {
  readonly n: number; // 1, 2, 3... per device, without gaps (I10)
  readonly stamp: Stamp;
  readonly kind: string;
  readonly record: string;
  readonly area: number | null; // org unit; only an op that makes a record has it
  readonly sets: Named<Change>;
  readonly step: StepTaken | null;
}

/** The answer to one op; given once and repeated for every repeat (I6). */
export interface Verdict {
  readonly n: number;
  readonly code: Code;
  readonly receivedMs: number; // server time at which it was first decided
  readonly detail: string; // the field or step meant, if one is
}

/** Read a verdict from the list it is in Python. */
export const toVerdict = ([n, code, receivedMs, detail = ""]: readonly unknown[]): Verdict =>
  ({ n, code, receivedMs, detail }) as Verdict;

/** Name the record that op `n` of a device makes. */
export const minted = (device: string, n: number): string => `${device}.${n}`;

/** Name a record of which each person has one a day, the same on every device. */
export const perDay = (person: number, series: number, day: number): string =>
  `${PERSON_ORIGIN}${person.toString(16).padStart(8, "0")}.${BigInt(series) * 100_000_000n + BigInt(day)}`;

/** Give the part of a record id that says who named it: a device, or a person. */
export const origin = (record: string): string => record.slice(0, 16);

/** Tell whether `n` can be an op number. */
export const goodNumber = (n: number): boolean => 1 <= n && n <= INT_MAX;
