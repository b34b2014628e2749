// What the forms of a call share, be it on a household or a place: what is known and how old that is, another
// day, and a problem that is reported along with it.

import { useEffect, useState } from "preact/hooks";
import type { Model, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { DAY_MS, dateWords, dayOf, daysAgo } from "../widgets/dates.ts";
import { Toggle } from "../widgets/editor.tsx";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { asked, empty, firstOf, type NamedField } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { titleWords, valueWords } from "../widgets/value-words.ts";
import { Why } from "../widgets/why.tsx";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { callsOn, putOff } from "./calls.ts";
import type { FormProps } from "./draft.tsx";
import { fresh } from "./known.ts";
import { CORRECTION, ORIGIN } from "./registry.ts";
import { buzz, go } from "./route.ts";

/** On whom or what the call of a form is: named by the address, or by the draft. */
export function useTarget({ page, draft, about }: FormProps): View | undefined {
  const target = firstOf(asked(page), "ref");
  return useWorld().views.get(about || String((target && draft?.values[target[0]]) ?? ""));
}

/** Leaving a form in which nothing was said leaves no draft behind that would stand in the camera's way. */
export function useLeaving(page: KindPage, rest: readonly NamedField[]): void {
  const model = useModel();
  useEffect(
    () => () => {
      const draft = model.draft.peek();
      if (draft?.kind !== page.name || draft.record || draft.photos.length > 0) return;
      if (rest.every(([name]) => empty(draft.values[name]))) void model.dropDraft();
    },
    [],
  );
}

/** The fields of a record that keep for a while, once asked: their value and its age, and whether it still holds. */
export function Known({ view }: { view: View }) {
  const { kinds, nowMs } = useWorld();
  const fields = Object.entries(kinds.get(view.kind)?.fields ?? {});
  const kept = fields.filter(([name, field]) => field.fresh_days > 0 && !empty(view.values[name]));
  return (
    <>
      {kept.map((named) => (
        <Kept key={named[0]} view={view} named={named} nowMs={nowMs} />
      ))}
    </>
  );
}

function Kept({ view, named: [name, field], nowMs }: { view: View; named: NamedField; nowMs: number }) {
  const model = useModel();
  const world = useWorld();
  const value = view.values[name] ?? null;
  const atMs = model.writtenMs(view.id, name);
  const still = (): void => void model.edit(view.id, { [name]: value }, [name]).then(buzz);
  return (
    <div class="row apart">
      <span>
        <Why term={pick(field.label)} why={field.purpose} /> <b>{valueWords(field, value, world)}</b>
        <span class="note"> {ageWords(atMs, nowMs)}</span>
      </span>
      {!fresh(field, value, atMs, nowMs) && (
        <span class="row">
          <button type="button" class="chip" onClick={still}>
            {say("known.still")}
          </button>
          <a class="chip" href={`#/edit/${view.id}`}>
            {say("change")}
          </a>
        </span>
      )}
    </div>
  );
}

/** "今天问的", "12 天前问的". */
export function ageWords(ms: number, nowMs: number): string {
  const days = daysAgo(ms, nowMs);
  return days <= 0 ? say("known.today") : say("known.ago", { n: days });
}

interface AnotherDayProps {
  view: View; // on what the call would be
  page: KindPage; // of the call
}

/** Another day, while what is due may still be put off; once it may not, that is said. */
export function AnotherDay({ view, page }: AnotherDayProps) {
  const model = useModel();
  const world = useWorld();
  const [open, setOpen] = useState(false);
  const offer = putOff(view, page, callsOn(world.views, page, view.id));
  const [field] = offer?.needs ?? [];
  if (!offer || field === undefined) return null;
  const move = async (days: number): Promise<void> => {
    await model.take(view.id, offer.step, { [field]: dayOf(world.nowMs + days * DAY_MS) });
    buzz();
    go("#/today", true);
  };
  return open ? (
    <div class="chips" role="group" aria-label={say("call.later")}>
      {[1, 2, 7].map((days) => (
        <button key={days} type="button" class="chip" onClick={() => void move(days)}>
          {days === 1 ? say("tomorrow") : dateWords(world.nowMs + days * DAY_MS, world.nowMs)}
        </button>
      ))}
    </div>
  ) : (
    <button type="button" class="plain" onClick={() => setOpen(true)}>
      <Icon name="clock" />
      {say("call.later")}
    </button>
  );
}

/** The switch that goes on to a report once the call is saved. */
export function Also({ on, flip }: { on: boolean; flip: () => void }) {
  return <Toggle on={on} flip={flip} label={say("call.report")} icon="up" />;
}

/** Begin a report about what a call found; false while another record lies in the draft. */
export async function reportFrom(
  model: Model,
  report: string,
  call: string,
  on: View,
  words = "",
): Promise<boolean> {
  const page = model.kinds.peek().get(report);
  if (!page || held(model.draft.peek())) return false;
  const world = { kinds: model.kinds.peek(), views: model.views.peek(), people: model.people.peek() };
  const name = titleWords(on, { ...world, units: model.units.peek(), nowMs: 0, me: -1 });
  const note = firstOf(asked(page), "text")?.[0];
  await model.startDraft(report, on.area);
  await model.editDraft({
    values: {
      ...(page.fields[ORIGIN] ? { [ORIGIN]: call } : {}),
      ...(note ? { [note]: say("today.about", { duty: name }) + words } : {}),
    },
  });
  model.locate();
  go("#/draft", true);
  return true;
}

/** The way to a correction, where the town has them: somebody moved or died, a name is wrong. */
export function Correct({ view }: { view: View }) {
  if (!useWorld().kinds.has(CORRECTION)) return null;
  return (
    <a class="quiet" href={`#/new/${CORRECTION}/${view.id}`}>
      {say("call.correct")}
    </a>
  );
}
