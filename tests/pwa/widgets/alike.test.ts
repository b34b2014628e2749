import { describe, expect, it } from "vitest";
import type { StoryLine, View } from "../../../pwa/src/model.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { METRES_PER_E7 } from "../../../pwa/src/sync/place.ts";
import {
  alikeTo,
  follows,
  merged,
  NEAR_METRES,
  RECUR_MS,
  recurrenceOf,
  SAME_MS,
  type Subject,
  subjectOf,
} from "../../../pwa/src/widgets/alike.ts";
import { NOW, incident as plain, view, visit } from "../screens/sights.ts";

const page = structuredClone(plain) as KindPage;
const matter = page.fields.matter as unknown as { options: { value: string; family: string }[] };
const [rock] = matter.options;
matter.options = [
  { ...rock, value: "rock_fall", family: "roads" },
  { ...rock, value: "road_hole", family: "roads" },
  { ...rock, value: "wires", family: "" },
] as typeof matter.options;
const states = page.workflow.states as { [name: string]: object };
states.closed = { ...Object.values(states)[0], final: true, tone: "done" };
states.evaluated = states.closed;
states.rejected = { ...Object.values(states)[0], final: true, tone: "act" };

const metresNorth = (metres: number): number => Math.round(metres / METRES_PER_E7);
const report = (id: string, kind: string, metres: number, more: Partial<View> = {}): View =>
  view({ id, values: { matter: kind, place: [metresNorth(metres), 0, 500, 0, 0, 0] }, ...more });
const line = (to: string, atMs: number, more: Partial<StoryLine> = {}): StoryLine => ({
  atMs,
  person: 3,
  step: "close",
  from: "handled",
  to,
  outcome: "done",
  sets: {},
  ...more,
});
const here: Subject = { page, id: "", matter: "rock_fall", point: [0, 0], atMs: NOW };
const ids = (subject: Subject, ...views: View[]) => alikeTo(subject, views).map(({ view: { id } }) => id);

describe("what may be the same thing", () => {
  it("is of the same family, within 50 metres and a day, the nearest first", () => {
    const far = report("far", "rock_fall", 40, { madeMs: NOW - SAME_MS });
    const near = report("near", "road_hole", 8, { madeMs: NOW });
    expect(ids(here, far, near)).toEqual(["near", "far"]);
    expect(alikeTo(here, [near])[0]?.metres).toBe(8);
  });
  it("is nothing a metre or a moment further, and nothing of another family or kind", () => {
    expect(ids(here, report("a", "rock_fall", NEAR_METRES + 1, { madeMs: NOW }))).toEqual([]);
    expect(ids(here, report("a", "rock_fall", 0, { madeMs: NOW - SAME_MS - 1 }))).toEqual([]);
    expect(ids(here, report("a", "wires", 0, { madeMs: NOW }))).toEqual([]);
    expect(ids(here, report("a", "rock_fall", 0, { madeMs: NOW, kind: visit.name }))).toEqual([]);
  });
  it("is never the report itself, nor one that is merged already: the other one is meant", () => {
    const self = report("self", "rock_fall", 0, { madeMs: NOW });
    expect(ids(subjectOf(page, self), self)).toEqual([]);
    const gone = report("gone", "rock_fall", 0, {
      madeMs: NOW,
      story: [line("merged", NOW, { sets: { merged_into: "x" } })],
    });
    expect(merged(gone)).toBe(true);
    expect(follows({ ...gone, state: "handling" }, page)).toBe(true); // out of which it may be taken, and need not
    expect(follows(gone, page)).toBe(false); // where somebody is to answer it all the same
    expect(follows(report("on", "wires", 0, { state: "merged" }), page)).toBe(false);
    expect(ids(here, gone)).toEqual([]);
    const back = { ...gone, story: [...gone.story, line("in_review", NOW, { from: "merged" })] };
    expect(ids(here, back)).toEqual(["gone"]);
    const late = { ...gone, story: gone.story.map((each) => ({ ...each, outcome: "overtaken" as const })) };
    expect(ids(here, late)).toEqual(["gone"]);
  });
  it("is not asked where nothing is said or nobody knows the place", () => {
    const other = report("a", "rock_fall", 0, { madeMs: NOW });
    expect(ids({ ...here, matter: null }, other)).toEqual([]);
    expect(ids({ ...here, point: null }, other)).toEqual([]);
    expect(ids(here, view({ id: "b", madeMs: NOW, values: { matter: "rock_fall" } }))).toEqual([]);
    expect(ids(here, view({ id: "b", madeMs: NOW, values: { place: [0, 0, 500, 0, 0, 0] } }))).toEqual([]);
  });
  it("of a matter without a family, is that matter", () => {
    const wires = { ...here, matter: "wires" };
    expect(
      ids(wires, report("a", "wires", 0, { madeMs: NOW }), report("b", "rock_fall", 0, { madeMs: NOW })),
    ).toEqual(["a"]);
  });
});

describe("what comes back", () => {
  const closed = (id: string, doneMs: number, more: Partial<View> = {}) =>
    report(id, "rock_fall", 10, {
      madeMs: doneMs - SAME_MS,
      state: "closed",
      story: [line("closed", doneMs)],
      ...more,
    });

  it("is the latest of the same matter that was mended here within a month", () => {
    const [older, newer] = [closed("older", NOW - RECUR_MS), closed("newer", NOW - 5 * SAME_MS)];
    expect(recurrenceOf(here, [newer, older])?.id).toBe("newer");
    expect(recurrenceOf(here, [older])?.id).toBe("older");
    expect(recurrenceOf(here, [closed("a", NOW - RECUR_MS - 1)])).toBeNull();
  });
  it("counts from when it was mended, and not from when it was rated, and anew if it was taken up again", () => {
    const doneMs = NOW - RECUR_MS - SAME_MS;
    const rated = (...story: StoryLine[]) => closed("a", doneMs, { state: "evaluated", story });
    const [mended, later] = [line("closed", doneMs), line("evaluated", NOW - SAME_MS)];
    expect(recurrenceOf(here, [rated(mended, later)])).toBeNull();
    expect(recurrenceOf(here, [rated(line("closed", NOW - SAME_MS), line("evaluated", NOW + 1))])?.id).toBe(
      "a",
    );
    const again = line("reported", NOW - 3 * SAME_MS);
    const late = { ...again, outcome: "overtaken" } as const;
    expect(recurrenceOf(here, [rated(mended, again, later)])?.id).toBe("a");
    expect(recurrenceOf(here, [rated(mended, late, later)])).toBeNull();
  });
  it("is not what was turned away, is open, is another matter, or is further off", () => {
    const doneMs = NOW - 5 * SAME_MS;
    expect(
      recurrenceOf(here, [closed("a", doneMs, { state: "rejected", story: [line("rejected", doneMs)] })]),
    ).toBeNull();
    expect(recurrenceOf(here, [closed("a", doneMs, { state: "reported" })])).toBeNull();
    expect(recurrenceOf({ ...here, matter: "road_hole" }, [closed("a", doneMs)])).toBeNull();
    expect(recurrenceOf({ ...here, point: [metresNorth(80), 0] }, [closed("a", doneMs)])).toBeNull();
    expect(recurrenceOf({ ...here, point: null }, [closed("a", doneMs)])).toBeNull();
  });
  it("is not what was mended within a day: that is the same thing still", () => {
    expect(recurrenceOf(here, [closed("a", NOW, { madeMs: NOW - 1 })])).toBeNull();
  });
});
