import { describe, expect, it } from "vitest";
import type { OpRow } from "../../pwa/src/ports.ts";
import { settleOne } from "../../pwa/src/predict.ts";
import type { Op } from "../../pwa/src/sync/op.ts";
import type { Record as Kept } from "../../pwa/src/sync/register.ts";
import { type Sight, viewOf } from "../../pwa/src/view.ts";
import { DEVICE, oneOp, rowOf } from "./rows.ts";
import { actorOf, GRANTS, incident, NOON, world } from "./town.ts";

const OTHER = "0000000bbbbbbbbb";
const WORKER = actorOf(7);
const SECRETARY = { person: 8, device: OTHER, grants: GRANTS[8] ?? [] };

const sight = (more: Partial<Sight> = {}): Sight => ({
  ...world,
  actor: WORKER,
  outbox: [],
  sending: new Set(),
  online: true,
  backed: 0,
  writerOf: () => 0,
  now: () => 0,
  ...more,
});

const op = (n: number, more: Partial<Op> = {}): Op =>
  oneOp(n, { record: `${DEVICE}.1`, area: n === 1 ? 2 : null, ...more });

/** The record as the server has it after these ops of these people. */
function confirmed(...ops: (readonly [Op, typeof WORKER])[]): Kept {
  const record = ops.reduce<Kept | undefined>(
    (known, [each, actor]) => settleOne(known, each, actor, world, NOON + 500).record ?? known,
    undefined,
  );
  if (!record) throw new Error("nothing was made");
  return record;
}

const made = op(1, { sets: { note: { is: "落石" }, photos: { add: ["k".repeat(22)] } } });

describe("a record nobody but its author has", () => {
  const rows = [rowOf(made)];
  const view = viewOf(undefined, rows, sight({ outbox: rows }));

  it("is shown as it will be, waiting, and can be taken back", () => {
    expect(view).toMatchObject({
      state: "in_review",
      receivedMs: 0,
      number: "",
      sent: "wait",
      undoable: true,
      author: 7,
    });
    expect(view?.values.note).toBe("落石");
    expect(view?.photos).toEqual({ photos: ["k".repeat(22)] });
  });

  it("says of its history that nobody has answered yet", () => {
    expect(view?.story.map((line) => [line.step, line.outcome])).toEqual([
      ["", "waiting"],
      ["route_review", "waiting"],
    ]);
  });

  it("is sending while its op is under way, and stays after it has left", () => {
    expect(viewOf(undefined, rows, sight({ sending: new Set([rowOf(made).id]) }))?.sent).toBe("send");
    const left = [rowOf(made, { leftMs: 1 })];
    expect(viewOf(undefined, left, sight({ outbox: left }))?.undoable).toBe(false);
  });

  it("is nothing without an op that makes it", () => {
    expect(viewOf(undefined, [], sight())).toBeUndefined();
  });
});

describe("a record the server has", () => {
  const record = confirmed([made, WORKER]);

  it("is delivered, with the number people quote and the time it was received", () => {
    expect(viewOf(record, [], sight())).toMatchObject({
      sent: "done",
      number: "10-1",
      receivedMs: NOON + 500,
      undoable: false,
    });
  });

  it("shows own unanswered words on top", () => {
    const edit = rowOf(op(2, { sets: { note: { is: "大落石", over: [made.stamp] } } }));
    const view = viewOf(record, [edit], sight());
    expect(view).toMatchObject({ sent: "wait", values: { note: "大落石" }, receivedMs: NOON + 500 });
    expect(view?.clashes).toEqual([]);
  });

  it("offers the steps this person may take in this state, by the server's own rules", () => {
    expect(viewOf(record, [], sight())?.offers).toEqual([]);
    const offers = viewOf(record, [], sight({ actor: SECRETARY }))?.offers;
    expect(offers?.map((offer) => [offer.step, offer.tone])).toEqual([
      ["approve", "go"],
      ["return", "back"],
    ]);
    expect(offers?.[1]).toMatchObject({ to: "returned", needs: ["return_note"] });
  });

  it("says whose turn it is, by the holders of its state", () => {
    const incident = world.kinds.get("incident");
    if (!incident) throw new Error("no page");
    const { states } = incident.workflow;
    const in_review = { ...states.in_review, holder: ["author", "community_secretary"] } as typeof states.x;
    const workflow = { ...incident.workflow, states: { ...states, in_review } } as typeof incident.workflow;
    const kinds = new Map([["incident", { ...incident, workflow }]]);
    expect(viewOf(record, [], sight({ kinds }))?.turn).toEqual(["community_secretary"]);
    expect(viewOf(record, [], sight())?.turn).toEqual([]);
  });

  it("offers a step that needs the link only while there is one", () => {
    const incident = world.kinds.get("incident");
    if (!incident) throw new Error("no page");
    const steps = incident.workflow.steps.map((step) => ({ ...step, offline: "online_only" as const }));
    const kinds = new Map([["incident", { ...incident, workflow: { ...incident.workflow, steps } }]]);
    expect(viewOf(record, [], sight({ actor: SECRETARY, kinds, online: false }))?.offers).toEqual([]);
    expect(viewOf(record, [], sight({ actor: SECRETARY, kinds }))?.offers.length).toBe(2);
  });

  it("tells what a step carried, in the words it carried", () => {
    const back = op(9, {
      stamp: [NOON + 9, 0, OTHER],
      sets: { return_note: "在哪" },
      step: { name: "return", saw: "in_review" },
    });
    const returned = confirmed([made, WORKER], [back, SECRETARY]);
    const view = viewOf(returned, [], sight());
    expect(view?.state).toBe("returned");
    expect(view?.story[view.story.length - 1]).toMatchObject({
      step: "return",
      person: 8,
      outcome: "done",
      sets: { return_note: "在哪" },
    });
    expect(view?.offers.map((offer) => offer.step)).toEqual(["add_facts"]);
  });

  it("of a kind this phone has no page for is kept, with nothing to show", () => {
    expect(viewOf(record, [], sight({ kinds: new Map() }))).toMatchObject({
      values: {},
      offers: [],
      clashes: [],
    });
  });
});

