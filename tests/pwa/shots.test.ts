import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { View } from "../../pwa/src/model.ts";
import type { Directory, PreviewRow, RecordRow } from "../../pwa/src/ports.ts";
import { askOriginal, type Held, shotsOf } from "../../pwa/src/shots.ts";
import { signedIn } from "./rig.ts";

const MINE = "0000000aaaaaaaaa";
const THEIRS = "0000000bbbbbbbbb";
const record = {
  id: "r",
  area: 311,
  madeMs: 100,
  receivedMs: 150,
  author: 7,
  cells: {
    photos: [
      [
        [[100, 0, MINE], "one"],
        [[120, 2, THEIRS], "two"],
      ],
      [],
    ],
    result_photos: [[[[300, 1, THEIRS], "three"]], []],
  },
  story: [{ stamp: [300, 1, THEIRS], receivedMs: 333, person: 8 }],
} as unknown as RecordRow;
const view = {
  id: "r",
  kind: "incident",
  photos: { photos: ["one", "two", "own"], result_photos: ["three"] },
} as unknown as View;
const previews: { [key: string]: PreviewRow } = {
  one: { id: "one", preview: "", here: true, flags: [["album"], ["seen_before", "k", "r", 5, -1, 0]] },
};

function held(devices: Directory["devices"] = [[11, 9]], role = "fulltime_worker"): Held {
  return {
    records: signal(new Map([["r", record]])),
    directory: signal({ devices } as Directory),
    person: signal(7),
    kinds: signal(new Map([["incident", { review: ["community_secretary"], workflow: { states: {} } }]])),
    units: signal(new Map([[311, { tier: 5, parent: 0 }]])),
    actor: signal({ person: 7, device: MINE, grants: [{ role, unit: 311 }] }),
    preview: async (key: string) => previews[key],
  } as unknown as Held;
}

describe("the photos of a record", () => {
  it("are told with who added each, when, and when word of it came in", async () => {
    const [one, two, own, three] = await shotsOf(
      view,
      held([
        [10, 7],
        [11, 9],
      ]),
    );
    expect(one).toEqual({
      key: "one", field: "photos", person: 7, atMs: 100, gotMs: 150, here: true, flags: [["album"]], original: "",
    }); // biome-ignore format: one line reads better
    expect(two).toMatchObject({ person: 9, atMs: 120, gotMs: 0, here: false, flags: [] });
    expect(own).toMatchObject({ person: 7, atMs: 0, gotMs: 0 });
    expect(three).toMatchObject({ field: "result_photos", person: 9, atMs: 300, gotMs: 333 });
  });

  it("are the author's, or whoever's step brought them, where the directory does not know the phone", async () => {
    const [one, two, , three] = await shotsOf(view, held([]));
    expect([one?.person, two?.person, three?.person]).toEqual([7, 0, 8]);
  });

  it("are told with their originals to who reviews, and to nobody else", async () => {
    const told = async (role: string) =>
      Promise.all(
        [0, 1, 2].map(async (original) => {
          previews.one = { id: "one", preview: "", here: true, original };
          return (await shotsOf(view, held([], role))).map((shot) => shot.original);
        }),
      );
    expect((await told("community_secretary")).map(([one]) => one)).toEqual(["ask", "asked", "here"]);
    expect((await told("fulltime_worker")).flat().some(Boolean)).toBe(false);
    expect(await shotsOf(undefined, held())).toEqual([]);
  });
});

describe("asking for an original", () => {
  it.each([
    [{ original: "asked" }, "asked", 1],
    [{ original: "none" }, "none", 1],
    [{ original: "here", path: "/api/pictures/word" }, "/api/pictures/word", 2],
    ["odd", "", 1],
  ])("of a server that says %o gives %s", async (said, given, count) => {
    const { phone } = await signedIn();
    const asked: [string, string | undefined][] = [];
    phone.link.ask = async (_token, path, body) => {
      asked.push([path, body]);
      return { ok: true, value: said };
    };
    expect(await askOriginal("k", phone.parts)).toBe(given);
    const all: typeof asked = [
      ["/api/photos/k/original", "{}"],
      ["/api/photos/k/link?size=original", undefined],
    ];
    expect(asked).toEqual(all.slice(0, count));
  });

  it("without a network says nothing", async () => {
    const { phone } = await signedIn();
    phone.link.reachable = false;
    expect(await askOriginal("k", phone.parts)).toBe("");
  });
});
