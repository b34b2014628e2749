import { expect, it } from "vitest";
import * as bundle from "../../../pwa/src/sync/bundle.ts";
import type { Bytes } from "../../../pwa/src/sync/digest.ts";
import { verify } from "../../../pwa/src/verify/examine.ts";
import { firstDifference, mended, pieced, SAMPLE, spoilt } from "./bundles.ts";
import { fromBytes, type Json, run } from "./vectors.ts";

const STEP = 5; // bytes; tests/sync/test_bundle.py goes through all of them
const found = (body: Bytes) => bundle.openBundle(body, verify);

function told(finding: bundle.Bundle | bundle.Fault): Json {
  if (!(finding instanceof bundle.Bundle)) return finding;
  const { index, exportedMs, key } = finding;
  const parts = index.parts.map(({ name }) => [name, fromBytes(finding.content(name)).slice(0, 24)]);
  return { record: index.record, town: index.town, exported_ms: exportedMs, key: fromBytes(key), parts };
}

/** What is wrong with a finding about spoilt bytes; empty if it names the first difference. */
async function blindTo(body: Bytes, forged: boolean): Promise<string> {
  const at = firstDifference(SAMPLE, body);
  const finding = await found(body);
  if (at < 0) return finding instanceof bundle.Bundle ? "" : "what is whole is said to be changed";
  if (finding instanceof bundle.Bundle) return `byte ${at} differs and nobody noticed`;
  // What is proven only as a whole may have been changed before the block that broke (docs/evidence.md).
  const begins: { [part: string]: number } = { head: 0, index: 256 };
  const start = (forged ? begins[finding.part] : undefined) ?? finding.at;
  const near = finding.to <= finding.at + 64 || finding.why === "added" || finding.part in begins;
  return near && start <= at && at < finding.to ? "" : `${at}: ${JSON.stringify(finding)}`;
}

run("bundle", bundle, { open_bundle: async (what) => told(await found(spoilt(what))) });

it("names every byte that was changed", async () => {
  for (let at = 0; at < SAMPLE.length; at++) {
    const body = SAMPLE.slice();
    (body[at] as number) ^= 1 + (at % 255);
    expect(await found(body)).toMatchObject({ at, to: at + 1, why: "changed" });
  }
}, 120_000);

it("names the block of bytes that were dropped, doubled, exchanged or cut off, sums made to fit or not", async () => {
  let round = 0;
  for (let at = 0; at < SAMPLE.length; at += STEP) {
    const [before, byte, after] = [
      SAMPLE.subarray(0, at),
      SAMPLE.subarray(at, at + 1),
      SAMPLE.subarray(at + 1),
    ];
    const next = after.subarray(0, 1);
    const ways = [
      pieced(before, after),
      pieced(before, byte, byte, after),
      pieced(before, next, byte, after.subarray(1)),
      pieced(before),
    ];
    for (const body of ways) {
      const forged = round++ % 3 === 0;
      expect(await blindTo(forged ? mended(body) : body, forged)).toBe("");
    }
  }
}, 120_000);

it("breaks over no bytes whatever", async () => {
  let seed = 7;
  const chance = (most: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  for (let round = 0; round < 300; round++) {
    const piece = Uint8Array.from({ length: chance(200) }, () => chance(256));
    const [at, count] = [chance(SAMPLE.length), chance(300)];
    const body = pieced(SAMPLE.subarray(0, at), piece, SAMPLE.subarray(at + count));
    expect(await blindTo(round % 2 ? body : mended(body), round % 2 === 0)).toBe("");
    expect((await found(mended(piece))) instanceof bundle.Bundle).toBe(false);
  }
});