describe("where an entry is safe", () => {
  const record = { ...confirmed([made, WORKER]), at: 40 };
  const kept = (at: number | undefined, backed: number, ...rows: OpRow[]) =>
    viewOf(at === undefined ? confirmed([made, WORKER]) : { ...record, at }, rows, sight({ backed }))?.kept;

  it("is the phone, until all of it is answered", () => {
    expect(viewOf(undefined, [rowOf(made)], sight({ backed: 99 }))?.kept).toBe("phone");
    expect(kept(40, 99, rowOf(op(2, { sets: { matter: "flooding" } })))).toBe("phone");
  });

  it("is the server, until a backup reaches as far, or where no position is known", () => {
    expect([kept(40, 0), kept(40, 39), kept(undefined, 99)]).toEqual(["server", "server", "server"]);
    expect([kept(40, 40), kept(40, 41)]).toEqual(["backup", "backup"]);
  });
});

describe("what two people wrote", () => {
  const theirs = op(2, { stamp: [NOON + 50, 0, OTHER], sets: { note: { is: "滑坡" } }, area: null });
  const record = confirmed(
    [made, WORKER],
    [
      { ...theirs, stamp: [NOON + 50, 0, OTHER] },
      { ...WORKER, device: OTHER },
    ],
  );

  it("stands side by side, with who and when, mine marked", () => {
    const clash = viewOf(record, [], sight({ writerOf: (device) => (device === OTHER ? 7 : 0) }))?.clashes[0];
    expect(clash?.field).toBe("note");
    expect(clash?.choices).toMatchObject([
      { value: "落石", person: 7, mine: true, atMs: NOON + 1, device: DEVICE },
      { value: "滑坡", person: 7, mine: false, device: OTHER },
    ]);
  });
});

describe("an op that was refused", () => {
  it("stays in sight with its words and its reason, on top of what counts", () => {
    const record = confirmed([made, WORKER]);
    const refused = rowOf(op(2, { sets: { matter: "flooding" } }), {
      refused: true,
      code: "not_your_field",
      leftMs: 1,
    });
    expect(viewOf(record, [refused], sight())).toMatchObject({
      sent: "fail",
      reason: "not_your_field",
      state: "in_review",
      values: { matter: "flooding", note: "落石" },
    });
  });

  it("keeps a record alive that only this phone knows", () => {
    const refused = rowOf(op(1, { area: 3, sets: { matter: "flooding" } }), {
      refused: true,
      code: "not_your_role",
    });
    expect(viewOf(undefined, [refused], sight())).toMatchObject({
      sent: "fail",
      author: 7,
      area: 3,
      values: { matter: "flooding" },
    });
  });

  it("that only waits for newer pages says so, too", () => {
    const odd = rowOf(op(1, { kind: "stranger" }), { code: "unknown_kind", laterMs: NOON });
    expect(viewOf(undefined, [odd], sight())).toMatchObject({
      sent: "fail",
      reason: "unknown_kind",
      kind: "stranger",
    });
  });
});

describe("a record that keeps an entry", () => {
  const page = { ...incident, name: "left_over", identity: "entry" as const };
  const kinds = new Map([...world.kinds, [page.name, page]]);
  const keeping = (entry: string, kind = page.name) =>
    viewOf(
      { ...confirmed([made, WORKER]), kind, cells: { entry: [entry, made.stamp] } },
      [],
      sight({ kinds }),
    );
  const text = JSON.stringify([
    "incident",
    made.record,
    2,
    { note: { is: "落石" } },
    ["approve", "in_review"],
  ]);

  it("tells what that says", () => {
    const entry = { kind: "incident", record: made.record, step: "approve", sets: { note: "落石" } };
    expect(keeping(text)?.entry).toEqual(entry);
  });

  it("tells nothing of one nobody can read, and no other record tells any", () => {
    for (const unread of ["AAEC/w==", "", "7", "{}"]) expect(keeping(unread)?.entry).toBeNull();
    expect(keeping(text, "incident")?.entry).toBeNull();
  });
});
