// What is found among what was answered before, what that is ranked by, and what a week's review looks at.

import { describe, expect, it } from "vitest";
import type { StoryLine, View } from "../../../pwa/src/model.ts";
import type { KindPage, Option, Step } from "../../../pwa/src/sync/kind.ts";
import { helpings, shelf, sought, tells, toldBy, weekOf } from "../../../pwa/src/widgets/answers.ts";
import { DAY_MS, dayOf } from "../../../pwa/src/widgets/dates.ts";
import { field, incident, NOW, view } from "../screens/sights.ts";

const matter = (value: string, zh: string, words: string): Option => ({
  value,
  zh,
  en: value,
  icon: "",
  family: "",
  words,
  marks: {},
  retired: false,
});
const MATTERS = [
  matter("manhole", "井盖", "窨井 jinggai jg"),
  matter("drain", "下水道", "堵了 xiashuidao xsd"),
];

const [any] = incident.workflow.steps as [Step];
const step = (name: string, start: string, to: string, more: Partial<Step> = {}): Step => ({
  ...any,
  name,
  start: [start],
  to,
  by: ["author"],
  needs: [],
  tone: "plain",
  ...more,
});
const DUE = { share: 1000, past: "", clock: "" };
const states = (...names: string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        ...(incident.workflow.states.in_review as KindPage["workflow"]["states"][string]),
        tone: "wait" as const,
      },
    ]),
  );

const question: KindPage = {
  ...incident,
  name: "question",
  answers: {
    look: ["text", "answer", "matter"],
    tell: ["answer"],
    states: ["answered", "published"],
    solved: "solve",
    publish: "publish",
    review: "",
  },
  fields: {
    text: field("text", "问"),
    answer: field("text", "答"),
    matter: field("choice", "事", { options: MATTERS }),
    helped_by: field("ref", "帮"),
    guide: field("ref", "指引", { refers: "guide" }),
  },
  workflow: {
    begin: "asked",
    clocks: {},
    states: states("asked", "answered", "solved", "published"),
    steps: [
      step("solve", "asked", "solved", { needs: ["helped_by"] }),
      step("over", "asked", "", { by: [], timed: DUE }),
      step("no", "answered", "asked", { tone: "back" }),
      step("publish", "answered", "published", { needs: ["guide"] }),
    ],
  },
};
const guide: KindPage = {
  ...question,
  name: "guide",
  answers: {
    look: ["title", "words", "text", "matter"],
    tell: ["text"],
    states: ["in_use"],
    solved: "",
    publish: "",
    review: "day",
  },
  fields: {
    title: field("text", "题"),
    words: field("text", "词"),
    text: field("text", "文"),
    matter: field("choice", "事", { options: MATTERS }),
    day: field("day", "哪天"),
  },
  workflow: { begin: "in_use", clocks: {}, states: states("in_use"), steps: [] },
};
const KINDS = new Map([question, guide, incident].map((page) => [page.name, page]));

let made = 0;
const of = (kind: string, state: string, values: View["values"], more: Partial<View> = {}): View => {
  made += 1;
  return view({ id: `r.${made}`, kind, state, values, madeMs: NOW - made, ...more });
};
const held = (...views: View[]) => new Map(views.map((each) => [each.id, each]));
const named = (query: string, ...views: View[]): string[] =>
  sought(query, shelf(held(...views), KINDS)).map((each) =>
    String(each.view.values.title ?? each.view.values.text),
  );

const lid = of("guide", "in_use", {
  title: "井盖坏了怎么办",
  text: "先围起来，再报水务所。",
  matter: "manhole",
});
const drain = of("guide", "in_use", {
  title: "管道堵塞",
  text: "打给疏通队",
  matter: "drain",
  words: "通下水 tongxia",
});
const lamp = of("question", "answered", { text: "路灯不亮找谁", answer: "找供电所，报灯杆号" });
const open = of("question", "asked", { text: "井盖坏了找谁" });

describe("what answers", () => {
  it("is what stands in a state in which its page says so", () => {
    expect(tells(lid, guide)).toBe(true);
    expect(tells(open, question)).toBe(false);
    expect(tells(view(), incident)).toBe(false);
    expect(shelf(held(lid, open, lamp), KINDS).map((each) => each.view)).toEqual([lid, lamp]);
    expect(toldBy(lamp, question)).toEqual(["找供电所，报灯杆号"]);
  });

  it("stands in the order of whom it helped", () => {
    const helped = [lamp, lamp, lid].map((by) => of("question", "solved", { text: "问", helped_by: by.id }));
    const undone = of("question", "asked", { text: "问", helped_by: lid.id });
    expect([...helpings(held(...helped, undone), KINDS)]).toEqual([
      [lamp.id, 2],
      [lid.id, 1],
    ]);
    const all = shelf(held(lid, lamp, ...helped), KINDS);
    expect(all.map((each) => [each.view.id, each.helped])).toEqual([
      [lamp.id, 2],
      [lid.id, 1],
    ]);
  });
});

