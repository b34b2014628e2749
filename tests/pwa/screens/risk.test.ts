import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Flag, View } from "../../../pwa/src/model.ts";
import {
  ALONE_FROM,
  type Around,
  lookOf,
  lookRisk,
  NEW_BELOW,
  passedBy,
  passedOf,
  riskOf,
} from "../../../pwa/src/screens/risk.ts";
import { whyWords } from "../../../pwa/src/screens/whys.tsx";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { sampled } from "../../../pwa/src/sync/sample.ts";
import { incident, NOW, POINTS, person, view, visit } from "./sights.ts";

const SQUARE = [
  [0, 0],
  [0, 100_000],
  [100_000, 100_000],
  [100_000, 0],
] as const;
const GRID = { id: 2, tier: 5, parent: 1, name: "三网格", shape: SQUARE };
const known = (...flags: Flag[]): Around => ({ flags, passed: NEW_BELOW, fresh: false, grid: GRID });
const codes = (record: View, around: Around, page: KindPage = incident) =>
  riskOf(record, page, around).whys.map((why) => why.code);

describe("what is unusual about a record", () => {
  it("is nothing on an ordinary day: it is let through with others", () => {
    const risk = riskOf(view({ values: { note: "路灯不亮" } }), incident, known());
    expect(risk).toEqual({ points: 0, whys: [] });
  });
  it("is named the weightiest first, each reason once however many photos give it", () => {
    const flags: Flag[] = [["album"], ["late", 999], ["seen_before", "k", "r", NOW, -1, 0], ["album"]];
    expect(codes(view(), known(...flags))).toEqual(["seen_before", "album", "late"]);
    expect(riskOf(view(), incident, known(...flags)).points).toBe(50);
  });
  it("is told by the likest photo, which the server names first", () => {
    const like = (bits: number): Flag => ["seen_before", "k", "r", NOW, -1, bits];
    expect(riskOf(view(), incident, known(like(0), like(9))).whys.map((why) => why.flag)).toEqual([like(0)]);
  });
  it("leaves out what this version does not know: a newer server names it", () => {
    expect(riskOf(view(), incident, known(["from_the_future", 3]))).toEqual({ points: 0, whys: [] });
  });
  it("is that it is urgent, and how grave its matter is", () => {
    const marked = structuredClone(incident) as KindPage;
    const option = marked.fields.matter?.options[0] as { marks: Record<string, string> };
    option.marks = { level: "1" };
    const record = view({ values: { matter: "rock_fall", emergency: true } });
    expect(codes(record, known(), marked)).toEqual(["emergency", "level_1"]);
    option.marks = { level: "4" };
    expect(codes(record, known(), marked)).toEqual(["emergency"]);
  });
  it("is a place outside its grid, beyond what the fix can tell", () => {
    const at = (lon: number, accuracyCm: number) =>
      codes(view({ values: { place: [50_000, lon, accuracyCm, 0, 0, 0] } }), known());
    expect(at(50_000, 500)).toEqual([]);
    expect(at(110_000, 500)).toEqual(["outside"]);
    expect(at(110_000, 50_000)).toEqual([]);
  });
  it("is that somebody is new to this, and no longer once five of theirs were let through", () => {
    expect(codes(view(), { ...known(), passed: NEW_BELOW - 1 })).toEqual(["new_person"]);
    expect(codes(view(), { ...known(), passed: NEW_BELOW })).toEqual([]);
  });
  it("is that somebody is in their first thirty days, however much they wrote", () => {
    expect(codes(view(), { ...known(), passed: 99, fresh: true })).toEqual(["new_person"]);
  });
  it("counts what the town's list says, and not what it does not name", () => {
    const row = incident.risks.find(({ value }) => value === "album") as KindPage["risks"][number];
    const town = { ...incident, risks: [{ ...row, marks: { points: "60" } }] } as KindPage;
    const risk = riskOf(view(), town, known(["album"], ["seen_before", "k", "r", NOW, -1, 0]));
    expect([risk.points, risk.whys.map((why) => why.code)]).toEqual([60, ["album"]]);
  });
  it("counts what was let through, by who wrote it", () => {
    const all = ["closed", "closed", "in_review"].map((state, at) => view({ id: `a.${at}`, state }));
    const counted = passedBy(
      [...all, view({ author: 9, state: "closed" })],
      new Map([["incident", incident]]),
    );
    expect([...counted]).toEqual([
      [7, 2],
      [9, 1],
    ]);
  });
});

