// Twin of sync/wire.py: read the reasons there. Shared cases: tests/vectors/wire.json.
// A phone packs ops and reads receipts; `unpack` stands here so that the cases hold both directions.
import type { Field, KindPage, Kinds } from "./kind.ts";
import { type Op, origin, toVerdict, type Verdict } from "./op.ts";
import { type Cells, type Change, type Entry, type OverChange, type SetChange, toEntry } from "./register.ts";
import { flawOf } from "./shape.ts";
import { canonical, isInt, isNamed, type Named, own } from "./value.ts";

export const VERSION = 1; // of this format
export const ROWS_MAX = 2; // up to so many ops travel as rows
export const OPS_MAX = 500; // ops of one push
export const PHOTOS_MAX = 64; // photos announced in one push

export const COLUMNS_MAX = 2_000; // field columns of one push
export const CELLS_MAX = 64 * OPS_MAX; // values of all field columns: a few bytes can name millions
export const PARTS_MAX = 64; // numbers of one value; a place has six

/** The bytes are not a push. */
export class WireError extends Error {}

/** More than OPS_MAX ops: the phone sends them in parts, so it is told apart. */
export class TooManyOps extends WireError {}

/** States of a photo; a receipt tells them by their place. */
export const STATES = ["expected", "verified", "overdue", "partial"] as const;

/** How a photo came to be: sync/wire.py explains each part. */
export type Shot = readonly [
  source: number,
  takenMs: number,
  place: readonly number[] | null,
  thumb: string,
  original: string,
  originalSize: number,
  link: number,
  seal: string,
];

/** A photo in a push: its key, bytes of the screen size, preview in base64, and how it came to be. */
export type Photo = readonly [key: string, size: number, preview: string, shot?: Shot];

/** A photo in a receipt: its key, place in STATES, preview in base64, what a reviewer should look at, and whether
 *  its original was asked for (1) or is there to be opened (2). */
export type PhotoTold = readonly [
  key: string,
  state: number,
  preview: string,
  flags?: readonly (readonly [code: string, ...figures: unknown[]])[],
  original?: number,
];
export type Span = readonly [from: number, to: number]; // op numbers, both ends in it

/** What a device sends in one exchange. */
export interface Push {
  readonly version: number;
  readonly kinds: string; // version of the kind pages the codes are valid under
  readonly incarnation: string; // 8 hex digits
  readonly deviceMs: number; // the device's clock
  readonly cursor: string; // "" at first
  readonly top: number; // highest op number made
  readonly low: number; // lowest op number not acknowledged
  readonly ops: unknown; // packed, see pack
  readonly photos: readonly Photo[];
}

/** What changed of one record: its head if that did, cells by field, new lines of history. */
export interface Delta {
  readonly id: string;
  readonly kind: string;
  readonly area: number;
  readonly author: number;
  readonly madeMs: number;
  readonly receivedMs: number;
  readonly state: string; // "" if unchanged
  readonly cells: Cells;
  readonly story: readonly Entry[];
}

/** What the server answers. */
export interface Receipt {
  readonly serverMs: number;
  readonly cursor: string;
  readonly more: boolean; // another exchange brings further records
  readonly acks: readonly Span[]; // op numbers the server holds, from `low` on
  readonly missing: readonly Span[]; // op numbers up to `top` it lacks
  readonly verdicts: readonly Verdict[]; // of ops not simply applied at serverMs
  readonly records: readonly Delta[];
  readonly photos: readonly PhotoTold[];
  readonly gone: readonly string[]; // records that left this person's view
  readonly directory: string; // version of the directory, if it changed since the cursor
  readonly anew: boolean; // the cursor is not of this log: what was heard under it counts no more
  readonly head: number; // position of the log at this answer, told when ops were pushed
  readonly backed: number; // position up to which a verified backup exists; 0: not told
}

/** Give a push as it travels: a list. */
export const parts = (push: Push): readonly unknown[] => [
  push.version,
  push.kinds,
  push.incarnation,
  push.deviceMs,
  push.cursor,
  push.top,
  push.low,
  push.ops,
  push.photos,
];

type Row = readonly unknown[];

