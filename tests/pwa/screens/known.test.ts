import { describe, expect, it } from "vitest";
import { fresh, knownOf } from "../../../pwa/src/screens/known.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import type { Value } from "../../../pwa/src/sync/value.ts";
import { field, household, NOW, view } from "./sights.ts";

const DAY_MS = 86_400_000;
const phone = field("text", "电话", { fresh_days: 180 });
const home: KindPage = { ...household, fields: { phone, note: field("text", "话") } };
const around = (askedDaysAgo: number, phones = "199") => ({
  kinds: new Map([[home.name, home]]),
  views: new Map([["h", view({ id: "h", kind: home.name, values: { phone: phones, note: "好" } })]]),
  nowMs: NOW,
  writtenMs: () => NOW - askedDaysAgo * DAY_MS,
});
const through = field("text", "电话", { known: "household.phone", fresh_days: 10 });

describe("what was asked lately", () => {
  it("is not asked again before its time is over, and what nobody said or never keeps is", () => {
    expect(fresh(phone, "199", NOW - 179 * DAY_MS, NOW)).toBe(true);
    expect(fresh(phone, "199", NOW - 180 * DAY_MS, NOW)).toBe(false);
    expect(fresh(phone, "", NOW, NOW)).toBe(false);
    expect(fresh(field("text", "话"), "好", NOW, NOW)).toBe(false);
  });

  it("is known from the record itself", () => {
    const own = around(1).views.get("h");
    expect(knownOf(["phone", phone], {}, own, around(1))).toMatchObject({ value: "199", atMs: NOW - DAY_MS });
    expect(knownOf(["phone", phone], {}, own, around(200))).toBeNull();
    expect(knownOf(["phone", phone], {}, undefined, around(1))).toBeNull();
  });
});

describe("what another record says", () => {
  const member = (values: { [name: string]: Value }) => view({ id: "m", kind: "resident", values: values });

  it("is known through the one this names, in the form or already written", () => {
    expect(knownOf(["phone", through], { household: "h" }, undefined, around(1))).toMatchObject({
      value: "199",
      view: { id: "h" },
    });
    expect(knownOf(["phone", through], {}, member({ household: "h" }), around(1))?.view.id).toBe("h");
  });

  it("is asked where it is old, unknown, or this record says something else", () => {
    expect(knownOf(["phone", through], { household: "h" }, undefined, around(181))).toBeNull();
    expect(knownOf(["phone", through], { household: "h" }, undefined, around(1, ""))).toBeNull();
    expect(knownOf(["phone", through], { household: "no such" }, undefined, around(1))).toBeNull();
    expect(knownOf(["phone", through], {}, undefined, around(1))).toBeNull();
    const old = { ...around(20) }; // this record's own value is older than its 10 days: asked, though the other is fresh
    expect(knownOf(["phone", through], {}, member({ household: "h", phone: "188" }), old)).toBeNull();
    const lost = field("text", "电话", { known: "household.no_field" });
    expect(knownOf(["phone", lost], { household: "h" }, undefined, around(1))).toBeNull();
    expect(knownOf(["phone", field("text", "电话")], { household: "h" }, undefined, around(1))).toBeNull();
  });
});
