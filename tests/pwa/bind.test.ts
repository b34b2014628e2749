import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import type { Model, View } from "../../pwa/src/model.ts";
import type { Lost, Store } from "../../pwa/src/ports.ts";
import { dayNumber, untilMidnight } from "../../pwa/src/ration.ts";
import { FakeServer } from "./fake-server.ts";
import { browser, type Desk, desk, idle } from "./rig.ts";
import { NOON } from "./town.ts";

const PICTURE = new Blob(["jpeg"], { type: "image/jpeg" });
const DAY_MS = 86_400_000;

/** A worker's app, signed in and quiet. */
async function signed(
  person = 7,
  more: Parameters<typeof desk>[1] = {},
): Promise<Desk & { server: FakeServer }> {
  const server = new FakeServer();
  return Object.assign(await joined(server, person, more), { server });
}

async function joined(
  server: FakeServer,
  person: number,
  more: Parameters<typeof desk>[1] = {},
): Promise<Desk> {
  const app = desk(server, more);
  await app.start();
  expect(await app.model.enrol(String(person))).toBe("");
  await idle();
  return app;
}

async function report(model: Model, note = "落石"): Promise<string> {
  await model.startDraft("incident");
  await model.editDraft({ values: { note, matter: "rock_fall" } });
  expect(await model.addPhoto(PICTURE, "photos", "camera")).toBe("");
  return model.sendDraft();
}

const only = (model: Model): View => [...model.views.value.values()][0] as View;

describe("signing in", () => {
  it("shows the town when it is over, and keeps it for the next start", async () => {
    const app = await signed();
    expect(app.model.me.value).toMatchObject({ person: 7, helpName: "罗书记" });
    expect([...app.model.kinds.value.keys()]).toEqual([
      "day_sheet",
      "household",
      "incident",
      "note",
      "visit",
    ]);
    expect(app.model.people.value.get(8)).toBe("罗书记");
    const again = desk(app.server, { store: app.outside.store });
    again.link.reachable = false;
    await again.start();
    expect(again.model.ready.value).toBe(true);
    expect(again.model.me.value?.person).toBe(7);
  });

  it("gives the server's reason, or that there is no link", async () => {
    const app = desk(new FakeServer());
    await app.start();
    expect(await app.model.enrol("nobody")).toBe("code_unknown");
    app.link.reachable = false;
    expect(await app.model.enrol("7")).toBe("offline");
    expect(app.model.me.value).toBeNull();
  });

  it("keeps everything when the server forgets the phone, and moves it to the new device", async () => {
    const app = await signed();
    app.link.reachable = false;
    await report(app.model);
    app.link.reachable = true;
    app.server.revoke();
    await app.model.syncNow();
    await idle();
    expect(app.model.me.value).toBeNull();
    expect(await app.model.enrol("7")).toBe("");
    await idle();
    expect(app.server.records.size).toBe(1);
    expect(app.model.net.value).toMatchObject({ waiting: 0, photosWaiting: 0 });
    expect(only(app.model)).toMatchObject({ sent: "done", values: { note: "落石" } });
  });

  it("never sends one person's work as another's", async () => {
    const app = await signed();
    app.link.reachable = false;
    await report(app.model);
    app.link.reachable = true;
    app.server.revoke();
    await app.model.syncNow();
    await idle();
    await app.model.enrol("9");
    await idle();
    expect(app.server.records.size).toBe(0);
    expect(app.model.views.value.size).toBe(0);
    await app.model.enrol("7");
    await idle();
    expect([...app.server.records.values()][0]?.author).toBe(7);
  });

  it("is remembered beside the store, should the browser empty that", async () => {
    const app = await signed();
    const emptied = desk(app.server, { store: memoryStore(), spare: app.outside.spare });
    await emptied.start();
    await idle();
    expect(emptied.model.me.value?.person).toBe(7);
  });
});