/** Read a receipt as it travelled: the empty parts at its end were left out. */
export function toReceipt(row: Row): Receipt {
  const [serverMs, cursor = "", more = false, acks = [], missing = [], verdicts = []] = row;
  const [records = [], photos = [], gone = [], directory = "", anew = false, head = 0, backed = 0] =
    row.slice(6);
  const heard = { serverMs, cursor, more, acks, missing, photos, gone, directory } as Receipt;
  const place = { anew, head, backed } as Pick<Receipt, "anew" | "head" | "backed">;
  const lists = { verdicts: (verdicts as Row[]).map(toVerdict), records: (records as Row[]).map(toDelta) };
  return { ...heard, ...place, ...lists };
}

function toDelta(row: Row): Delta {
  const [id, kind, area, author, madeMs, receivedMs, state, cells, story] = row;
  const head = { id, kind, area, author, madeMs, receivedMs, state, cells } as Delta;
  return { ...head, story: (story as Row[]).map(toEntry) };
}

type RawRow = { readonly raw: Row };
const isRow = (each: unknown): each is Row => Array.isArray(each);

/** Pack ops of one device: rows up to ROWS_MAX, else columns with the raw ones apart. */
export function pack(ops: readonly Op[], kinds: Kinds, deviceMs: number): unknown {
  const rows = ops.map((op) => row(op, kinds, deviceMs));
  if (ops.length <= ROWS_MAX) return rows;
  const c = columns(rows.filter(isRow));
  const r = rows.filter((each) => !isRow(each));
  return r.length ? { c, r } : { c };
}

/** Read packed ops back; throws WireError where the bytes cannot be a push. */
export function unpack(packed: unknown, kinds: Kinds, device: string, deviceMs: number): readonly Op[] {
  if (packed === null) return [];
  const rows = isRow(packed) ? packed : unpacked(named(packed));
  if (rows.length > OPS_MAX) throw new TooManyOps();
  return rows.map((each) => unrow(each, kinds, device, deviceMs)).sort((a, b) => a.n - b.n);
}

const unpacked = ({ c, r = [] }: Named<unknown>): Row => [...uncolumn(c), ...list(r)];

/** Code one op as [kind, n, ago, count, record, area, step, saw, field, change, ...]. */
export function row(op: Op, kinds: Kinds, deviceMs: number): Row | RawRow {
  const kind = kinds.get(op.kind);
  const { n, stamp, record, area, sets, step } = op;
  if (!kind || !codable(op, kind)) {
    return { raw: [n, stamp, op.kind, record, area, sets, step && [step.name, step.saw]] };
  }
  const [wallMs, count, device] = stamp;
  const number = Number(record.slice(17));
  const names = Object.keys(kind.fields);
  return [
    [...kinds.keys()].indexOf(op.kind),
    n,
    deviceMs - wallMs,
    count,
    origin(record) !== device ? record : number === n ? 0 : number,
    area ?? 0,
    step ? kind.workflow.steps.findIndex((each) => each.name === step.name) + 1 : 0,
    step ? Object.keys(kind.workflow.states).indexOf(step.saw) : 0,
    ...Object.entries(sets).flatMap(([name, change]) => [
      names.indexOf(name),
      code(kind.fields[name] as Field, change, wallMs),
    ]),
  ];
}

function codable(op: Op, page: KindPage): boolean {
  return !flawOf(op, page) && (!op.step || !!own(page.workflow.states, op.step.saw));
}

/** Read one row back into an op. What has no meaning under the pages is left for settle to refuse. */
export function unrow(coded: unknown, kinds: Kinds, device: string, deviceMs: number): Op {
  if (isNamed(coded)) return toOp(coded.raw);
  const [kindAt, n, ago, count, record, area, step, saw, ...changes] = list(coded, 8);
  const kind = at([...kinds.values()], kindAt);
  const wallMs = int(deviceMs - int(ago));
  const fields = Object.entries(kind.fields);
  if (changes.length % 2 || changes.length > 2 * fields.length)
    throw new WireError("fields and changes that do not pair");
  const sets: [string, Change][] = [];
  for (let i = 0; i < changes.length; i += 2) {
    const [name, field] = at(fields, changes[i]);
    sets.push([name, decode(field, changes[i + 1], wallMs) as Change]);
  }
  return {
    n: int(n),
    stamp: [wallMs, int(count), device],
    kind: kind.name,
    record: typeof record === "string" ? record : `${device}.${int(record) || int(n)}`,
    area: int(area) || null,
    sets: Object.fromEntries(sets),
    step: int(step)
      ? { name: at(kind.workflow.steps, int(step) - 1).name, saw: at(Object.keys(kind.workflow.states), saw) }
      : null,
  };
}

