import { expect, it } from "vitest";
import type { Model, Need } from "../../pwa/src/model.ts";
import { needsOf } from "../../pwa/src/needs.ts";
import type { OpRow, RecordRow } from "../../pwa/src/ports.ts";
import { FakeServer } from "./fake-server.ts";
import { type Desk, desk, idle } from "./rig.ts";
import { actorOf, incident, NOON, note, UNITS } from "./town.ts";

const PICTURE = new Blob(["jpeg"], { type: "image/jpeg" });
const NO_SUCH_UNIT = 99;

async function joined(server: FakeServer, person: number): Promise<Desk> {
  const app = desk(server);
  await app.start();
  await app.model.enrol(String(person));
  await idle();
  return app;
}

/** A report with a photo for a unit that does not exist: the server refuses it. */
async function refused(model: Model): Promise<Need> {
  await model.startDraft("incident", NO_SUCH_UNIT);
  await model.editDraft({ values: { note: "涵洞堵了", matter: "flooding" } });
  await model.addPhoto(PICTURE, "photos", "camera");
  await model.sendDraft();
  await idle();
  return model.needs.value[0] as Need;
}

/** Somebody else writes over the same words as this phone, neither having seen the other. */
async function clashed(server: FakeServer): Promise<{ one: Desk; two: Desk; id: string }> {
  const [one, two] = [await joined(server, 7), await joined(server, 7)];
  const id = await one.model.create("incident", { note: "落石" });
  await idle();
  await two.model.syncNow();
  await idle();
  for (const each of [one, two]) each.link.reachable = false;
  await one.model.edit(id, { note: "石头" });
  await two.model.edit(id, { note: "大石头" });
  for (const each of [one, two, one]) {
    each.link.reachable = true;
    await each.model.syncNow();
    await idle();
  }
  return { one, two, id };
}

it("lists a refused entry with its reason, its words and its photos", async () => {
  const app = await joined(new FakeServer(), 7);
  const need = await refused(app.model);
  const sets = expect.objectContaining({ note: "涵洞堵了", matter: "flooding" });
  expect(need).toMatchObject({ sort: "refused", open: true, code: "bad_area", kind: "incident", sets });
  expect(need.photos).toHaveLength(1);
});

it("sends it on as a note with its words and photo, and keeps it until the note is answered and read", async () => {
  const server = new FakeServer();
  const [worker, secretary] = [await joined(server, 7), await joined(server, 8)];
  const need = await refused(worker.model);
  await worker.model.sendOn(need, "请看", "事件：涵洞堵了");
  await idle();
  const sent = worker.model.needs.value[0] as Need;
  expect(sent).toMatchObject({ id: need.id, open: false });
  const values = { text: "请看", about: need.record, entry: "事件：涵洞堵了" };
  expect(server.records.get(sent.sentOn)).toMatchObject({ kind: "note", area: 2 });
  expect(worker.model.views.value.get(sent.sentOn)).toMatchObject({
    values,
    photos: { photos: need.photos },
  });
  expect(server.uploads).toEqual(need.photos);
  expect(worker.model.views.value.get(need.record)).toMatchObject({ sent: "fail", reason: "sent_on" });
  await secretary.model.syncNow();
  await idle();
  await secretary.model.take(sent.sentOn, "answer", { reply: "我去看" });
  await idle();
  await worker.model.syncNow();
  await idle();
  expect(worker.model.needs.value).toMatchObject([{ id: need.id, open: true }]);
  await worker.model.putAway(worker.model.needs.value[0] as Need);
  expect(worker.model.needs.value).toEqual([]);
  expect(await worker.outside.store.read(["sent"], (tx) => tx.get("sent", need.id))).toBeDefined();
});

it("never puts away an entry that nobody has dealt with", async () => {
  const app = await joined(new FakeServer(), 7);
  const need = await refused(app.model);
  await app.model.putAway(need);
  expect(app.model.needs.value).toMatchObject([{ id: need.id }]);
});

it("lists a clash to whoever may settle it, and no longer once it is settled", async () => {
  const server = new FakeServer();
  const { one, two, id } = await clashed(server);
  const secretary = await joined(server, 8); // may read it, but only its author may write
  expect(secretary.model.views.value.get(id)?.clashes).toHaveLength(1);
  expect(secretary.model.needs.value).toEqual([]);
  expect(one.model.needs.value).toMatchObject([{ sort: "clash", record: id, field: "note", open: true }]);
  await one.model.settle(id, "note", "石头");
  expect(one.model.needs.value).toEqual([]);
  await idle();
  await two.model.syncNow();
  await idle();
  expect(two.model.needs.value).toEqual([]);
});