describe("a store that was mended at the start", () => {
  it("is read again, and what it lost is told until it was read", async () => {
    const app = await signed();
    const lost: Lost = {
      count: 2,
      found: 5,
      device: "d",
      fromMs: NOON,
      toMs: NOON,
      foundMs: NOON,
      by: {},
      seen: false,
    };
    let mended: (changed: boolean) => void = () => undefined;
    const opened = new Promise<boolean>((done) => {
      mended = done;
    });
    const store: Store = { ...app.outside.store, opened };
    const again = desk(app.server, { store, spare: app.outside.spare });
    await again.start();
    await idle();
    expect(again.model.lost.value).toBeNull();
    await store.write(["notes"], (tx) => tx.put("notes", { id: "lost", value: lost }));
    mended(true);
    await idle();
    expect(again.model.lost.value).toMatchObject({ count: 2, found: 5 });
    await again.model.lostSeen();
    expect(again.model.lost.value).toBeNull();
    expect((await store.read(["notes"], (tx) => tx.get("notes", "lost")))?.value).toEqual({
      ...lost,
      seen: true,
    });
  });

  it("is no news for the person when all was found again", async () => {
    const app = await signed();
    const lost = { count: 0, found: 5, device: "", fromMs: 0, toMs: 0, foundMs: NOON, by: {}, seen: false };
    await app.outside.store.write(["notes"], (tx) => tx.put("notes", { id: "lost", value: lost }));
    const again = desk(app.server, { store: app.outside.store, spare: app.outside.spare });
    await again.start();
    expect(again.model.lost.value).toBeNull();
  });
});

describe("leaving", () => {
  it("is refused while work waits, and forgets all when none does", async () => {
    const app = await signed();
    app.link.reachable = false;
    await report(app.model);
    await app.model.leave();
    expect(app.model.me.value?.person).toBe(7);
    app.link.reachable = true;
    await app.model.syncNow();
    await idle();
    await app.model.setPrefs({ language: "en" });
    await app.model.leave();
    expect(app.model.me.value).toBeNull();
    expect(app.model.views.value.size).toBe(0);
    expect(app.model.prefs.value.language).toBe("en");
    expect(app.outside.spare.load()).toBeNull();
  });

  it("empties the journal before the store: what is forgotten must not come back", async () => {
    const app = await signed();
    const done: string[] = [];
    const inner = app.outside.store;
    const store: Store = {
      ...inner,
      forget: async () => void done.push("journal"),
      write: (tables, work) => {
        if (tables.includes("records")) done.push("store");
        return inner.write(tables, work);
      },
    };
    const again = desk(app.server, { store, spare: app.outside.spare });
    await again.start();
    await idle();
    done.length = 0;
    await again.model.leave();
    expect(done.slice(0, 2)).toEqual(["journal", "store"]);
  });
});