describe("what passed by itself", () => {
  const page = structuredClone(visit) as KindPage & { workflow: { steps: unknown[]; states: object } };
  const look = { ...incident.workflow.steps[0], name: "look", start: ["done"], to: "", tone: "plain" };
  Object.assign(page.workflow, { steps: [{ ...look, guards: ["not_author", "not_repeated"] }] });
  const kinds = new Map([["visit", page]]);
  const secretary = person(["community_secretary", 1]);
  const offers = [{ step: "look", to: "", needs: [], takes: [], tone: "plain" as const }];
  const passed = (more: Partial<View> = {}) =>
    view({ kind: "visit", state: "done", author: 5, offers, ...more });

  it("is found by its step: one that changes nothing, asks nothing and is taken once", () => {
    expect(lookOf(page)?.name).toBe("look");
    expect(lookOf(incident)).toBeUndefined();
  });
  it("is what this person may look at and has not, of the last week", () => {
    const one = passed({ id: "a.1" });
    const old = passed({ id: "a.2", receivedMs: NOW - 8 * 86_400_000 });
    const seen = passed({ id: "a.3", offers: [] });
    const open = passed({ id: "a.4", state: "missed" });
    expect(passedOf([one, old, seen, open], kinds, secretary, NOW)).toEqual([one]);
    expect(passedOf([one], kinds, person(["duty_officer", 1]), NOW)).toEqual([]);
  });
  it("is looked at if the sample names it or its photos raise a question, and else left alone", () => {
    const id = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
      .map((n) => `0000000a1b2c3d4e.${n}`)
      .find((each) => !sampled(each)) as string;
    const plain = riskOf(passed({ id }), page, { ...known(), passed: 0 });
    expect(plain.points).toBeGreaterThanOrEqual(ALONE_FROM); // somebody new, and still it has passed
    expect(lookRisk(passed({ id }), page, plain)).toBeNull();
    const odd = riskOf(passed({ id }), page, known(["seal_bad"]));
    expect(lookRisk(passed({ id }), page, odd)?.whys.map((why) => why.code)).toEqual(["seal_bad"]);
    const chosen = Array.from({ length: 99 }, (_, n) => `0000000a1b2c3d4e.${n + 1}`).find(sampled) as string;
    expect(lookRisk(passed({ id: chosen }), page, plain)?.whys.map((why) => why.code)).toEqual(["sample"]);
  });
});

describe("the reasons in words", () => {
  it("say what is so, for every code that counts", () => {
    const figures: Record<string, Flag> = { seen_before: ["seen_before", "k", "r", NOW, -1, 3] };
    const silent = Object.keys(POINTS).filter((code) => {
      const said = ["emergency", "level_1", "level_2", "outside", "new_person", "sample"].includes(code);
      const flag = said ? null : (figures[code] ?? ([code, 100] as Flag));
      return whyWords({ code, flag, figure: 80 }, NOW) === "";
    });
    expect(silent).toEqual([]);
  });
  it("accuse nobody", () => {
    const words = JSON.stringify(
      ["emergency", "level_1", "level_2", "new_person", "sample"].map((code) =>
        whyWords({ code, flag: null, figure: 0 }, NOW),
      ),
    );
    expect(/假|骗|作弊|违规|可疑|怀疑/.test(words)).toBe(false);
  });
});

it("weighs as docs/approvals.md says", () => {
  const page = readFileSync(new URL("../../../docs/approvals.md", import.meta.url), "utf8");
  const told = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, points]) => [
    code,
    Number(points),
  ]);
  expect(Object.fromEntries(told)).toEqual(POINTS);
  expect(page).toContain(`From ${ALONE_FROM} points on`);
});
