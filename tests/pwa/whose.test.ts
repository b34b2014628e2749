// Whose turn it is: of the holders the first who can move the record on, with those named alike.

import { describe, expect, it } from "vitest";
import type { Record } from "../../pwa/src/sync/register.ts";
import { turnOf } from "../../pwa/src/whose.ts";
import { field, incident, NOW, UNITS } from "./screens/sights.ts";

const STATE = "handling";
const COLD = incident.workflow.states[STATE];
const STEP = incident.workflow.steps[0];
const fields = { unit: field("unit", "单位"), assignee: field("person", "谁") };
type Page = typeof incident;

/** A page whose state has these holders, and a step out of it for each list of who may take it. */
const page = (holder: string[], ...by: (readonly [by: string[], guards?: string[]])[]): Page => ({
  ...incident,
  fields,
  workflow: {
    ...incident.workflow,
    states: { [STATE]: { ...COLD, holder } } as unknown as Page["workflow"]["states"],
    steps: by.map(([who, guards = []]) => ({
      ...STEP,
      start: [STATE],
      tone: "go",
      by: who,
      guards,
    })) as never,
  },
});
const line = (person: number) => ({ person, step: "x", start: STATE, to: STATE, outcome: "done", sets: {} });
const record = (values: { unit?: number; assignee?: number } = {}, more: Partial<Record> = {}): Record =>
  ({
    area: 2,
    author: 7,
    state: STATE,
    cells: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value, [NOW, 0, "a"]]])),
    story: [],
    ...more,
  }) as unknown as Record;
const turn = (of: Page, on = record()) => turnOf(of, on, UNITS, NOW);

describe("whose turn it is", () => {
  it("is the first holder's, with those who stand beside it by the same field", () => {
    const unit = ["post_member@unit", "dept_member@unit"];
    expect(turn(page([...unit, "duty_officer"], [unit]), record({ unit: 9 }))).toEqual(unit);
    const leader = page(["board_leader@unit", "commander", ...unit], [["board_leader@unit", ...unit]]);
    expect(turn(leader, record({ unit: 9 }))).toEqual(["board_leader@unit"]);
  });
  it("is that of all who have it by their post", () => {
    const posts = ["grid_advisor", "duty_officer"];
    expect(turn(page(["author", ...posts], [posts]))).toEqual(posts);
  });
  it("passes over who is named by nothing, and who cannot move it on", () => {
    expect(turn(page(["@assignee", "author"], [["@assignee", "author"]]))).toEqual(["author"]);
    expect(turn(page(["author", "commander"], [["commander"]]))).toEqual(["commander"]);
  });
  it("passes over the one whom a guard bars: their own work is looked at by others", () => {
    const looked = page(["author", "grid_leader"], [["author", "grid_leader"], ["not_handler"]]);
    const story = (who: number) => record({}, { story: [line(who)] as never });
    expect(turn(looked, story(8))).toEqual(["author"]);
    expect(turn(looked, story(7))).toEqual(["grid_leader"]);
  });
  it("is that of who may take it where nothing must be done, and not of who may only call it off", () => {
    const steps = (...tones: string[]) =>
      tones.map((tone) => ({ ...STEP, start: [STATE], tone, guards: [] }));
    const [off, take] = steps("back", "plain");
    const open = page(["author", "parttime_worker"]);
    const both = [
      { ...off, by: ["author"] },
      { ...take, by: ["parttime_worker"] },
    ] as Page["workflow"]["steps"];
    expect(turn({ ...open, workflow: { ...open.workflow, steps: both } })).toEqual(["parttime_worker"]);
  });
  it("is the first holder's where nobody moves it on, and nobody's where there is no holder", () => {
    expect(turn(page(["author", "commander"]))).toEqual(["author"]);
    expect(turn(page([]))).toEqual([]);
    expect(turn(page(["author"]), record({}, { state: "unheard_of" }))).toEqual([]);
  });
});