describe("a report", () => {
  it("is seen at once, waits without a link, and goes up with its photo when there is one", async () => {
    const app = await signed();
    app.link.reachable = false;
    app.lost();
    app.stand({ latE7: 295_050_000, lonE7: 1_065_050_000, accuracyCm: 900, atMs: NOON, source: 0 });
    await app.model.startDraft("incident");
    app.model.locate();
    await idle();
    expect(app.model.draft.value).toMatchObject({ area: 2, fix: { accuracyCm: 900 } });
    await app.model.editDraft({ values: { note: "落石" } });
    await app.model.addPhoto(PICTURE, "photos", "camera");
    expect(app.model.draft.value?.photos[0]?.previewUrl).toMatch(/^blob:/);
    const id = await app.model.sendDraft();
    expect(app.model.draft.value).toBeNull();
    expect(app.model.views.value.get(id)).toMatchObject({
      sent: "wait",
      undoable: true,
      values: { note: "落石", source: "camera" },
    });
    expect(app.model.net.value).toMatchObject({ online: false, waiting: 1, photosWaiting: 1 });
    app.link.reachable = true;
    app.woke();
    await idle();
    expect(app.model.views.value.get(id)).toMatchObject({ sent: "done", state: "in_review", number: "10-1" });
    expect(app.model.net.value).toMatchObject({ online: true, waiting: 0, photosWaiting: 0 });
    expect(app.server.uploads.length).toBe(1);
    expect(app.server.records.get(id)?.cells.place?.[0]).toEqual([295_050_000, 1_065_050_000, 900, 0, 0, 0]);
  });

  it("keeps the original of its photo until somebody asks for it, and says where the photo is", async () => {
    const app = await signed();
    await app.model.startDraft("incident");
    await app.model.addPhoto(PICTURE, "photos", "camera");
    const key = app.model.draft.value?.photos[0]?.key ?? "";
    expect(await app.model.photoStand(key)).toBe("phone");
    await app.model.sendDraft();
    await idle(40);
    expect(await app.model.photoStand(key)).toBe("there");
    expect(app.model.net.value).toMatchObject({ photosWaiting: 0, originals: 1 });
    expect(app.server.originals).toEqual([]);
    await app.model.sendPhotos();
    await idle(40);
    expect(app.server.originals).toEqual([key]);
    expect(app.model.net.value.originals).toBe(0);
  });

  it("holds its photo back above the ceiling until midnight, and says so", async () => {
    const app = await signed();
    await app.model.setPrefs({ ceiling: 5 });
    await app.outside.store.write(["notes"], (tx) =>
      tx.put("notes", { id: "meter", value: { [dayNumber(NOON)]: [0, 0, 5_000_000] } }),
    );
    await app.model.startDraft("incident");
    await app.model.addPhoto(PICTURE, "photos", "camera");
    await app.model.sendDraft();
    await idle(40);
    expect(app.server.uploads).toEqual([]);
    expect(app.model.net.value).toMatchObject({ waiting: 0, photosWaiting: 1, photosHeld: 1 });
    await app.outside.chance.pass(untilMidnight(NOON));
    await idle(40);
    expect(app.server.uploads.length).toBe(1);
    expect(app.model.net.value).toMatchObject({ photosWaiting: 0, photosHeld: 0 });
  });

  it("without a photo says so, and belongs to the own grid without a fix", async () => {
    const app = await signed();
    await app.model.startDraft("incident");
    const id = await app.model.sendDraft();
    expect(app.model.views.value.get(id)).toMatchObject({
      area: 2,
      values: { source: "none", captured_ms: NOON },
    });
  });

  it("survives a page killed behind the camera", async () => {
    const app = await signed();
    await app.model.startDraft("incident", 2);
    await app.model.editDraft({ values: { note: "写到一半" } });
    await app.model.editDraft({ cameraOpen: true });
    const next = desk(app.server, { store: app.outside.store });
    await next.start();
    expect(next.model.draft.value).toMatchObject({
      kind: "incident",
      area: 2,
      cameraOpen: true,
      values: { note: "写到一半" },
    });
    await next.model.addPhoto(PICTURE, "photos", "album");
    expect(next.model.draft.value).toMatchObject({ cameraOpen: false, photos: [{ field: "photos" }] });
  });

  it("keeps every change typed in a hurry", async () => {
    const app = await signed();
    await app.model.startDraft("incident");
    await Promise.all(["落", "落石", "落石头"].map((note) => app.model.editDraft({ values: { note } })));
    expect(app.model.draft.value?.values.note).toBe("落石头");
  });

  it("refuses a file that is no picture, and drops photos and drafts that are not wanted", async () => {
    const app = await signed();
    await app.model.startDraft("incident");
    expect(await app.model.addPhoto(new Blob(["x"]), "photos", "album")).toBe("not_an_image");
    await app.model.addPhoto(PICTURE, "photos", "album");
    await app.model.dropPhoto(app.model.draft.value?.photos[0]?.key ?? "");
    expect(app.model.draft.value?.photos).toEqual([]);
    await app.model.addPhoto(PICTURE, "photos", "album");
    await app.model.dropDraft();
    expect(app.model.draft.value).toBeNull();
    expect(await app.outside.store.read(["photos"], (tx) => tx.all("photos"))).toEqual([]);
  });

  it("can be taken back into the draft until it has left, with all that was in it", async () => {
    const app = await signed();
    app.link.up = () => false;
    const id = await report(app.model, "写错了");
    expect(await app.model.undo(id)).toBe(true);
    expect(app.model.views.value.size).toBe(0);
    expect(app.model.draft.value).toMatchObject({
      kind: "incident",
      values: { note: "写错了", matter: "rock_fall" },
      photos: [{ field: "photos" }],
    });
    const again = await app.model.sendDraft();
    expect(app.model.views.value.get(again)?.photos.photos?.length).toBe(1);
    app.link.up = () => true;
    await app.model.syncNow();
    await idle();
    expect(await app.model.undo(again)).toBe(false);
    expect(app.server.records.size).toBe(1);
  });

  it("is not taken back over another draft", async () => {
    const app = await signed();
    app.link.up = () => false;
    const id = await report(app.model);
    await app.model.startDraft("visit");
    await app.model.editDraft({ values: { note: "x" } });
    expect(await app.model.undo(id)).toBe(false);
    expect(app.model.draft.value?.kind).toBe("visit");
  });
});