describe("a search", () => {
  it("finds a question asked in other words by the pairs of characters they share", () => {
    expect(named("我们这里井盖坏了要找谁", lid, drain, lamp)[0]).toBe("井盖坏了怎么办");
    expect(named("晚上路灯又不亮了", lid, drain, lamp)).toEqual(["路灯不亮找谁"]);
    expect(named("申请低保要什么材料", lid, drain, lamp)).toEqual([]);
  });

  it("finds by pinyin, initials and synonyms of the matter, and by the words of the text itself", () => {
    expect(named("jinggai", lid, drain, lamp)).toEqual(["井盖坏了怎么办"]);
    expect(named("xsd", lid, drain, lamp)).toEqual(["管道堵塞"]);
    expect(named("窨井", lid, drain, lamp)).toEqual(["井盖坏了怎么办"]);
    expect(named("tongxia", lid, drain, lamp)).toEqual(["管道堵塞"]);
  });

  it("wants more than one pair of a long query, or two thousand texts would share 怎么 with it", () => {
    expect(named("怎么办理残疾证", lid)).toEqual(["井盖坏了怎么办"]); // 怎么, 么办
    expect(named("怎么申请残疾证", lid)).toEqual([]);
  });

  it("weighs what few texts have more than what all have", () => {
    const usual = ["甲", "乙", "丙", "丁"].map((one) =>
      of("guide", "in_use", { title: `${one}怎么办`, text: "" }),
    );
    expect(
      named("电梯怎么办", ...usual, of("guide", "in_use", { title: "电梯困人", text: "怎么都行" }))[0],
    ).toBe("电梯困人");
  });

  it("puts a title before a text that says the same", () => {
    const below = of("guide", "in_use", { title: "其他", text: "消防通道被占" });
    const above = of("guide", "in_use", { title: "消防通道被占", text: "其他" });
    expect(named("消防通道", below, above)).toEqual(["消防通道被占", "其他"]);
  });

  it("finds nothing for nothing, or for one character", () => {
    expect(named("", lid)).toEqual([]);
    expect(named("井", lid)).toEqual([]);
  });
});

describe("a week", () => {
  const line = (step: string, ago: number, more: Partial<StoryLine> = {}): StoryLine => ({
    atMs: NOW - ago,
    person: 7,
    step,
    from: "",
    to: "",
    outcome: "done",
    sets: {},
    ...more,
  });
  const offer = { step: "publish", to: "published", needs: ["guide"], takes: [], tone: "plain" as const };
  const story = (state: string, ...lines: StoryLine[]): View =>
    of("question", state, { text: "问" }, { story: lines });
  const weekly = (...views: View[]) => weekOf(held(...views), KINDS, NOW, dayOf(NOW), NOW - DAY_MS);

  it("has what may be written up, and what was", () => {
    const ready = of("question", "answered", { text: "问" }, { offers: [offer] });
    const up = story("published", line("publish", DAY_MS));
    const long = story("published", line("publish", 8 * DAY_MS));
    expect(weekly(ready, up, long, lid)).toEqual({
      open: [ready],
      written: [up],
      late: [],
      low: [],
      stale: [],
    });
  });

  it("shows what was left at the last signing off no longer, and what nobody looked at for as long as it takes", () => {
    const old = of("question", "answered", { text: "问" }, { offers: [offer], madeMs: NOW - 20 * DAY_MS });
    const open = (signedMs: number) => weekOf(held(old), KINDS, NOW, dayOf(NOW), signedMs).open;
    expect(open(NOW - 2 * DAY_MS)).toEqual([]);
    expect(open(NOW - 30 * DAY_MS)).toEqual([old]);
    expect(open(0)).toEqual([old]);
  });

  it("has what was answered late and what did not help, not what came too late itself", () => {
    const late = story("asked", line("over", DAY_MS, { person: 0, outcome: "auto" }));
    const low = story("asked", line("no", DAY_MS));
    const overtaken = story("asked", line("no", DAY_MS, { outcome: "overtaken" }));
    const found = weekly(late, low, overtaken);
    expect([found.late, found.low]).toEqual([[late], [low]]);
  });

  it("has what is to be looked at again by now", () => {
    const of2 = (day: number): View => of("guide", "in_use", { title: "题", day });
    const [due, later] = [of2(dayOf(NOW)), of2(dayOf(NOW + DAY_MS))];
    expect(weekly(due, later, lid).stale).toEqual([due]);
  });
});
