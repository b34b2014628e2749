// A town for the phone's tests: four kinds, three units, three people. Small, but of the real shape.

import type { Directory } from "../../pwa/src/ports.ts";
import type { Field, KindPage, Option, Step, Tick, Workflow } from "../../pwa/src/sync/kind.ts";
import type { World } from "../../pwa/src/sync/settle.ts";

const words = (zh: string) => ({ zh, en: zh });

const field = (type: Field["type"], more: Partial<Field> = {}): Field => ({
  type,
  label: words(type),
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

const options = (...values: string[]): Option[] =>
  values.map((value) => ({
    value,
    zh: value,
    en: value,
    icon: "",
    family: "",
    words: "",
    marks: {},
    retired: false,
  }));

const step = (name: string, start: string[], to: string, more: Partial<Step> = {}): Step => ({
  name,
  start,
  to,
  label: words(name),
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

const workflow = (begin: string, states: string[], steps: Step[]): Workflow => ({
  begin,
  states: Object.fromEntries(
    states.map((name) => [
      name,
      {
        label: words(name),
        tone: name === "missed" ? "act" : "wait",
        one_way: name === "at_center",
        final: name === "left",
        clock: "",
        holder: [],
        answer: {},
        rests: false,
        withheld: false,
      },
    ]),
  ),
  steps,
  clocks: {},
});

const page = (name: string, more: Partial<KindPage>): KindPage => ({
  name,
  label: words(name),
  identity: "device",
  create: ["fulltime_worker"],
  read: ["author", "fulltime_worker", "community_secretary"],
  write: ["author"],
  fields: {},
  workflow: workflow("open", ["open"], []),
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
  weighed: "",
  risks: [],
  guards: [],
  answers: null,
  nods: null,
  bodies: false,
  plate: null,
  ...more,
});

const SECRETARY = ["community_secretary"];
const AUTHOR = ["author"];

export const incident = page("incident", {
  fields: {
    matter: field("choice", { options: options("rock_fall", "flooding") }),
    note: field("text", { rule: "keep_both", high: 500 }),
    phrases: field("choices", { options: options("half_road", "ongoing") }),
    photos: field("photos"),
    place: field("place"),
    emergency: field("flag", { rule: "largest" }),
    captured_ms: field("instant", { rule: "first", ask: false }),
    source: field("choice", { rule: "first", ask: false, options: options("camera", "album", "none") }),
    return_note: field("text", { write: [] }),
    progress: field("text", { rule: "log", write: ["author", "community_secretary"] }),
    voice: field("photos", { holds: "sound" }),
  },
  workflow: workflow(
    "reported",
    ["reported", "in_review", "returned", "handling", "at_center"],
    [
      step("route_emergency", ["reported"], "at_center", { auto: true, guards: ["is_emergency"] }),
      step("route_review", ["reported"], "in_review", { auto: true, guards: ["not_emergency"] }),
      step("approve", ["in_review"], "handling", { by: SECRETARY, guards: ["not_author"], tone: "go" }),
      step("return", ["in_review"], "returned", {
        by: SECRETARY,
        guards: ["not_author"],
        needs: ["return_note"],
        tone: "back",
      }),
      step("add_facts", ["returned"], "in_review", {
        by: AUTHOR,
        takes: ["note", "photos", "place"],
        tone: "go",
      }),
    ],
  ),
});

export const household = page("household", {
  write: ["fulltime_worker"],
  fields: {
    name: field("text", { required: true }),
    about: field("text"),
    rhythm_days: field("int", { low: 0 }),
    care: field("choices", { options: options("elder_alone") }),
    place: field("place", { ask: false }),
    not_before: field("day", { write: [], ask: false }),
  },
  title: ["name"],
  about: ["about"],
  workflow: workflow("living", ["living", "left"], []),
});

export const visit = page("visit", {
  write: ["fulltime_worker"],
  round: {
    of: "household",
    every: "rhythm_days",
    again: "next_day",
    moved: "not_before",
    soon: ["missed"],
    step: "",
  },
  fields: {
    household: field("ref", { rule: "first", refers: "household", required: true }),
    mode: field("choice", { required: true, options: options("door", "phone") }),
    result: field("choice", { required: true, options: options("ok", "no_answer") }),
    note: field("text", { rule: "keep_both" }),
    next_day: field("day"),
    captured_ms: field("instant", { rule: "first", ask: false }),
  },
  workflow: workflow(
    "saved",
    ["saved", "done", "missed"],
    [
      step("count_missed", ["saved"], "missed", { auto: true, guards: ["nobody_answered"] }),
      step("count_done", ["saved"], "done", { auto: true, guards: ["somebody_answered"] }),
    ],
  ),
});

const tick = (kind: string, more: Partial<Tick> = {}): Tick => ({
  kind,
  gives: "ok",
  step: "",
  field: "",
  answers: [],
  whose: "",
  due: false,
  ...more,
});

const duty = (...ticks: Tick[]) => field("choice", { ticks, options: options("ok", "found", "zero", "na") });

export const daySheet = page("day_sheet", {
  identity: "person_day",
  series: 1,
  fields: {
    day: field("day", { rule: "first", ask: false }),
    patrol_visit: duty(tick("incident", { gives: "found" }), tick("visit")),
    key_person_care: duty(tick("visit", { whose: "care", due: true })),
    extra: duty(),
    backed: field("choices", { ask: false, options: options("patrol_visit", "key_person_care", "extra") }),
    same_as: field("day", { ask: false }),
    place: field("place", { ask: false }),
  },
  workflow: workflow(
    "open",
    ["open", "submitted"],
    [step("submit", ["open"], "submitted", { by: AUTHOR, tone: "go" })],
  ),
});

export const note = page("note", {
  fields: {
    text: field("text", { rule: "keep_both", high: 300 }),
    about: field("ref", { rule: "first", ask: false }),
    entry: field("text", { rule: "first", ask: false }),
    photos: field("photos", { ask: false }),
    reply: field("text", { write: [], ask: false }),
  },
  workflow: workflow(
    "open",
    ["open", "left"],
    [step("answer", ["open"], "left", { by: SECRETARY, needs: ["reply"], tone: "go" })],
  ),
});

export const PAGES: { [name: string]: KindPage } = { day_sheet: daySheet, household, incident, note, visit };

const square = (lat: number, lon: number): [number, number][] => [
  [lat, lon],
  [lat, lon + 100_000],
  [lat + 100_000, lon + 100_000],
  [lat + 100_000, lon],
];

export const UNITS: Directory["units"] = [
  { id: 1, tier: 4, parent: 0, name: "石桥村", shape: [] },
  { id: 2, tier: 5, parent: 1, name: "一网格", shape: square(295_000_000, 1_065_000_000) },
  { id: 3, tier: 5, parent: 1, name: "二网格", shape: square(295_000_000, 1_065_100_000) },
];

export const GRANTS: { [person: number]: Directory["me"]["grants"] } = {
  7: [{ role: "fulltime_worker", unit: 2 }],
  8: [{ role: "community_secretary", unit: 1 }],
  9: [{ role: "fulltime_worker", unit: 3 }],
};

/** The directory of one person. */
export const directoryOf = (person: number, version = "d1", grants = GRANTS[person] ?? []): Directory => ({
  version,
  me: {
    person,
    name: `P${person}`,
    town: 1,
    townName: "梨坪镇",
    grants,
    helpName: "罗书记",
    helpPhone: "123",
  },
  units: UNITS,
  people: [
    [7, "陈素芬"],
    [8, "罗书记"],
    [9, "向大姐"],
  ],
});

export const world: World = {
  kinds: new Map(Object.entries(PAGES)),
  units: new Map(UNITS.map((unit) => [unit.id, unit])),
};

export const actorOf = (person: number, device = "0000000aaaaaaaaa") => ({
  person,
  device,
  grants: GRANTS[person] ?? [],
});

/** A quiet moment of a Tuesday morning in Chongqing. */
export const NOON = Date.UTC(2025, 10, 18, 2);