describe("steps that are held", () => {
  const HELD_MS = 10_000;
  async function waiting() {
    const server = new FakeServer();
    const worker = await joined(server, 7);
    const secretary = await joined(server, 8);
    const ids = [await report(worker.model), await report(worker.model, "泥石流")];
    await idle();
    await secretary.model.syncNow();
    await idle();
    const state = (id: string | undefined) => secretary.model.views.value.get(id ?? "")?.state;
    return { server, secretary, ids, state, known: (id = "") => server.records.get(id)?.state };
  }

  it("are predicted at once, stay on the phone, and go when their time has come", async () => {
    const { secretary, ids, state, known } = await waiting();
    const [one = ""] = ids;
    expect((await secretary.model.take(one, "approve", {}, HELD_MS)) === "").toBe(false);
    await secretary.model.syncNow();
    await idle();
    expect([state(one), known(one)]).toEqual(["handling", "in_review"]);
    await secretary.outside.chance.pass(HELD_MS);
    await secretary.model.syncNow();
    await idle();
    expect([state(one), known(one)]).toEqual(["handling", "handling"]);
  });

  it("can be taken back before they left, and only those", async () => {
    const { secretary, ids, state, known } = await waiting();
    const [one = "", two = ""] = ids;
    const ops = [
      await secretary.model.take(one, "approve", {}, HELD_MS),
      await secretary.model.take(two, "approve", {}),
    ];
    await idle();
    expect(await secretary.model.takeBack(ops)).toBe(1);
    expect([state(one), state(two)]).toEqual(["in_review", "handling"]);
    await secretary.outside.chance.pass(HELD_MS);
    await secretary.model.syncNow();
    await idle();
    expect([known(one), known(two)]).toEqual(["in_review", "handling"]);
    expect((await secretary.model.take(one, "approve", {})) === "").toBe(false);
    await idle();
    expect(known(one)).toBe("handling");
  });

  it("are not taken a second time by a second tap", async () => {
    const { secretary, ids } = await waiting();
    const [one = ""] = ids;
    expect((await secretary.model.take(one, "approve", {}, HELD_MS)) === "").toBe(false);
    expect(await secretary.model.take(one, "approve", {}, HELD_MS)).toBe("");
  });
});

