// One field of a form, by its type. Native inputs throughout: they bring the phone's own keyboards,
// pickers and voice typing, and every screen reader knows them.

import type { ComponentChildren } from "preact";
import type { Field } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { pick, say } from "../words/say.ts";
import { dayInput, inputDay, inputInstant, instantInput } from "./dates.ts";
import { PhotosEditor, PlaceEditor } from "./editor-media.tsx";
import type { Filling } from "./filling.ts";
import { Icon } from "./icon.tsx";
import { VoiceNote, Whom } from "./later.tsx";
import { empty } from "./page.ts";
import { Options } from "./tiles.tsx";
import { useWorld } from "./use-model.ts";
import { titleWords, type World } from "./value-words.ts";

interface EditorProps {
  name: string;
  field: Field;
  filling: Filling;
  label?: ComponentChildren; // when the screen asks its own question
  must?: boolean; // a step or the page insists
}

/** Draw the editor of a field. */
export function Editor(props: EditorProps) {
  const { name, field, filling, must = field.required } = props;
  const id = `f-${name}`;
  const label = props.label ?? pick(field.label);
  const grouped = ["choice", "choices", "photos", "place", "person", "unit"].includes(field.type);
  const title = (
    <>
      {label}
      {must && empty(filling.values[name]) && <span class="note"> {say("form.must")}</span>}
    </>
  );
  return (
    <div class="field">
      {field.type === "flag" ? null : grouped ? <h2 id={id}>{title}</h2> : <label for={id}>{title}</label>}
      <Input {...props} id={id} label={label} />
    </div>
  );
}

function Input({ name, field, filling, id, label }: EditorProps & { id: string }) {
  const value = filling.values[name];
  const set = (next: Value): void => filling.set(name, next);
  switch (field.type) {
    case "choice":
      return (
        <Options
          field={field}
          value={value}
          labelledBy={id}
          pickOne={(one) => set(value === one ? null : one)}
        />
      );
    case "choices":
      return (
        <Options
          field={field}
          value={value ?? []}
          labelledBy={id}
          pickOne={(one) => set(toggled(value, one))}
        />
      );
    case "flag":
      return <Toggle on={value === true} flip={() => set(value !== true)} label={label} />;
    case "photos":
      return field.holds === "sound" ? (
        <VoiceNote name={name} filling={filling} />
      ) : (
        <PhotosEditor name={name} filling={filling} />
      );
    case "place":
      return <PlaceEditor filling={filling} />;
    case "person":
    case "unit":
      return <Whom name={name} field={field} filling={filling} />;
    case "ref":
      return <Select id={id} field={field} value={value ?? null} set={set} />;
    default:
      return <Typed id={id} field={field} value={value ?? null} set={set} />;
  }
}

/** A list with an element put in or taken out. */
export const toggled = (value: Value | undefined, one: string): Value => {
  const list = Array.isArray(value) ? (value as readonly Value[]) : [];
  return list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
};

/** A yes-or-no as one chip with its word. */
export function Toggle({
  on,
  flip,
  label,
  icon,
}: {
  on: boolean;
  flip: () => void;
  label: ComponentChildren;
  icon?: string;
}) {
  return (
    <button type="button" class={on ? "chip on" : "chip"} aria-pressed={on} onClick={flip}>
      {on ? <Icon name="check" /> : icon ? <Icon name={icon} /> : null}
      {label}
    </button>
  );
}

interface InputProps {
  id: string;
  field: Field;
  value: Value;
  set: (value: Value) => void;
}

function Typed({ id, field, value, set }: InputProps) {
  if (field.type === "text") return <TextInput id={id} field={field} value={value} set={set} />;
  if (field.type === "int") return <IntInput id={id} field={field} value={value} set={set} />;
  const day = field.type === "day";
  const shown = typeof value === "number" ? (day ? dayInput(value) : instantInput(value)) : "";
  return (
    <input
      id={id}
      class="box"
      type={day ? "date" : "datetime-local"}
      value={shown}
      onChange={(event) => set((day ? inputDay : inputInstant)(event.currentTarget.value))}
    />
  );
}

/** A text that grows with what is written; short ones stay on one line. */
export function TextInput({ id, field, value, set, hint }: InputProps & { hint?: string }) {
  const high = field.high ?? 2000;
  const text = typeof value === "string" ? value : "";
  const shared = { id, class: "box", value: text, maxLength: high, placeholder: hint };
  const write = (next: string): void => set(next === "" ? null : next);
  if (high <= 60) return <input {...shared} onInput={(event) => write(event.currentTarget.value)} />;
  const rows = Math.min(6, Math.max(1, text.split("\n").length, Math.ceil(text.length / 16)));
  return (
    <>
      <textarea {...shared} rows={rows} onInput={(event) => write(event.currentTarget.value)} />
      {!hint && <p class="note">{say("form.speak")}</p>}
    </>
  );
}

function IntInput({ id, field, value, set }: InputProps) {
  return (
    <span class="row">
      <input
        id={id}
        class="box grow"
        type="number"
        inputMode="numeric"
        step="1"
        min={field.low ?? undefined}
        max={field.high ?? undefined}
        value={typeof value === "number" ? value : ""}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          set(typed === "" ? null : Math.trunc(Number(typed)));
        }}
      />
      <span>{field.unit}</span>
    </span>
  );
}

function Select({ id, field, value, set }: InputProps) {
  const world = useWorld();
  const choices = choicesOf(field, world);
  return (
    <select
      id={id}
      class="box"
      value={value === null ? "" : String(value)}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        set(chosen === "" ? null : chosen);
      }}
    >
      <option value="">{say("form.choose")}</option>
      {choices.map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}

function choicesOf(field: Field, world: World): (readonly [string, string])[] {
  return [...world.views.values()]
    .filter(
      ({ kind, state }) => kind === field.refers && !world.kinds.get(kind)?.workflow.states[state]?.withheld,
    )
    .map((view) => [view.id, titleWords(view, world)] as const);
}