/** Read an op that travelled raw. */
export function toOp(raw: unknown): Op {
  const [n, stamp, kind, record, area, sets, step = null] = list(raw, 6, 7);
  const [wallMs, count, device] = list(stamp, 3);
  const taken = step === null ? null : list(step, 2, 2).map(text);
  return {
    n: int(n),
    stamp: [int(wallMs), int(count), text(device)],
    kind: text(kind),
    record: text(record),
    area: area === null ? null : int(area),
    sets: named(sets) as Named<Change>,
    step: taken && { name: taken[0] as string, saw: taken[1] as string },
  };
}

function list(value: unknown, least = 0, most = Number.POSITIVE_INFINITY): Row {
  if (isRow(value) && value.length >= least && value.length <= most) return value;
  throw new WireError("a list was expected");
}

function named(value: unknown): Named<unknown> {
  if (isNamed(value)) return value;
  throw new WireError("an object was expected");
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new WireError("text was expected");
}

function int(value: unknown): number {
  if (isInt(value)) return value;
  throw new WireError("an integer within 2**53 was expected");
}

/** Take what stands at a place. */
function at<T>(places: readonly T[], place: unknown): T {
  const number = int(place);
  if (number >= 0 && number < places.length) return places[number] as T;
  throw new WireError("nothing stands at that place");
}

const isOver = (field: Field): boolean => field.rule === "keep_both" || field.rule === "authority";

/** Code what an op writes to a field, by its merge rule and type. */
export function code(field: Field, change: Change, wallMs: number): unknown {
  if (field.rule === "union" && isNamed(change)) {
    const { add = [], drop = [] } = change as SetChange;
    const coded = add.map((each) => codeValue(field, each, wallMs));
    return drop.length ? [coded, drop] : [coded];
  }
  if (isOver(field) && isNamed(change)) {
    const { is = null, over = [] } = change as Partial<OverChange>;
    const coded = codeValue(field, is, wallMs);
    return over.length ? [coded, over] : [coded];
  }
  return codeValue(field, change, wallMs);
}

/** Read back what `code` made. */
export function decode(field: Field, coded: unknown, wallMs: number): unknown {
  if (field.rule === "union") {
    const [add, ...drop] = list(coded, 1);
    const change = { add: list(add).map((each) => decodeValue(field, each, wallMs)) };
    return drop.length ? { ...change, drop: drop[0] } : change;
  }
  if (isOver(field)) {
    const [is, ...over] = list(coded, 1);
    const change = { is: decodeValue(field, is, wallMs) };
    return over.length ? { ...change, over: over[0] } : change;
  }
  return decodeValue(field, coded, wallMs);
}

/** Code one value: options by place, flags as 1 and 0, instants as ms before the stamp. */
export function codeValue(field: Field, value: unknown, wallMs: number): unknown {
  const place = field.options.findIndex((option) => option.value === value);
  if (place >= 0) return place;
  if (field.type === "flag" && typeof value === "boolean") return Number(value);
  return field.type === "instant" && typeof value === "number" ? wallMs - value : value;
}

/** Read back one value; what is no code stays as it is, for settle to judge. */
export function decodeValue(field: Field, coded: unknown, wallMs: number): unknown {
  if (typeof coded !== "number") return coded;
  if (field.options.length) return field.options[coded]?.value ?? coded;
  if (field.type === "flag") return coded === 0 || coded === 1 ? coded === 1 : coded;
  return field.type === "instant" ? wallMs - coded : coded;
}

/** Turn rows into [kinds, ns, agos, counts, records, areas, steps, saws, field columns]. */
export function columns(rows: readonly Row[]): Row {
  const [kinds = [], ns = [], agos = [], ...rest] = [0, 1, 2, 3, 4, 5, 6, 7].map((part) =>
    column(rows, part),
  );
  return [same(kinds), differences(ns), same(differences(agos)), ...rest.map(same), fieldColumns(rows)];
}