describe("two people", () => {
  it("hand a report back and forth: returned, completed, approved", async () => {
    const server = new FakeServer();
    const worker = await joined(server, 7);
    const secretary = await joined(server, 8);
    const id = await report(worker.model);
    await idle();
    await secretary.model.syncNow();
    await idle();
    expect(await secretary.model.photoUrl(only(secretary.model).photos.photos?.[0] ?? "", "preview")).toMatch(
      /^blob:/,
    );
    await secretary.model.take(id, "return", { return_note: "在哪" });
    await secretary.model.take(id, "return", { return_note: "在哪" });
    await idle();
    await worker.model.syncNow();
    await idle();
    expect(worker.model.views.value.get(id)).toMatchObject({ state: "returned" });
    await worker.model.startDraft("incident", undefined, { record: id, step: "add_facts" });
    await worker.model.editDraft({ values: { note: "路口上面" } });
    await worker.model.addPhoto(PICTURE, "photos", "camera");
    expect(await worker.model.sendDraft()).toBe(id);
    await idle();
    const view = worker.model.views.value.get(id);
    expect(view).toMatchObject({ state: "in_review", values: { note: "路口上面" } });
    expect(view?.photos.photos?.length).toBe(2);
    expect(view?.story.map((line) => line.step)).toEqual(["", "route_review", "return", "add_facts"]);
    await secretary.model.syncNow();
    await secretary.model.take(id, "approve", {});
    await idle();
    expect(secretary.model.views.value.get(id)?.state).toBe("handling");
  });

  it("write two things on two phones, and one of them settles it", async () => {
    const server = new FakeServer();
    const one = await joined(server, 7);
    const id = await one.model.create("visit", {
      household: "0000000aaaaaaaaa.1",
      mode: "phone",
      result: "ok",
      note: "第一句",
    });
    await idle();
    const two = await joined(server, 7);
    await idle();
    for (const app of [one, two]) app.link.reachable = false;
    await one.model.edit(id, { note: "平安" });
    await two.model.edit(id, { note: "要买药" });
    for (const app of [one, two, one, two]) {
      app.link.reachable = true;
      await app.model.syncNow();
      await idle();
    }
    const clash = two.model.views.value.get(id)?.clashes[0];
    expect(clash?.choices.map((choice) => [choice.value, choice.mine, choice.person])).toEqual([
      ["平安", false, 7],
      ["要买药", true, 7],
    ]);
    expect(one.model.views.value.get(id)?.clashes[0]?.choices.length).toBe(2);
    await two.model.settle(id, "note", "平安");
    await idle();
    await one.model.syncNow();
    await idle();
    expect(one.model.views.value.get(id)).toMatchObject({ clashes: [], values: { note: "平安" } });
  });
});

describe("the day", () => {
  it("is ticked item by item, the rest at once, taken back, and handed in", async () => {
    const app = await signed();
    const { model } = app;
    expect(model.duties.value.map((duty) => [duty.item, duty.value])).toEqual([
      ["patrol_visit", ""],
      ["key_person_care", ""],
      ["extra", ""],
    ]);
    expect(model.sheet.value).toBeNull();
    await model.tick("patrol_visit", "");
    expect(model.sheet.value).toBeNull();
    await model.tick("patrol_visit", "found");
    expect(model.sheet.value).toMatchObject({
      id: "ffffffff00000007.120251118",
      area: 2,
      values: { day: 20251118 },
    });
    expect(await model.tickRest()).toEqual(["key_person_care", "extra"]);
    expect(await model.tickRest()).toEqual([]);
    await model.tick("extra", "");
    expect(model.duties.value.map((duty) => duty.value)).toEqual(["found", "ok", ""]);
    const offer = model.sheet.value?.offers[0];
    await model.take(model.sheet.value?.id ?? "", offer?.step ?? "", {});
    await idle();
    expect(model.sheet.value).toMatchObject({ state: "submitted", sent: "done" });
  });

  it("of yesterday is handed in by itself once it is over, and today begins empty", async () => {
    const app = await signed();
    await app.model.tick("extra", "ok");
    await idle();
    app.server.nowMs += DAY_MS;
    await app.outside.chance.pass(DAY_MS);
    await idle();
    expect(app.model.nowMs.value).toBe(NOON + DAY_MS);
    expect(app.model.sheet.value).toBeNull();
    expect(app.model.duties.value.every((duty) => duty.value === "")).toBe(true);
    expect(app.server.records.get("ffffffff00000007.120251118")?.state).toBe("submitted");
  });

  it("names who is due, and nobody for those who keep no sheet", async () => {
    const app = await signed();
    await app.model.create("household", { name: "王婆婆", rhythm_days: 7 });
    expect(app.model.stops.value).toMatchObject([{ name: "王婆婆", lastMs: 0, metres: -1 }]);
    expect((await signed(8)).model.duties.value).toEqual([]);
  });
});

