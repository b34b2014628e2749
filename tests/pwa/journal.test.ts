import { describe, expect, it } from "vitest";
import { crc32c, EMPTY, entry, head, joined, parse } from "../../pwa/src/journal.ts";
import type { OpRow } from "../../pwa/src/ports.ts";
import { oneRow } from "./rows.ts";

const rows: readonly OpRow[] = [1, 2, 3].map((n) => oneRow(n, { sets: { note: { is: `第${n}条` } } }));
const pieces = [head(4, { "0000000a00000bad": 7 }), ...rows.map(entry)];
const whole = joined(pieces);
const ids = (bytes: Uint8Array): string[] => [...parse(bytes).rows.keys()];
/** The entry that holds a byte of the whole. */
const holder = (at: number): number => {
  let end = 0;
  return pieces.findIndex((piece) => {
    end += piece.length;
    return at < end;
  });
};
const untouched = (but: number): string[] => rows.filter((_, at) => at + 1 !== but).map((row) => row.id);

describe("the sum", () => {
  // RFC 3720, appendix B.4
  it.each([
    ["32 zeroes", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["32 rising", Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
    ["32 falling", Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
    ["the digits", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(), 0],
  ])("of %s", (_, bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
  });

  it("of an iSCSI read command", () => {
    const command =
      "01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000";
    const bytes =
      command
        .replace(/ /g, "")
        .match(/../g)
        ?.map((hex) => Number.parseInt(hex, 16)) ?? [];
    expect(crc32c(Uint8Array.from(bytes))).toBe(0xd9963a56);
  });
});

describe("a journal", () => {
  it("gives back what was written, and its head", () => {
    const read = parse(whole);
    expect([...read.rows.values()]).toEqual(rows);
    expect(read).toMatchObject({ generation: 4, floors: { "0000000a00000bad": 7 }, damaged: 0, gaps: 0 });
  });

  it("is the bytes it is said to be", () => {
    const bytes = head(1, {});
    expect([...bytes]).toEqual([
      0xf8,
      0x51,
      0x53,
      0x4a,
      6,
      0,
      0,
      0,
      0x49,
      0xb9,
      0xd4,
      0x2e,
      ...ascii("[1,{}]"),
    ]);
  });

  it("is empty when nothing was written", () => {
    expect(parse(new Uint8Array())).toEqual(EMPTY);
  });

  it("holds of one number what was written last", () => {
    const undone = { ...(rows[1] as OpRow), undone: true };
    expect(parse(joined([whole, entry(undone)])).rows.get(undone.id)).toEqual(undone);
  });

  it("torn at any byte, keeps every whole entry before", () => {
    for (let at = 0; at < whole.length; at++) {
      const kept = rows.slice(0, Math.max(0, holder(at) - 1)).map((row) => row.id);
      expect(ids(whole.subarray(0, at)), `torn at ${at}`).toEqual(kept);
    }
  });

  it("with any one bit turned, loses that entry and no other, and says so", () => {
    for (let at = 0; at < whole.length; at++) {
      const hurt = whole.slice();
      hurt[at] = (hurt[at] as number) ^ (1 << (at % 8));
      const read = parse(hurt);
      expect([...read.rows.keys()], `turned at ${at}`).toEqual(untouched(holder(at)));
      expect(read.damaged).toBe(pieces[holder(at)]?.length);
      expect(read.gaps).toBe(1);
    }
  });

  it("with 64 bytes overwritten anywhere, keeps all that was not touched", () => {
    for (let at = 0; at + 64 <= whole.length; at += 7) {
      const hurt = whole.slice();
      hurt.fill(0, at, at + 64);
      const touched = new Set(Array.from({ length: 64 }, (_, each) => holder(at + each)));
      const kept = rows.filter((_, place) => !touched.has(place + 1)).map((row) => row.id);
      expect(ids(hurt), `overwritten at ${at}`).toEqual(kept);
    }
  });

  it("with a piece cut out, goes on at the next entry", () => {
    for (let at = 0; at + 20 <= whole.length; at += 5) {
      const hurt = joined([whole.subarray(0, at), whole.subarray(at + 20)]);
      const touched = [holder(at), holder(at + 19)];
      const kept = rows.filter((_, place) => !touched.includes(place + 1)).map((row) => row.id);
      expect(ids(hurt), `cut at ${at}`).toEqual(kept);
    }
  });

  it("is not led astray by what is no entry of ours", () => {
    const stranger = head(1, {}).slice();
    const view = new DataView(stranger.buffer);
    view.setUint32(4, 0xffffffff, true);
    const other = framedLike("null");
    const read = parse(joined([stranger, other, whole]));
    expect([...read.rows.keys()]).toEqual(rows.map((row) => row.id));
    expect(read.damaged).toBe(stranger.length + other.length);
    expect(read.gaps).toBe(1);
  });
});

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

/** A whole frame round a body that we never write. */
function framedLike(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const bytes = joined([head(1, {}).subarray(0, 12), body]);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, body.length, true);
  view.setUint32(8, crc32c(body), true);
  return bytes;
}
