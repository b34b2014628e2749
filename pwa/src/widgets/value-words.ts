// Values and records in words, from the labels of their kind pages.

import type { Unit, View } from "../model.ts";
import type { Field, KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { glue, pick, say } from "../words/say.ts";
import { dateWords, daysAgo, dayWords, startOf, whenWords } from "./dates.ts";
import { accuracyWords } from "./distance.ts";
import { empty, type NamedField } from "./page.ts";

/** What words refer to: other records, people, places, pages, and the time. */
export interface World {
  kinds: ReadonlyMap<string, KindPage>;
  views: ReadonlyMap<string, View>;
  people: ReadonlyMap<number, string>;
  units: ReadonlyMap<number, Unit>;
  nowMs: number;
  me: number;
}

/** A unit as people say it: 石桥村三网格, not 三网格. */
export function unitWords(id: number, world: World): string {
  const unit = world.units.get(id);
  if (!unit) return "";
  const above = unit.tier === 5 ? (world.units.get(unit.parent)?.name ?? "") : "";
  return unit.name.startsWith(above) ? unit.name : `${above}${say("wordGap")}${unit.name}`;
}

/** A person's name; "你" for the reader, "系统" for 0. */
export function personWords(id: number, world: World): string {
  if (id === world.me) return say("you");
  return id === 0 ? say("system") : (world.people.get(id) ?? say("someone"));
}

/** One option of a choice, in words. */
export function optionWords(field: Field, value: Value): string {
  const option = field.options.find((each) => each.value === value);
  return option ? pick({ zh: option.zh, en: option.en }) : String(value);
}

/** A field's value in words, "" when there is none. */
export function valueWords(field: Field, value: Value | undefined, world: World): string {
  if (value === undefined || empty(value)) return field.type === "flag" && value === false ? say("no") : "";
  if (Array.isArray(value) && field.type !== "place") {
    if (field.type === "photos") return say("photoCount", { n: value.length });
    return value
      .map((each) => oneValue(field, each, world))
      .join(field.type === "text" ? "\n" : say("listGap"));
  }
  return oneValue(field, value as Value, world);
}

function oneValue(field: Field, value: Value, world: World): string {
  switch (field.type) {
    case "choice":
    case "choices":
      return optionWords(field, value);
    case "flag":
      return say("yes");
    case "int":
      return glue(`${value} ${field.unit}`.trim());
    case "day":
      return dayWords(startOf(Number(value)));
    case "instant":
      return whenWords(Number(value), world.nowMs);
    case "place":
      return Array.isArray(value) ? accuracyWords(Number(value[2])) : "";
    case "person":
      return personWords(Number(value), world);
    case "unit":
      return unitWords(Number(value), world);
    case "ref":
    case "refs":
      return refWords(String(value), world);
    default:
      return String(value);
  }
}

function refWords(id: string, world: World): string {
  const view = world.views.get(id);
  return view ? titleWords(view, world) : say("unknownRecord");
}

const filled = (names: readonly string[], view: View, page: KindPage, world: World): string[] =>
  names.flatMap((name) => {
    const field = page.fields[name];
    const words = field ? valueWords(field, view.values[name], world) : "";
    return words ? [words.split("\n")[0] as string] : [];
  });

/** The name of a record in lists: the page's title fields, or the kind's own word. */
export function titleWords(view: View, world: World): string {
  const page = world.kinds.get(view.kind);
  if (!page) return view.kind;
  const own = filled(page.title, view, page, world);
  return own.length ? own.join(" · ") : pick(page.label);
}

/** The second line of a record in lists. */
export function aboutWords(view: View, world: World): string {
  const page = world.kinds.get(view.kind);
  return page ? filled(page.about, view, page, world).join(say("listGap")) : "";
}

/** "11:20" today, "昨天 11:20", "11月18日" before: short, for lists. */
export const shortWhen = (ms: number, nowMs: number): string =>
  daysAgo(ms, nowMs) <= 1 ? whenWords(ms, nowMs, true) : dateWords(ms, nowMs);

/** What is still to be filled in, in words; "" when nothing is. */
export function missingWords(fields: readonly NamedField[], values: Readonly<Record<string, Value>>): string {
  const labels = fields.flatMap(([name, field]) => (empty(values[name]) ? [pick(field.label)] : []));
  return labels.length ? say("form.missing", { fields: labels.join(say("listGap")) }) : "";
}
