// Kind pages with the roles and steps of the real ones, and views of their records: for what screens ask.

import { readFileSync } from "node:fs";
import type { Me, View } from "../../../pwa/src/model.ts";
import type { Field, KindPage, Step } from "../../../pwa/src/sync/kind.ts";
import type { World } from "../../../pwa/src/widgets/value-words.ts";

const RISKS = readFileSync(new URL("../../../sync/kinds/lists/risks.toml", import.meta.url), "utf8");

const both = (zh: string) => ({ zh, en: `en ${zh}` });
const option = (value: string, zh: string, icon = "") => ({
  value,
  zh,
  en: `en ${zh}`,
  icon,
  family: "",
  words: "",
  marks: {},
  retired: false,
});

/** What the list of risks says, read from the list itself. */
export const POINTS: Readonly<Record<string, number>> = Object.fromEntries(
  [...RISKS.matchAll(/value = "(\w+)", points = "(\d+)"/g)].map(([, code = "", points]) => [
    code,
    Number(points),
  ]),
);

/** A field of a type, labelled in Chinese. */
export const field = (type: Field["type"], zh: string, more: Partial<Field> = {}): Field => ({
  type,
  label: both(zh),
  rule: type === "photos" || type === "choices" ? "union" : "latest",
  options: [],
  listed: "",
  low: null,
  high: null,
  unit: "",
  write: null,
  see: null,
  own: [],
  sensitivity: 0,
  ask: true,
  required: false,
  indexed: false,
  refers: "",
  holds: "pictures",
  echoes: "",
  fresh_days: 0,
  purpose: "",
  known: "",
  ticks: [],
  sums: "",
  correct: "",
  nameless: false,
  retired: false,
  ...more,
});

const step = (name: string, start: string[], to: string, more: Partial<Step> = {}): Step => ({
  name,
  start,
  to,
  label: both(name),
  by: [],
  needs: [],
  takes: [],
  guards: [],
  auto: false,
  timed: null,
  extends: "",
  pauses: false,
  resumes: false,
  responder: "",
  mends: false,
  via: "",
  copies: [],
  offline: "apply",
  tone: "plain",
  tells: [],
  ...more,
});

const state = (zh: string, more: Partial<KindPage["workflow"]["states"][string]> = {}) => ({
  label: both(zh),
  tone: "wait" as const,
  one_way: false,
  final: false,
  clock: "",
  holder: [],
  answer: {},
  rests: false,
  withheld: false,
  ...more,
});

const page = (name: string, zh: string, more: Partial<KindPage>): KindPage => ({
  name,
  label: both(zh),
  identity: "device",
  create: ["fulltime_worker"],
  read: [],
  write: ["author"],
  fields: {},
  workflow: { begin: "saved", states: { saved: state("记下了") }, steps: [], clocks: {} },
  review: [],
  icon: "record",
  series: 0,
  tier: 5,
  title: [],
  about: [],
  round: null,
  stop: "",
  notice: null,
  filed: false,
  guards: [],
  weighed: "risks",
  risks: Object.entries(POINTS).map(([code, points]) => ({
    ...option(code, code),
    marks: { points: `${points}` },
  })),
  answers: null,
  nods: null,
  bodies: false,
  plate: null,
  ...more,
});

const SECRETARY = ["community_secretary"];
const NEVER = { write: [] as string[], ask: false };

export const incident = page("incident", "事件", {
  create: ["fulltime_worker", "parttime_worker", "community_secretary"],
  title: ["matter", "address"],
  about: ["note"],
  fields: {
    matter: field("choice", "是什么事", { options: [option("rock_fall", "落石", "rock")] }),
    note: field("text", "情况", { rule: "keep_both" }),
    photos: field("photos", "照片"),
    place: field("place", "位置"),
    address: field("text", "地点"),
    emergency: field("flag", "很急", { rule: "largest" }),
    made: field("day", "哪天", { rule: "first" }),
    return_field: field("choice", "要补的项", {
      ...NEVER,
      options: [option("place", "位置不清"), option("photos", "照片看不清")],
    }),
    return_note: field("text", "问一句", NEVER),
    progress: field("text", "进展", { rule: "log", ask: false, write: ["community_secretary"] }),
  },
  workflow: {
    begin: "in_review",
    clocks: {},
    states: {
      in_review: state("等书记看"),
      returned: state("退回补充", { tone: "act", clock: "supplement" }),
      handling: state("村里在办"),
      at_center: state("到镇里了", { one_way: true }),
      closed: state("办结", { tone: "done", final: true }),
    },
    steps: [
      step("approve", ["in_review"], "handling", { by: SECRETARY, tone: "go" }),
      step("return", ["in_review"], "returned", {
        by: SECRETARY,
        needs: ["return_field"],
        takes: ["return_note"],
        tone: "back",
      }),
      step("escalate", ["in_review", "handling"], "at_center", { by: SECRETARY, takes: ["progress"] }),
      step("add_facts", ["returned"], "in_review", {
        by: ["author"],
        takes: ["place", "address"],
        tone: "go",
      }),
      step("unanswered", ["returned"], "in_review", { timed: { share: 1000, past: "", clock: "" } }),
      step("accept", ["at_center"], "closed", { by: ["duty_officer"], tone: "go" }),
      { ...step("route", ["in_review"], "in_review", { auto: true }), label: {} },
    ],
  },
});

