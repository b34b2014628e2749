import { expect, it } from "vitest";
import { backing, unclosed } from "../../pwa/src/closing.ts";
import type { DutyRow, View } from "../../pwa/src/model.ts";
import { view } from "./screens/sights.ts";
import { actorOf, daySheet, NOON, world } from "./town.ts";

const DAY_MS = 86_400_000;

const duty = (item: string, more: Partial<DutyRow> = {}): DutyRow => ({
  item,
  value: "",
  atMs: 0,
  hint: "",
  said: false,
  backed: false,
  ...more,
});

it("writes with the step the answers of records, and behind which answers records stand", () => {
  const rows = [
    duty("patrol_visit", { value: "found", backed: true }),
    duty("key_person_care"),
    duty("extra", { value: "ok", said: true, backed: true }),
  ];
  expect(backing(daySheet, rows)).toEqual({ patrol_visit: "found", backed: ["patrol_visit", "extra"] });
  expect(backing(daySheet, [duty("patrol_visit"), duty("extra", { value: "ok", said: true })])).toEqual({});
});

it("finds own days gone by that still wait to be handed in, and those on which this phone made calls", () => {
  const made = (day: number, more: Partial<View> = {}) =>
    view({ id: `ffffffff00000007.1${day}`, kind: "day_sheet", author: 7, state: "open", ...more });
  const call = (id: string, daysAgo: number) =>
    view({ id, kind: "visit", author: 7, madeMs: NOON - daysAgo * DAY_MS });
  const views = [
    made(20251117),
    made(20251118),
    made(20251116, { state: "submitted" }),
    made(20251115, { author: 9 }),
    call("0000000aaaaaaaaa.1", 3),
    call("0000000aaaaaaaaa.2", 2), // handed in
    call("0000000aaaaaaaaa.3", 0), // today
    call("0000000bbbbbbbbb.4", 4), // made on another phone
    call("0000000aaaaaaaaa.5", 8), // too long ago
  ];
  expect(unclosed(new Map(views.map((each) => [each.id, each])), world.kinds, actorOf(7), 20251118)).toEqual([
    20251115, 20251117,
  ]);
});
