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
