// Twin of sync/value.py: read the reasons there. Shared cases: tests/vectors/value.json.

export type Value = null | boolean | number | string | readonly Value[];

export const INT_MAX = Number.MAX_SAFE_INTEGER;
export const TEXT_MAX = 2_000; // code points of one text, as Python counts
export const LIST_MAX = 64; // elements of one list: photos, tags
export const INSTANT_MAX = 4_102_444_800_000; // ms, 2100-01-01
export const ACCURACY_CM_MAX = 10_000_000; // 100 km
export const AGE_MS_MAX = 31 * 86_400_000; // ms
const PHOTO_KEY = /^[A-Za-z0-9_-]{22}$/;
const DEVICE = /^[0-9a-f]{16}$/; // device number and incarnation
const RECORD_ID = /^[0-9a-f]{16}\.[1-9][0-9]{0,15}$/;
const PLACE_BOUNDS = [
  [-900_000_000, 900_000_000],
  [-1_800_000_000, 1_800_000_000],
  [0, ACCURACY_CM_MAX],
  [0, AGE_MS_MAX],
  [0, 2],
  [0, 2],
] as const;

/** A JSON object whose names come from outside. Read it with `own`: "constructor" is a legal name. */
export type Named<T> = { readonly [name: string]: T };

const has = Object.prototype.hasOwnProperty;

/** Give what an object holds under a name by itself, not through its prototype. */
export const own = <T>(named: Named<T>, name: string): T | undefined =>
  has.call(named, name) ? named[name] : undefined;

/** What a field may hold: its type and bounds, as its kind page declares them. */
export interface Spec {
  readonly type: string;
  readonly options: readonly string[];
  readonly low: number | null;
  readonly high: number | null;
}

/** Tell a JSON object from a list, null and plain values. */
export const isNamed = (value: unknown): value is Named<unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Tell whether `value` is an integer within bounds. */
export const isInt = (value: unknown, low = -INT_MAX, high = INT_MAX): value is number =>
  Number.isSafeInteger(value) && low <= (value as number) && (value as number) <= high;

/** Tell whether `value` is text every store can keep: bounded, no NUL, no lone surrogate. */
export function isText(value: unknown, high = TEXT_MAX): value is string {
  if (typeof value !== "string") return false;
  let length = 0;
  for (const char of value) {
    const code = char.codePointAt(0) as number;
    if (++length > high || code === 0 || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

/** Tell whether `value` is a calendar day as yyyymmdd, from 1900 on. */
export function isDay(value: unknown): value is number {
  if (!isInt(value, 19000101, 21001231)) return false;
  const year = Math.floor(value / 10_000);
  const month = Math.floor(value / 100) % 100;
  const day = value % 100;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return length !== undefined && 1 <= day && day <= length;
}

/** Tell whether `value` is [latE7, lonE7, accuracyCm, ageMs, source, datum] within bounds. */
export const isPlace = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === PLACE_BOUNDS.length &&
  PLACE_BOUNDS.every(([low, high], at) => isInt(value[at], low, high));

/** Tell whether `value` is a photo key: the first 16 bytes of a SHA-256, base64url, no padding. */
export const isPhoto = (value: unknown): boolean => typeof value === "string" && PHOTO_KEY.test(value);

/** Tell whether `value` is a record id: 16 hex digits of origin, a dot, a positive number. */
export const isRecordId = (value: unknown): value is string =>
  typeof value === "string" && RECORD_ID.test(value) && Number(value.slice(17)) <= INT_MAX;

/** Tell whether `value` is a device id: 16 lowercase hex digits. */
export const isDevice = (value: unknown): value is string => typeof value === "string" && DEVICE.test(value);

const isOption = (spec: Spec, value: unknown): boolean =>
  typeof value === "string" && spec.options.includes(value);

/** Tell whether `value` may be one element of a list field (type choices, photos or refs). */
export const isElement = (spec: Spec, value: unknown): boolean =>
  spec.type === "photos" ? isPhoto(value) : spec.type === "refs" ? isRecordId(value) : isOption(spec, value);

/** Tell whether a field of this spec may hold `value`; null (cleared) fits every field. */
export function fits(spec: Spec, value: unknown): boolean {
  if (value === null) return true;
  switch (spec.type) {
    case "text":
      return isText(value, spec.high ?? TEXT_MAX);
    case "int":
      return isInt(value, spec.low ?? -INT_MAX, spec.high ?? INT_MAX);
    case "person":
    case "unit":
      return isInt(value, 1);
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return isOption(spec, value);
    case "day":
      return isDay(value);
    case "instant":
      return isInt(value, 0, INSTANT_MAX);
    case "place":
      return isPlace(value);
    case "ref":
      return isRecordId(value);
  }
  return fitsList(spec, value);
}

/** Tell whether a list field (choices, photos, refs) may hold `value`. */
export const fitsList = (spec: Spec, value: unknown): boolean =>
  Array.isArray(value) && value.length <= LIST_MAX && value.every((each) => isElement(spec, each));

/** Order texts by code point, as Python does: UTF-16 units would put an emoji before U+FF01. */
export function compare(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

/** Spell a JSON value the one way both twins do: names in order, no spaces, text as it is. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isNamed(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort(compare);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** Place a value in its ordered choice (later options are graver), or a number by itself. */
export function rank(options: readonly string[], value: unknown): number {
  if (typeof value === "string") return options.indexOf(value);
  return typeof value === "boolean" || typeof value === "number" ? Number(value) : -INT_MAX;
}
