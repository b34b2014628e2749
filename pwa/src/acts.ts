// What a person does to records: each act becomes an op in the outbox, and is over when that is on the
// disk. Acts follow one another, so that a second tap sees what the first did.

import { areaFor } from "./area.ts";
import { FIELDS, KINDS } from "./bindings.ts";
import { changesOf, firstChanges, settled, stampsIn } from "./change.ts";
import { dayOf, dayPage, itemsOf, sheetId } from "./day.ts";
import type { Parts } from "./exchange.ts";
import type { Mirror } from "./mirror.ts";
import type { Beside, Need } from "./model.ts";
import { asked, putAway } from "./needs.ts";
import { enqueue, resend, takeBack, undo, type Write } from "./outbox.ts";
import type { OpRow, Writer } from "./ports.ts";
import type { Sights } from "./sights.ts";
import type { KindPage } from "./sync/kind.ts";
import { perDay } from "./sync/op.ts";
import { type Actor, mayCreate } from "./sync/permit.ts";
import type { Record } from "./sync/register.ts";
import { type Named, own, type Value } from "./sync/value.ts";

/** What an act sets off. */
export interface Effects {
  /** Something was written here: show it, tell the other tabs. */
  written(): Promise<void>;
  /** Something waits to be sent. */
  send(urgent: boolean): void;
}

type Values = Named<Value>;
const QUEUE = ["outbox", "sent", "notes", "photos"] as const;

export class Acts {
  private readonly parts: Pick<Parts, "store" | "time">;
  private readonly mirror: Mirror;
  private readonly sights: Sights;
  private readonly effects: Effects;
  private last: Promise<unknown> = Promise.resolve();

  constructor(parts: Pick<Parts, "store" | "time">, mirror: Mirror, sights: Sights, effects: Effects) {
    this.parts = parts;
    this.mirror = mirror;
    this.sights = sights;
    this.effects = effects;
  }

  /** Do one thing after the other. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.last.then(act);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Store a write, whatever belongs to it, and the records that are made with it, in one transaction. */
  async post(
    write: Write,
    also?: (tx: Writer, queued: OpRow) => Promise<void>,
    beside?: Beside,
  ): Promise<OpRow> {
    const row = await this.parts.store.write(QUEUE, async (tx) => {
      const queued = await enqueue(tx, write, this.parts.time.now());
      await also?.(tx, queued);
      const { area, record } = queued.op;
      for (const [kind, values] of beside?.(record) ?? [])
        await enqueue(tx, this.making(this.page(kind), values, area ?? 0, []), this.parts.time.now());
      return queued;
    });
    await this.effects.written();
    this.effects.send(row.urgent);
    return row;
  }

  edit(id: string, values: Values, again: readonly string[] = []): Promise<void> {
    return this.inTurn(async () => {
      await this.write(id, values, "", again);
    });
  }

  /** Take a step; one that is no longer offered, because a first tap took it, is not taken twice. Held, it
   *  leaves no sooner. Gives the op, "" if there is none. */
  take(id: string, step: string, values: Values, heldMs = 0): Promise<string> {
    return this.inTurn(async () => {
      const offer = this.sights.views.value.get(id)?.offers.find((each) => each.step === step);
      return offer ? this.write(id, values, step, undefined, heldMs) : "";
    });
  }

  /** Take back steps that were held; gives how many had not left. */
  takeBack(ops: readonly string[]): Promise<number> {
    return this.inTurn(async () => {
      const count = await this.parts.store.write(["outbox"], (tx) => takeBack(tx, ops));
      await this.effects.written();
      return count;
    });
  }

  private async write(
    id: string,
    values: Values,
    step: string,
    again?: readonly string[],
    heldMs = 0,
  ): Promise<string> {
    const found = this.find(id);
    const write = found && this.writing(found.record, found.page, values, step, [], again);
    if (!write) return "";
    const laterMs = this.parts.time.now() + heldMs;
    const hold = (tx: Writer, row: OpRow): Promise<void> => tx.put("outbox", { ...row, laterMs });
    return (await this.post(write, heldMs ? hold : undefined)).id;
  }

  /** Word a write on a record; null when it says nothing new. */
  writing(
    record: Record,
    page: KindPage,
    values: Values,
    step: string,
    photos: readonly string[],
    again = page.workflow.steps.find((each) => each.name === step)?.needs ?? [],
  ): Write | null {
    const sets = changesOf(page, record, values, this.mirror.device.value, again);
    if (!step && !Object.keys(sets).length) return null;
    const taken = step ? { name: step, saw: record.state } : null;
    return {
      kind: page.name,
      record: record.id,
      area: null,
      sets,
      step: taken,
      photos,
      seen: seenIn(record),
    };
  }

