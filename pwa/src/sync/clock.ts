// Twin of sync/clock.py: read the reasons there. Shared cases: tests/vectors/clock.json.
import { compare } from "./value.ts";

export const LEAD_MS_MAX = 60_000; // ms a phone may lead the server
export const COUNT_MAX = 0xffff; // writes ordered within one millisecond
export const SERVER = "0".repeat(16); // the device id under which the server itself stamps

/** The instant of one write (I1). Compared field by field, in this order. */
export type Stamp = readonly [wallMs: number, count: number, device: string];

/** Negative when `a` is the earlier write, zero when it is the same one. */
export const order = (a: Stamp, b: Stamp): number => a[0] - b[0] || a[1] - b[1] || compare(a[2], b[2]);

/** Stamp a write on this device: later than `last`, and it never fails. */
export function tick([wallMs, count, device]: Stamp, nowMs: number): Stamp {
  if (nowMs > wallMs) return [nowMs, 0, device];
  if (count < COUNT_MAX) return [wallMs, count + 1, device];
  return [wallMs + 1, 0, device];
}

/** Tell whether a stamp is further ahead of `nowMs` than honest drift explains. */
export const leads = (stamp: Stamp, nowMs: number): boolean => stamp[0] - nowMs > LEAD_MS_MAX;

/** Move this clock past a stamp it was sent, unless that leads too far. */
export const witness = (last: Stamp, heard: Stamp, nowMs: number): Stamp =>
  leads(heard, nowMs) || order(heard, last) <= 0 ? last : [heard[0], heard[1], last[2]];

/** Give a write its final stamp; returns [stamp, the server's clock after it]. */
export function amend(last: Stamp, claimed: Stamp, nowMs: number): readonly [stamp: Stamp, clock: Stamp] {
  if (!leads(claimed, nowMs)) return [claimed, witness(last, claimed, nowMs)];
  const ticked = tick(last, nowMs);
  return [[ticked[0], ticked[1], claimed[2]], ticked];
}
