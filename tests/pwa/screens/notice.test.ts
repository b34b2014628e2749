import { expect, it } from "vitest";
import { together } from "../../../pwa/src/screens/notice.tsx";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { field, incident } from "./sights.ts";

const notice = { why: { zh: "为", en: "why" }, basis: { zh: "法", en: "law" } };
const kind = (name: string, refers: string, more: Partial<KindPage> = {}): KindPage => ({
  ...incident,
  name,
  notice,
  fields: { one: field("ref", "哪", { refers }), other: field("text", "话") },
  ...more,
});
const all = [
  kind("dispute", "incident"),
  kind("household", ""),
  kind("resident", "household"),
  kind("visit", "household"),
];
const shown = (name: string) =>
  together(all.find((page) => page.name === name) as KindPage, all).map((page) => page.name);

it("shows at one door what is asked there together, and nothing else", () => {
  expect(shown("visit")).toEqual(["household", "visit", "resident"]);
  expect(shown("household")).toEqual(["household", "resident", "visit"]);
  expect(shown("dispute")).toEqual(["dispute"]);
});
