// Questions the screens put to a kind page. Everything a screen knows about a kind, it knows from here.

import type { View } from "../model.ts";
import type { Field, FieldType, KindPage, Step } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";

export type NamedField = readonly [name: string, field: Field];

/** The fields a form asks for, in the order of the page. */
export const asked = (page: KindPage): NamedField[] =>
  Object.entries(page.fields).filter(([, field]) => field.ask && !field.retired);

/** The fields of these names that the page has and still shows. */
export const named = (page: KindPage, names: readonly string[]): NamedField[] =>
  names.flatMap((name): NamedField[] => {
    const field = page.fields[name];
    return field && !field.retired ? [[name, field]] : [];
  });

/** The first field of a type, among those given. */
export const firstOf = (fields: readonly NamedField[], type: FieldType): NamedField | undefined =>
  fields.find(([, field]) => field.type === type);

/** Whether a value says nothing: never written, cleared, or an empty text or list. */
export const empty = (value: Value | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

/** The step of that name. */
export const stepOf = (page: KindPage, name: string): Step | undefined =>
  page.workflow.steps.find((step) => step.name === name);

/** How a state looks: wait, act (somebody must do something) or done. */
export const toneOf = (page: KindPage, state: string): "wait" | "act" | "done" =>
  page.workflow.states[state]?.tone ?? "wait";

/** Whether a flag raises the alarm, such as 很急: once raised it stands. Others only say how something was. */
export const alarms = ({ type, rule }: Field): boolean => type === "flag" && rule === "largest";

/** The labels of what is marked on an unfinished record, such as 很急; nothing once it is done. */
export const flagsOf = (page: KindPage, view: View): Field[] =>
  toneOf(page, view.state) === "done"
    ? []
    : asked(page).flatMap(([name, field]) => (alarms(field) && view.values[name] === true ? [field] : []));

/** Whether the record ever left the community: it is, or was, in a one-way state. */
export function wentUp(page: KindPage, view: View): boolean {
  const states = [
    view.state,
    ...view.story.filter((line) => line.outcome !== "overtaken").map((line) => line.to),
  ];
  return states.some((state) => page.workflow.states[state]?.one_way);
}

/** What the last decision asks for: the field it means, and its question in words. */
export interface Asking {
  person: number;
  atMs: number;
  field: string; // "" when it means none
  reason: string; // name of the field that carries the reason, "" if none
  question: string;
}

/** Read the decision that brought the record into its state; null if it carried no reason. */
export function askingOf(page: KindPage, view: View): Asking | null {
  const line = [...view.story]
    .reverse()
    .find((each) => each.to === view.state && each.outcome !== "overtaken");
  if (!line || Object.keys(line.sets).length === 0) return null;
  const asking = { person: line.person, atMs: line.atMs, field: "", reason: "", question: "" };
  for (const [name, value] of Object.entries(line.sets)) {
    const type = page.fields[name]?.type;
    if (type === "choice" && typeof value === "string") {
      asking.reason = name;
      if (value in page.fields) asking.field = value;
    }
    if (type === "text" && typeof value === "string") asking.question = value;
  }
  return asking;
}
