import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { type Desk, desk, idle } from "./rig.ts";
import { NOON } from "./town.ts";

const DAY_MS = 86_400_000;
const FIX = { latE7: 295_000_500, lonE7: 1_065_000_500, accuracyCm: 900, atMs: NOON, source: 0 };

/** A worker's app, signed in and quiet. */
async function signed(person = 7): Promise<Desk & { server: FakeServer }> {
  const server = new FakeServer();
  const app = desk(server);
  await app.start();
  expect(await app.model.enrol(String(person))).toBe("");
  await idle();
  return Object.assign(app, { server });
}

/** Let a night pass on the phone and at the server. */
async function tomorrow(app: Desk & { server: FakeServer }): Promise<void> {
  app.server.nowMs += DAY_MS;
  await app.outside.chance.pass(DAY_MS);
  await idle();
}

const answers = (app: Desk) => app.model.duties.value.map(({ value }) => value);

async function visit(app: Desk, name = "王婆婆"): Promise<void> {
  const household = await app.model.create("household", { name, rhythm_days: 7, care: ["elder_alone"] });
  await app.model.create("visit", { household, mode: "phone", result: "ok" });
}

describe("the day as a whole", () => {
  it("is ticked by a visit, and handing in says which answers a record stands behind", async () => {
    const app = await signed();
    await visit(app);
    expect(answers(app)).toEqual(["ok", "ok", ""]);
    expect(app.model.sheet.value).toBeNull();
    await app.model.tick("extra", "na");
    await app.model.handIn();
    await idle();
    expect(app.model.sheet.value).toMatchObject({
      state: "submitted",
      sent: "done",
      values: { patrol_visit: "ok", key_person_care: "ok", extra: "na" },
    });
    expect(app.model.sheet.value?.values.backed).toEqual(["key_person_care", "patrol_visit"]);
  });

  it("is handed in once, when records answered all of it, whatever is tapped", async () => {
    const app = await signed();
    await visit(app);
    await app.model.handIn();
    await app.model.handIn(); // a second tap
    await idle();
    const sheet = app.model.sheet.value;
    expect(sheet).toMatchObject({ state: "submitted", sent: "done", reason: "" });
    expect(sheet?.values.patrol_visit).toBe("ok");
    expect(sheet?.story.filter((line) => line.step === "submit").length).toBe(1);
  });

  it("takes over the last answers, but no finding, with where that was said", async () => {
    const app = await signed();
    await app.model.tick("patrol_visit", "found");
    await app.model.tick("key_person_care", "zero");
    await app.model.tick("extra", "na");
    await tomorrow(app);
    expect(answers(app)).toEqual(["", "", ""]);
    app.stand(FIX);
    expect(await app.model.sameDay()).toEqual(["key_person_care", "extra"]);
    await idle();
    expect(answers(app)).toEqual(["", "zero", "na"]);
    expect(app.model.sheet.value?.values).toMatchObject({ same_as: 20251118, key_person_care: "zero" });
    expect(String(app.model.sheet.value?.values.place)).toContain(`${FIX.latE7},${FIX.lonE7},900`);
    expect(await app.model.sameDay()).toEqual([]);
  });

  it("has nothing to take over on the first day", async () => {
    const app = await signed();
    expect(await app.model.sameDay()).toEqual([]);
    expect(app.model.sheet.value).toBeNull();
  });

  it("of visits alone is handed in by itself once it is over", async () => {
    const app = await signed();
    await visit(app);
    await tomorrow(app);
    expect(app.server.records.get("ffffffff00000007.120251118")?.state).toBe("submitted");
    expect(app.model.views.value.get("ffffffff00000007.120251118")?.values.backed).toEqual([
      "key_person_care",
      "patrol_visit",
    ]);
  });
});

describe("what was asked once", () => {
  it("is young again when it is said again, and tells when it was last written", async () => {
    const app = await signed();
    const id = await app.model.create("household", { name: "王婆婆", about: "82 岁" });
    const first = app.model.writtenMs(id, "about");
    expect(first).toBe(NOON);
    expect(app.model.writtenMs(id, "rhythm_days")).toBe(0);
    await tomorrow(app);
    await app.model.edit(id, { about: "82 岁" });
    expect(app.model.writtenMs(id, "about")).toBe(first);
    await app.model.edit(id, { about: "82 岁" }, ["about"]);
    expect(app.model.writtenMs(id, "about")).toBe(NOON + DAY_MS);
  });
});