export const microTask = page("micro_task", "顺手做", {
  create: ["community_secretary", "duty_officer"],
  read: ["author", "parttime_worker", "community_secretary", "duty_officer", "@taker"],
  fields: { place: field("place", "位置"), taker: field("person", "谁接了", NEVER) },
  workflow: {
    begin: "open",
    clocks: {},
    states: {
      open: state("谁顺路谁接"),
      taken: state("有人接了"),
      done: state("谢谢，做好了", { tone: "done", final: true }),
    },
    steps: [
      step("take", ["open"], "taken", { by: ["parttime_worker"], needs: ["taker"] }),
      step("accept", ["taken"], "done", { by: ["author"], tone: "go" }),
    ],
  },
});

export const points = page("points", "积分", {
  create: ["duty_officer"],
  read: ["author", "@person", "duty_officer"],
  fields: { person: field("person", "记给谁"), amount: field("int", "几分") },
});

export const household = page("household", "住户", {
  title: ["name"],
  fields: { name: field("text", "称呼") },
});

export const visit = page("visit", "走访", {
  title: ["household"],
  fields: { household: field("ref", "哪一户", { refers: "household" }) },
});

export const daySheet = page("day_sheet", "今日清单", {
  identity: "person_day",
  series: 1,
  workflow: {
    begin: "open",
    clocks: {},
    states: { open: state("还在填"), submitted: state("交了"), queried: state("问你一句", { tone: "act" }) },
    steps: [
      step("submit", ["open"], "submitted", { by: ["author"], tone: "go" }),
      step("confirm", ["submitted"], "open", { by: ["grid_leader", ...SECRETARY], tone: "go" }),
      step("answer", ["queried"], "submitted", { by: ["author"], tone: "go" }),
    ],
  },
});

export const KINDS = new Map([daySheet, household, incident, visit].map((each) => [each.name, each]));

export const UNITS = new Map(
  [
    { id: 1, tier: 4, parent: 0, name: "石桥村", shape: [] },
    { id: 2, tier: 5, parent: 1, name: "三网格", shape: [] },
    { id: 3, tier: 5, parent: 1, name: "石桥村四网格", shape: [] },
    { id: 4, tier: 5, parent: 9, name: "别处", shape: [] },
  ].map((unit) => [unit.id, unit] as const),
);

/** Who is signed in, with these roles on these units. */
export const person = (...grants: [role: string, unit: number][]): Me => ({
  person: 7,
  name: "陈素芬",
  town: 3,
  townName: "梨坪镇",
  grants: grants.map(([role, unit]) => ({ role, unit })),
  helpName: "向网格长",
  helpPhone: "1",
});

export const NOW = Date.UTC(2026, 10, 20, 6, 37); // 14:37 on a Friday, here

/** A view of a record. */
export const view = (more: Partial<View> = {}): View => ({
  id: "0000000a1b2c3d4e.1",
  kind: "incident",
  area: 2,
  author: 7,
  madeMs: NOW,
  receivedMs: NOW,
  state: "in_review",
  values: {},
  photos: {},
  sounds: [],
  clashes: [],
  story: [],
  offers: [],
  turn: [],
  sent: "done",
  kept: "server",
  reason: "",
  number: "",
  undoable: false,
  entry: null,
  ...more,
});

/** What words refer to. */
export const world = (...views: View[]): World => ({
  kinds: KINDS,
  units: UNITS,
  people: new Map([[8, "罗书记"]]),
  views: new Map(views.map((each) => [each.id, each])),
  nowMs: NOW,
  me: 7,
});
