import { describe, expect, it } from "vitest";
import { markAt, onItsSide, turned, upright } from "../../../pwa/src/adapters/upright.ts";

const number = (value: number, bytes: number, little: boolean): number[] => {
  const spelled = Array.from({ length: bytes }, (_, at) => (value >> (8 * (bytes - 1 - at))) & 255);
  return little ? spelled.reverse() : spelled;
};

/** An Exif segment with one other tag before the orientation. */
function exif(turn: number, little: boolean): number[] {
  const entry = (tag: number, value: number) => [
    ...number(tag, 2, little),
    ...number(3, 2, little),
    ...number(1, 4, little),
    ...number(value, 2, little),
    0,
    0,
  ];
  const tiff = [
    ...Buffer.from(little ? "II" : "MM"),
    ...number(42, 2, little),
    ...number(8, 4, little),
    ...number(2, 2, little),
    ...entry(0x0100, 4000),
    ...entry(0x0112, turn),
    0,
    0,
    0,
    0,
  ];
  return segment(0xe1, [...Buffer.from("Exif\0\0"), ...tiff]);
}

const segment = (mark: number, body: readonly number[]): number[] => [
  0xff,
  mark,
  ...number(body.length + 2, 2, false),
  ...body,
];
const APP0 = segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
const SCAN = [0xff, 0xda, 0, 2, 9, 9, 9];
const jpeg = (...segments: number[][]): Blob =>
  new Blob([new Uint8Array([0xff, 0xd8, ...segments.flat(), ...SCAN])], { type: "image/jpeg" });

describe("which way up", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "orientation %i is read in both byte orders, and taken off",
    async (turn) => {
      for (const little of [true, false]) {
        const file = jpeg(APP0, exif(turn, little));
        const found = await upright(file);
        expect(found.turn).toBe(turn);
        expect(found.file.size).toBe(file.size);
        expect(found.file.type).toBe("image/jpeg");
        expect((await upright(found.file)).turn).toBe(1);
      }
    },
  );

  it("is as it lies without a mark, with one that means nothing, and for what is no JPEG", async () => {
    const others = [
      jpeg(APP0),
      jpeg(exif(0, true)),
      jpeg(exif(9, false)),
      jpeg(segment(0xe1, [...Buffer.from("http://ns.adobe.com/xap/1.0/\0")])),
      new Blob(["RIFF....WEBP"]),
      new Blob([]),
    ];
    for (const file of others) expect(await upright(file)).toEqual({ file, turn: 1 });
  });

  it("does not fall over a segment that is cut off anywhere", () => {
    const whole = new Uint8Array([0xff, 0xd8, ...APP0, ...exif(6, true)]);
    for (let length = 0; length < whole.length; length++)
      expect(markAt(whole.slice(0, length))).toBeLessThan(length);
  });

  it("does not look for a mark within the picture", () => {
    expect(markAt(new Uint8Array([0xff, 0xd8, ...SCAN.slice(0, 4), ...exif(6, true)]))).toBe(-1);
  });

  it("puts the first pixel where the Exif standard says", () => {
    const at = (turn: number, x: number, y: number): readonly number[] => {
      const [width, height] = onItsSide(turn) ? [30, 40] : [40, 30];
      const [a, b, c, d, e, f] = turned(turn, width as number, height as number);
      return [a * x + c * y + e, b * x + d * y + f].map((each) => each + 0); // no minus zero
    };
    // The stored picture is 40 by 30: where do its first corner and the end of its first row come to lie?
    const corners = [1, 2, 3, 4, 5, 6, 7, 8].map((turn) => [at(turn, 0, 0), at(turn, 40, 0)]);
    expect(corners).toEqual([
      [
        [0, 0],
        [40, 0],
      ],
      [
        [40, 0],
        [0, 0],
      ],
      [
        [40, 30],
        [0, 30],
      ],
      [
        [0, 30],
        [40, 30],
      ],
      [
        [0, 0],
        [0, 40],
      ],
      [
        [30, 0],
        [30, 40],
      ],
      [
        [30, 40],
        [30, 0],
      ],
      [
        [0, 40],
        [0, 0],
      ],
    ]);
  });
});
