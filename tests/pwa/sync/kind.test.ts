import { describe, expect, it } from "vitest";
import * as kind from "../../../pwa/src/sync/kind.ts";
import { forms, resolve, run, toKinds } from "./vectors.ts";

run("kind", kind, { version: forms(kind.version, [toKinds]) });

describe("pages put together", () => {
  const page: kind.KindPage = resolve({ $: "trial" });
  const sheet: kind.KindPage = resolve({ $: "sheet" });

  it("stand in the order of their names, whatever the order they came in", () => {
    const names = ["trial", "a", "sheet", "B"].map((name) => ({ ...page, name }));
    expect([...kind.gather(names).keys()]).toEqual(["B", "a", "sheet", "trial"]);
  });

  it("may not share a name or a series", () => {
    expect(() => kind.gather([page, page])).toThrow("share");
    expect(() => kind.gather([sheet, { ...sheet, name: "other" }])).toThrow("share");
    expect(kind.gather([page, { ...page, name: "other" }]).size).toBe(2);
  });

  it("have one version, however they are kept", async () => {
    const one = await kind.version(new Map([page, sheet].map((each) => [each.name, each])));
    expect(await kind.version(new Map([sheet, page].map((each) => [each.name, each])))).toBe(one);
  });

  it("give rules also for a field called like a part of every object", () => {
    const named = { ...page, fields: JSON.parse(`{"__proto__": ${JSON.stringify(page.fields.name)}}`) };
    expect(Object.keys(kind.rules(named))).toEqual(["__proto__"]);
  });
});
