// What a person does with the day as a whole: the same as last time, handing in, and what is handed in by
// itself once the day is over.

import type { Acts } from "./acts.ts";
import { placeOf } from "./area.ts";
import { FIELDS } from "./bindings.ts";
import { backing, unclosed } from "./closing.ts";
import { dayPage, dutiesOf, sheetId } from "./day.ts";
import type { Parts } from "./exchange.ts";
import type { Mirror } from "./mirror.ts";
import type { View } from "./model.ts";
import type { Position } from "./ports.ts";
import type { Sights } from "./sights.ts";
import type { KindPage } from "./sync/kind.ts";
import { AUTHOR } from "./sync/permit.ts";
import type { Value } from "./sync/value.ts";

const FOUND = "found"; // what was found on one day was not found on the next

interface Outside extends Pick<Parts, "time" | "chance"> {
  readonly position: Position;
}

/** The day of whoever is signed in. */
export class Daily {
  private readonly outside: Outside;
  private readonly mirror: Mirror;
  private readonly sights: Sights;
  private readonly acts: Acts;

  constructor(outside: Outside, mirror: Mirror, sights: Sights, acts: Acts) {
    this.outside = outside;
    this.mirror = mirror;
    this.sights = sights;
    this.acts = acts;
  }

  /** Answer what is open as on the last sheet; where that is said follows as soon as the phone knows. */
  async sameDay(): Promise<readonly string[]> {
    const page = dayPage(this.mirror.kinds.value);
    const last = page && this.lastSheet(page);
    if (!page || !last) return [];
    const open = this.sights.duties.value.filter(({ item, value }) => !value && known(last.values[item]));
    if (!open.length) return [];
    const answers = Object.fromEntries(open.map(({ item }) => [item, last.values[item] as Value]));
    await this.acts.tick({ ...answers, [FIELDS.sameAs]: Number(last.id.slice(-8)) });
    this.locate(page);
    return open.map(({ item }) => item);
  }

  private lastSheet(page: KindPage): View | undefined {
    const today = this.sights.sheetId.value;
    const person = this.mirror.person.value;
    return [...this.sights.views.value.values()]
      .filter((view) => view.kind === page.name && view.author === person && view.id < today)
      .sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  }

  private locate(page: KindPage): void {
    const field = Object.entries(page.fields).find(([, each]) => each.type === "place")?.[0];
    const { position, time, chance } = this.outside;
    if (!field) return;
    let stop: () => void = () => undefined;
    let done = false;
    stop = position.watch((seen) => {
      if (done) return;
      done = true;
      const fix = { ...seen, atMs: time.now() - Math.max(0, chance.wallMs() - seen.atMs) };
      void this.acts.tick({ [field]: placeOf(fix, time.now()) }).then(() => stop());
    });
  }

  /** Hand in the sheet of a day, today's if none is named, with what the records of that day say. */
  async handIn(day = this.sights.today.value): Promise<void> {
    const { mirror, sights, acts } = this;
    const page = dayPage(mirror.kinds.value);
    const step = page?.workflow.steps.find(
      ({ start, by, needs }) => start.includes(page.workflow.begin) && by.includes(AUTHOR) && !needs.length,
    );
    if (!page || !step) return;
    const sheet = sights.record(sheetId(page, mirror.person.value, day));
    const duties = dutiesOf(page, sheet, sights.ticks(page, day), []);
    await acts.tick(backing(page, duties), day, step.name);
  }

  /** Hand in what is left of days gone by. */
  async closeDays(): Promise<void> {
    const actor = this.mirror.actor.value;
    if (!actor) return;
    const { sights, mirror } = this;
    for (const day of unclosed(sights.views.value, mirror.kinds.value, actor, sights.today.value))
      await this.handIn(day);
  }
}

const known = (value: Value | undefined): boolean => typeof value === "string" && value !== FOUND;