it("remembers that the secretary was asked about a clash", async () => {
  const { one } = await clashed(new FakeServer());
  await one.model.sendOn(one.model.needs.value[0] as Need, "哪个对", "情况：石头；大石头");
  await idle();
  const [need] = one.model.needs.value;
  expect(need).toMatchObject({ sort: "clash", open: false });
  expect(one.model.views.value.get(need?.sentOn ?? "")?.values).toMatchObject({ text: "哪个对" });
});

it("tells a step that came late until the person has taken note, also after a new start", async () => {
  const server = new FakeServer();
  const [worker, late, first] = [await joined(server, 7), await joined(server, 8), await joined(server, 8)];
  const id = await worker.model.create("incident", { note: "落石" });
  await idle();
  for (const each of [late, first]) await each.model.syncNow();
  await idle();
  late.link.reachable = false;
  await late.model.take(id, "approve", {});
  await first.model.take(id, "return", { return_note: "哪里" });
  await idle();
  late.link.reachable = true;
  await late.model.syncNow();
  await idle();
  const [need] = late.model.needs.value;
  expect(need).toMatchObject({ sort: "overtaken", step: "approve", record: id, open: true });
  await late.model.putAway(need as Need);
  expect(late.model.needs.value).toEqual([]);
  const again = desk(server, { store: late.outside.store });
  await again.start();
  await idle();
  expect(again.model.needs.value).toEqual([]);
});

const stamp = [NOON, 0, "0000000aaaaaaaaa"] as const;
const op = { n: 1, stamp, kind: "incident", record: "r", area: 2, sets: {}, step: null };
const row = (more: Partial<OpRow>): OpRow => ({
  id: "0000000aaaaaaaaa.1",
  op,
  person: 7,
  photos: [],
  urgent: false,
  leftMs: 1,
  code: "bad_area",
  refused: true,
  undone: false,
  receivedMs: 0,
  tries: 0,
  laterMs: 0,
  ...more,
});
const parked = { ...note, name: "left_over", identity: "entry" as const };
const by = {
  kinds: new Map([incident, parked].map((page) => [page.name, page])),
  units: new Map(UNITS.map((unit) => [unit.id, unit])),
  actor: actorOf(7),
  note: undefined,
};
const ENTRY = JSON.stringify(["incident", "r", null, { note: { is: "落石" } }, ["finish", "open"]]);
const kept = (state: string): RecordRow => ({
  id: row({}).id,
  kind: parked.name,
  area: 2,
  author: 7,
  madeMs: NOON,
  receivedMs: NOON,
  state,
  head: [0, "", 0],
  cells: { entry: [ENTRY, stamp], reason: ["gone", stamp] },
  held: {},
  story: [],
});

it("lists an entry that was parked by the record the server made of it, until the person has taken note", () => {
  const records = (state: string) => new Map([[kept(state).id, kept(state)]]);
  const id = row({}).id;
  const words = { kind: "incident", record: "r", step: "finish", sets: { note: "落石" }, code: "gone" };
  const expected = { sort: "parked", id, sentOn: id, area: 2, ...words };
  expect(needsOf([], records("open"), new Map(), by)).toMatchObject([{ ...expected, open: false }]);
  expect(needsOf([], records("left"), new Map(), by)).toMatchObject([{ ...expected, open: true }]);
  const others = new Map([[id, { ...kept("open"), author: 8 }]]);
  expect(needsOf([], others, new Map(), by)).toEqual([]);
  const away = { away: [id], asked: {} };
  expect(needsOf([], records("left"), new Map(), { ...by, note: away })).toEqual([]);
});

it("says of an entry that nobody could read no more than that", () => {
  const cells = { entry: ["WzFd", stamp] as const, reason: ["unreadable", stamp] as const };
  const record = { ...kept("open"), cells };
  const [need] = needsOf([], new Map([[record.id, record]]), new Map(), by);
  expect(need).toMatchObject({ kind: parked.name, record: record.id, sets: {}, code: "unreadable" });
});

it("puts what waits for the person before what the secretary has", () => {
  const rows = [row({ id: "a.1", sentOn: "b.1" }), row({ id: "a.2" })];
  expect(needsOf(rows, new Map(), new Map(), by).map((need) => need.id)).toEqual(["a.2", "a.1"]);
});
