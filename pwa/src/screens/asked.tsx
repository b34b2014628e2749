// A field where a form asks for it: what is known and young enough is shown and not asked again, and who
// wonders why it is asked at all taps its name.

import { useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { Field } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { Editor, toggled } from "../widgets/editor.tsx";
import type { Filling } from "../widgets/filling.ts";
import type { NamedField } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { titleWords, valueWords, type World } from "../widgets/value-words.ts";
import { Why } from "../widgets/why.tsx";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { ageWords } from "./call-parts.tsx";
import { type Around, type Known, knownOf } from "./known.ts";

/** What forms ask of the phone about what is known. */
export function useAround(): Around {
  const model = useModel();
  const { kinds, views, nowMs } = useWorld();
  return { kinds, views, nowMs, writtenMs: (record, field) => model.writtenMs(record, field) };
}

interface AskedProps {
  named: NamedField;
  filling: Filling;
  view?: View; // the record that is written on, if it is there already
  label?: string; // when the screen asks its own question
  must?: boolean;
}

/** Draw the field: its editor, or what is known and the way to the editor. */
export function Asked({ named, filling, view, label, must = named[1].required }: AskedProps) {
  const around = useAround();
  const [open, setOpen] = useState(false);
  const [name, field] = named;
  const known = open ? null : knownOf(named, filling.values, view, around);
  if (known) return <Told field={field} known={known} ask={() => setOpen(true)} />;
  if (field.type === "refs") return <Refs name={name} field={field} filling={filling} view={view} />;
  const words = label ?? pick(field.label);
  const title = field.purpose && field.type !== "flag" ? <Why term={words} why={field.purpose} /> : words;
  return <Editor name={name} field={field} filling={filling} label={title} must={must} />;
}

interface ToldProps {
  field: Field;
  known: Known;
  ask: () => void;
}

/** What is known, since when, and whether it is another's word. */
function Told({ field, known: { value, atMs, view, named }, ask }: ToldProps) {
  const world = useWorld();
  const here = named[1] === field;
  return (
    <div class="row apart">
      <span>
        <Why term={pick(field.label)} why={field.purpose} /> <b>{valueWords(named[1], value, world)}</b>
        <span class="note">
          {" "}
          {[here ? "" : titleWords(view, world), ageWords(atMs, world.nowMs)]
            .filter(Boolean)
            .join(say("listGap"))}
        </span>
      </span>
      <button type="button" class="chip" onClick={ask}>
        {say("change")}
      </button>
    </div>
  );
}

interface RefsProps {
  name: string;
  field: Field;
  filling: Filling;
  view: View | undefined;
}

/** Several records out of those of a kind; of those that belong to something, the ones that belong to the same. */
function Refs({ name, field, filling, view }: RefsProps) {
  const world = useWorld();
  const value = filling.values[name] ?? [];
  const chosen = Array.isArray(value) ? (value as readonly Value[]) : [];
  return (
    <div class="field">
      <h2 id={`f-${name}`}>{pick(field.label)}</h2>
      <div class="chips" role="group" aria-labelledby={`f-${name}`}>
        {choices(field, { ...view?.values, ...filling.values }, world).map((each) => (
          <button
            key={each.id}
            type="button"
            class={chosen.includes(each.id) ? "chip on" : "chip"}
            aria-pressed={chosen.includes(each.id)}
            onClick={() => filling.set(name, toggled(value, each.id))}
          >
            {titleWords(each, world)}
          </button>
        ))}
      </div>
    </div>
  );
}

function choices(field: Field, values: Readonly<Record<string, Value>>, { kinds, views }: World): View[] {
  const refs = Object.entries(kinds.get(field.refers)?.fields ?? {}).filter(([, { type }]) => type === "ref");
  const named = new Set(Object.values(values));
  const all = [...views.values()].filter((each) => each.kind === field.refers);
  const same = all.filter((each) => refs.some(([ref]) => each.values[ref] && named.has(each.values[ref])));
  return same.length ? same : all;
}