/** Gather the changes of each field of each kind as [kind, field, rows, values], in this order. */
function fieldColumns(rows: readonly Row[]): readonly Row[] {
  const fields = new Map<string, { kind: number; field: number; places: number[]; values: unknown[] }>();
  rows.forEach((each, place) => {
    for (let i = 8; i < each.length; i += 2) {
      const [kind, field] = [each[0] as number, each[i] as number];
      const found = fields.get(`${kind} ${field}`) ?? { kind, field, places: [], values: [] };
      fields.set(`${kind} ${field}`, found);
      found.places.push(place);
      found.values.push(each[i + 1]);
    }
  });
  return [...fields.values()]
    .sort((a, b) => a.kind - b.kind || a.field - b.field)
    .map(({ kind, field, places, values }) => [
      kind,
      field,
      canonical(placesOf(column(rows, 0), kind)) === canonical(places) ? 0 : differences(places),
      squeeze(values),
    ]);
}

const column = (rows: readonly Row[], part: number): Row => rows.map((each) => each[part]);

/** List the places at which a column holds a value. */
const placesOf = (values: Row, wanted: unknown): readonly number[] =>
  values.flatMap((value, place) => (value === wanted ? [place] : []));

/** Turn columns back into rows; the row count is that of the numbers, bounded by OPS_MAX. */
export function uncolumn(columned: unknown): readonly Row[] {
  const whole = list(columned, 9, 9);
  const size = list(whole[1]).length;
  if (size > OPS_MAX) throw new TooManyOps();
  const parts = whole.slice(0, 8).map((part) => spread(part, size));
  const fixed = parts.map((part, nth) => (nth === 1 || nth === 2 ? sums(part) : part));
  const rows = Array.from({ length: size }, (_, place) => column(fixed, place) as unknown[]);
  let cells = 0;
  for (const each of list(whole[8], 0, COLUMNS_MAX)) {
    const [kind, field, where, values] = list(each, 4, 4);
    const every = !where || (isRow(where) && !where.length);
    const places = every ? placesOf(fixed[0] as Row, kind) : sums(where);
    cells += places.length;
    if (cells > CELLS_MAX) throw new WireError("too many values");
    unsqueeze(values, places.length).forEach((value, index) => {
      at(rows, places[index]).push(field, value);
    });
  }
  return rows;
}

const differences = (numbers: Row): readonly number[] =>
  (numbers as readonly number[]).map((number, place, all) => number - (place ? (all[place - 1] ?? 0) : 0));

function sums(differences: unknown): readonly number[] {
  let total = 0;
  return list(differences).map((difference) => {
    total += int(difference);
    return total;
  });
}

/** Shorten a column of one and the same value to that value. */
function same(values: Row): Row {
  const alike = values.length > 1 && new Set(values.map(canonical)).size === 1;
  return alike ? values.slice(0, 1) : values;
}

function spread(values: unknown, size: number): Row {
  const given = list(values);
  if (given.length === 1) return Array.from({ length: size }, () => given[0]);
  if (given.length !== size) throw new WireError("a column of another length");
  return given;
}

const isNumbers = (value: unknown): value is readonly number[] =>
  isRow(value) && value.length > 1 && value.every((part) => Number.isInteger(part));

/** Turn a column of equal-length number lists (places) by its side, as differences: {"t": ...}. */
function squeeze(values: Row): unknown {
  const lists = values.filter(isNumbers);
  const [first] = lists;
  if (!first || values.length < 2 || lists.length < values.length) return same(values);
  if (lists.some((each) => each.length !== first.length)) return same(values);
  return { t: first.map((_, part) => same(differences(column(lists, part)))), n: lists.length };
}

function unsqueeze(values: unknown, size: number): Row {
  if (!isNamed(values)) return spread(values, size);
  const parts = list(values.t, 0, PARTS_MAX).map((part) => sums(spread(part, size)));
  if (values.n !== size || (size && !parts.length)) throw new WireError("a column of another length");
  return Array.from({ length: size }, (_, place) => column(parts, place));
}