describe("what the server refuses", () => {
  it("stays, says why, and goes again under a new number", async () => {
    const app = await signed();
    const id = await app.model.create("incident", { note: "在别的网格" }, 3);
    await idle();
    expect(app.model.views.value.get(id)).toMatchObject({ sent: "fail", reason: "not_your_role" });
    expect(app.model.net.value.waiting).toBe(0);
    app.server.grants[7] = [...(app.server.grants[7] ?? []), { role: "fulltime_worker", unit: 3 }];
    app.server.directory = "d2";
    await app.model.resend(id);
    await idle();
    expect(only(app.model)).toMatchObject({ sent: "done", area: 3, values: { note: "在别的网格" } });
  });
});

describe("two tabs", () => {
  it("see each other's writes; only one sends", async () => {
    const server = new FakeServer();
    const { tabs } = browser();
    const store = memoryStore();
    const one = await joined(server, 7, { store, tabs: tabs() });
    const two = desk(server, {
      store,
      tabs: tabs(),
      locks: { request: () => new Promise(() => undefined) as never },
    });
    await two.start();
    expect(two.model.otherTab.value).toBe(true);
    expect(one.model.otherTab.value).toBe(false);
    const id = await report(two.model);
    await idle();
    expect(one.model.views.value.get(id)).toMatchObject({ sent: "done" });
    expect(two.model.views.value.get(id)).toMatchObject({ sent: "done" });
    expect(two.model.draft.value).toBeNull();
  });
});

describe("small things", () => {
  it("keeps how a person reads", async () => {
    const app = await signed();
    expect(app.model.prefs.value).toMatchObject({ look: "light", size: 20, language: "zh-CN" });
    await app.model.setPrefs({ size: 30 });
    await app.model.setPrefs({ look: "sun" });
    expect(app.model.prefs.value).toMatchObject({ look: "sun", size: 30, language: "zh-CN" });
  });

  it("tells whether the last answer came, how old the oldest op is, and applies an update when told", async () => {
    const app = await signed();
    app.link.reachable = false;
    await app.model.create("incident", {});
    await idle();
    expect(app.model.net.value).toMatchObject({ online: false, waiting: 1, oldestMs: NOON });
    let applied = 0;
    app.apply(() => applied++);
    app.model.applyUpdate();
    expect(applied).toBe(1);
  });

  it.each([
    ["after thirty days, once a backup has them", 9, 31, 0],
    ["not before thirty days", 9, 29, 1],
    ["never while no backup is known", 0, 31, 1],
    ["not those that the last backup lacks", 1, 31, 1],
  ] as const)("forgets sent ops %s", async (_, backed, days, left) => {
    const app = await signed();
    for (const each of ["one", "two"]) await app.model.create("incident", { note: each });
    await idle();
    app.server.backed = backed;
    await app.model.syncNow();
    const sent = await app.outside.store.read(["sent"], (tx) => tx.all("sent"));
    expect(sent.map((row) => row.at)).toEqual([expect.any(Number), app.server.records.size]);
    const [first] = sent;
    await app.outside.store.write(["sent"], (tx) => tx.drop("sent", first?.id ?? ""));
    const later = desk(app.server, { store: app.outside.store });
    later.link.reachable = false;
    later.outside.chance.wall = NOON + days * DAY_MS;
    await later.start();
    expect((await app.outside.store.read(["sent"], (tx) => tx.all("sent"))).length).toBe(left);
  });
});