  /** Word the write that makes a record. */
  making(page: KindPage, values: Values, area: number, photos: readonly string[]): Write {
    const actor = this.actor();
    const today = dayOf(this.parts.time.now());
    const record = page.identity === "person_day" ? perDay(actor.person, page.series, today) : null;
    return {
      kind: page.name,
      record,
      area: area || areaFor(page, 0, null, actor, this.mirror.units.value) || null,
      sets: firstChanges(page, values),
      step: null,
      photos,
      seen: [],
    };
  }

  create(kind: string, values: Values, area: number, beside?: Beside): Promise<string> {
    return this.inTurn(async () => {
      const page = this.page(kind);
      const captured = { [FIELDS.captured]: this.parts.time.now(), ...values };
      return (await this.post(this.making(page, captured, area, []), undefined, beside)).op.record;
    });
  }

  settle(id: string, field: string, value: Value): Promise<void> {
    return this.inTurn(async () => {
      const found = this.find(id);
      const cell = found && own(found.record.cells, field);
      if (!found || !cell) return;
      const sets = { [field]: settled(cell, value) };
      const { kind } = found.record;
      await this.post({
        kind,
        record: id,
        area: null,
        sets,
        step: null,
        photos: [],
        seen: seenIn(found.record),
      });
    });
  }

  /** Ask the secretary about something; what was asked about remembers the note. */
  sendOn(need: Need, text: string, entry: string): Promise<void> {
    return this.inTurn(async () => {
      const page = this.page(KINDS.note);
      const said = { [FIELDS.text]: text, [FIELDS.about]: need.record, [FIELDS.entry]: entry };
      const area = mayCreate(page, this.actor(), need.area, this.mirror.units.value) ? 0 : need.area;
      const write = this.making(page, { ...said, [FIELDS.photos]: need.photos }, area, need.photos);
      await this.post(write, (tx, queued) => asked(tx, need, queued.op.record));
    });
  }

  putAway(need: Need): Promise<void> {
    return this.inTurn(async () => {
      await this.parts.store.write(["outbox", "sent", "notes"], (tx) => putAway(tx, need));
      await this.effects.written();
    });
  }

  /** Answer items of the sheet of a day, today's if none is named; the first answer makes it. With a step,
   *  that is taken too, unless it was before. */
  tick(answers: Values, day = 0, step = ""): Promise<void> {
    return this.inTurn(async () => {
      const page = dayPage(this.mirror.kinds.value);
      const today = this.sights.sheetId.value;
      if (!page || !today) return;
      const id = day ? sheetId(page, this.actor().person, day) : today;
      const record = this.sights.record(id);
      const saw = page.workflow.begin;
      if (record) {
        if (!step || record.state === saw) await this.write(id, answers, step);
        return;
      }
      const write = this.making(page, { [FIELDS.day]: Number(id.slice(-8)), ...answers }, 0, []);
      const taken = step ? { name: step, saw } : null;
      if (taken || Object.keys(write.sets).length > 1) await this.post({ ...write, record: id, step: taken });
    });
  }

  /** Answer every open item with its first option; gives which. */
  async tickRest(): Promise<readonly string[]> {
    const page = dayPage(this.mirror.kinds.value);
    const open = this.sights.duties.value.filter((duty) => !duty.value).map((duty) => duty.item);
    if (!page || !open.length) return [];
    const fine = itemsOf(page).filter(([item]) => open.includes(item));
    await this.tick(Object.fromEntries(fine.map(([item, field]) => [item, field.options[0]?.value ?? null])));
    return open;
  }

  /** Take a record back before it left; what it said is handed to `also`, in the same transaction. */
  undo(id: string, also: (tx: Writer, rows: readonly OpRow[]) => Promise<void>): Promise<boolean> {
    return this.inTurn(async () => {
      const done = await this.parts.store.write(QUEUE, async (tx) => {
        const rows = await undo(tx, id);
        if (rows) await also(tx, rows);
        return rows !== null;
      });
      await this.effects.written();
      return done;
    });
  }

  resend(id: string): Promise<void> {
    return this.inTurn(async () => {
      await this.parts.store.write(QUEUE, (tx) => resend(tx, id, this.parts.time.now()));
      await this.effects.written();
      this.effects.send(false);
    });
  }

  /** The page of a kind; a screen cannot be open for one that is not there. */
  page(kind: string): KindPage {
    const page = this.mirror.kinds.value.get(kind);
    if (!page) throw new Error(`no kind ${kind}`);
    return page;
  }

  actor(): Actor {
    const actor = this.mirror.actor.value;
    if (!actor) throw new Error("nobody is signed in");
    return actor;
  }

  /** A record as its editor sees it, with its page. */
  find(id: string): { record: Record; page: KindPage } | undefined {
    const record = this.sights.record(id);
    const page = record && this.mirror.kinds.value.get(record.kind);
    return record && page && { record, page };
  }
}

/** The stamps in sight of whoever writes on a record: the write must be ordered after them. */
const seenIn = (record: Record) => [
  ...record.story.map((entry) => entry.stamp),
  ...Object.values(record.cells).flatMap(stampsIn),
];
