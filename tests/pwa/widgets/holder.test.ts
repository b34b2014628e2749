// Whose turn it is, in words: a name where there is one, then the unit, then the part people play.

import { describe, expect, it } from "vitest";
import { holderWords } from "../../../pwa/src/widgets/holder.ts";
import { incident, view, world } from "../screens/sights.ts";

const WATER = 22;
const SHI = 21;
const field = incident.fields.note as NonNullable<(typeof incident.fields)[string]>;

const page = (holder: string[]) => ({
  ...incident,
  fields: {
    ...incident.fields,
    unit: { ...field, type: "unit" as const },
    assignee: { ...field, type: "person" as const, write: [] },
  },
  workflow: {
    ...incident.workflow,
    states: { held: { ...Object.values(incident.workflow.states)[0], holder } },
  },
});
const said = (holder: string[], values = {}, me = 1, mine: string[] = []): string => {
  const units = new Map([[WATER, { id: WATER, tier: 2, parent: 2, name: "区水利局", shape: [] }]]);
  const seen = {
    ...world(),
    me,
    units,
    people: new Map([
      [SHI, "石明江"],
      [7, "周德全"],
    ]),
  };
  const held = view({ state: "held", author: 7, values });
  return holderWords(held, page(holder) as unknown as typeof incident, seen as never, mine);
};

describe("whose turn it is", () => {
  it("names the unit, and whoever was sent in front of it", () => {
    expect(said(["post_member@unit", "dept_member@unit"], { unit: WATER })).toBe("区水利局");
    expect(said(["dept_member@unit"], { unit: WATER, assignee: SHI })).toBe("石明江（区水利局）");
  });
  it("says you to whom it is", () => {
    expect(said(["dept_member@unit"], { unit: WATER, assignee: SHI }, SHI)).toBe("你");
    expect(said(["author"], {}, 7)).toBe("你");
    expect(said(["duty_officer"], {}, 1, ["duty_officer"])).toBe("你");
  });
  it("names the person a field names before a part others play", () => {
    expect(said(["@assignee", "fulltime_worker"], { assignee: SHI })).toBe("石明江");
  });
  it("falls back to the parts, and to nothing where nobody has it", () => {
    expect(said(["dept_member@unit", "duty_officer"])).toBe("值守员");
    expect(said(["duty_officer", "dept_member@unit"], { unit: WATER })).toBe("值守员");
    expect(said(["author"])).toBe("周德全");
    expect(said([])).toBe("");
  });
});
