import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as permit from "../../../pwa/src/sync/permit.ts";
import { as, forms, fromGrant, type Json, run, toActor, toGrant, toRecord, toUnits } from "./vectors.ts";

run("permit", permit, {
  live: forms(permit.live, [(grants) => grants.map(toGrant), as], (grants: Json) => grants.map(fromGrant)),
  path: forms(permit.path, [as, toUnits]),
  holds: forms(permit.holds, [toActor, as, as, as, toUnits]),
  is_body: forms(permit.isBody, [as, toUnits]),
  named: forms(permit.named, [as, toRecord, as]),
  may_create: forms(permit.mayCreate, [as, toActor, as, toUnits]),
  may_read: forms(permit.mayRead, [as, toActor, toRecord, toUnits]),
  may_see: forms(permit.maySee, [as, as, toActor, toRecord, toUnits]),
  may_write: forms(permit.mayWrite, [as, as, toActor, toRecord, toUnits]),
  may_step: forms(permit.mayStep, [as, as, toActor, toRecord, toUnits]),
  may_review: forms(permit.mayReview, [as, toActor, toRecord, toUnits]),
  weight: forms(permit.weight, [as, as, toActor, toRecord, toUnits]),
});

describe("grants as the directory tells them", () => {
  it("hold without dates", () => {
    const grant = { role: "grid_leader", unit: 7 };
    expect(permit.live([grant], 5)).toEqual([grant]);
  });
});

describe("who looks after phones", () => {
  it("is said in both languages alike", () => {
    const python = readFileSync(new URL("../../../sync/permit.py", import.meta.url), "utf8");
    const roles = /SUPERVISES: Final = frozenset\(([^)]*)\)/.exec(python)?.[1]?.match(/\w+/g) ?? [];
    expect([...permit.SUPERVISES].sort()).toEqual([...roles].sort());
  });
});
