// Whose turn it is, in words: a name where there is one, then the unit, then the part people play.

import { describe, expect, it } from "vitest";
import type { View } from "../../../pwa/src/model.ts";
import { holderWords } from "../../../pwa/src/widgets/holder.ts";
import { incident, person, UNITS, view, world } from "../screens/sights.ts";

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
interface Seen {
  readonly me?: number; // who reads it
  readonly post?: string; // and what part they play
  readonly turn?: readonly string[]; // all holders if not said
  readonly story?: View["story"];
}
const said = (
  holder: string[],
  values = {},
  { me = 1, post = "", turn = holder, story = [] }: Seen = {},
): string => {
  const water = { id: WATER, tier: 2, parent: 2, name: "区水利局", shape: [] };
  const units = new Map([...UNITS, [WATER, water]]);
  const seen = {
    ...world(),
    me,
    units,
    people: new Map([
      [SHI, "石明江"],
      [7, "周德全"],
    ]),
  };
  const held = view({ state: "held", author: 7, values, turn, story });
  const reader = { ...person([post, 2]), person: me };
  return holderWords(held, page(holder) as unknown as typeof incident, seen as never, reader);
};

describe("whose turn it is", () => {
  it("names the unit, and whoever was sent in front of it", () => {
    expect(said(["post_member@unit", "dept_member@unit"], { unit: WATER })).toBe("区水利局");
    expect(said(["dept_member@unit"], { unit: WATER, assignee: SHI })).toBe("石明江（区水利局）");
  });
  it("says you to whom it is", () => {
    expect(said(["dept_member@unit"], { unit: WATER, assignee: SHI }, { me: SHI })).toBe("你");
    expect(said(["author"], {}, { me: 7 })).toBe("你");
    expect(said(["duty_officer"], {}, { post: "duty_officer" })).toBe("你");
  });
  it("names the person a field names before a part others play", () => {
    expect(said(["@assignee", "fulltime_worker"], { assignee: SHI })).toBe("石明江");
  });
  it("names the leader of a unit by their part, where the people of the unit are not who is waited for", () => {
    const turn = ["board_leader@unit"];
    const holder = [...turn, "dept_member@unit"];
    expect(said(holder, { unit: WATER, assignee: SHI }, { turn })).toBe("板块负责人（区水利局）");
  });
  it("names whoever was given it since it came there", () => {
    const line = { atMs: 1, person: 8, step: "assign", from: "held", to: "held", outcome: "done" as const };
    const story = [{ ...line, sets: { assignee: SHI } }];
    expect(said(["community_secretary"], {}, { story })).toBe("石明江");
    expect(said(["community_secretary"], {}, { story, me: SHI })).toBe("你");
  });
  it("falls back to the parts, and to nothing where nobody has it", () => {
    expect(said(["dept_member@unit", "duty_officer"], {}, { turn: ["duty_officer"] })).toBe("值守员");
    expect(said(["duty_officer", "dept_member@unit"], { unit: WATER })).toBe("值守员");
    expect(said(["author"])).toBe("周德全");
    expect(said([])).toBe("");
  });
});
