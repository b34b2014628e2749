// Twin of sync/clocks.py: read the reasons there. Shared cases: tests/vectors/clocks.json.
import {
  AMOUNT_MAX,
  type Calendar,
  type Due,
  dayNumber,
  dayOf,
  due,
  type Limit,
  limitOf,
  type Pause,
  reached,
} from "./deadline.ts";
import { type Clock, type KindPage, marksOf, type Step, type Timed } from "./kind.ts";
import { type Entry, plain, type Record } from "./register.ts";
import { isDay, isInt, own, type Value } from "./value.ts";

const WHOLE = 1_000; // thousandths: the due time itself

/** More time, in the unit of the clock, and who gave it. */
export interface Extension {
  readonly amount: number;
  readonly atMs: number;
  readonly by: number; // person
}

/** One run of a clock: from entering the first of the states that share it until leaving the last. */
export interface Run {
  readonly clock: string; // name in workflow.clocks
  readonly startMs: number; // server time at which the first of those states was entered
  readonly limit: Limit;
  readonly pauses: readonly Pause[];
  readonly extensions: readonly Extension[];
  readonly taken: readonly string[]; // names of the steps taken since the start
  readonly due: Due;
}

/** Give the run of the clock that the record's state names, or of one beside it; null if it names none. */
export function run(kind: KindPage, record: Record, calendar: Calendar, beside = ""): Run | null {
  const found = stayOf(kind, record);
  if (!found?.name || found.name !== clockOf(kind, record.state)) return null;
  const name = beside || found.name;
  const clock = own(kind.workflow.clocks, name) as Clock;
  const [first, ...later] = partOf(clock, found);
  const startMs = first.receivedMs;
  const limit = limitFor(kind, record, clock, dayOf(startMs, calendar));
  if (!limit) return null;
  const pauses = pausesOf(kind, found);
  const extensions = beside ? [] : extensionsOf(kind, [first, ...later]);
  const extra = extensions.map(({ amount }) => amount);
  const count = due(startMs, limit, calendar, pauses, extra);
  const taken = later.map(({ step }) => step);
  return { clock: name, startMs, limit, pauses, extensions, taken, due: count };
}

/** Tell whether the clock stands now. */
export const paused = ({ pauses }: Pick<Run, "pauses">): boolean => pauses.some(({ untilMs }) => !untilMs);

/** List the timed steps that this run has still to take, with their times, in page order; guards apart. */
export function agenda(
  kind: KindPage,
  record: Record,
  calendar: Calendar,
): readonly (readonly [atMs: number, step: Step])[] {
  const atOf = ({ name, start, timed }: Step): number => {
    const one = timed && start.includes(record.state) ? run(kind, record, calendar, timed.clock) : null;
    return !one?.due.dueMs || paused(one) || one.taken.includes(name) ? 0 : at(timed as Timed, one, calendar);
  };
  return kind.workflow.steps.map((step) => [atOf(step), step] as const).filter(([atMs]) => atMs);
}

/** Say when a timed step is to be taken; 0 never. */
function at(timed: Timed, one: Run, calendar: Calendar): number {
  const { dueMs } = one.due;
  const past = limitOf(timed.past);
  if (past) return due(dueMs, past, calendar, one.pauses).dueMs;
  return timed.share >= WHOLE ? dueMs : Math.min(reached(one.due, timed.share), dueMs);
}

/** Name the clock of a state; none of a state or clock that this page does not know. */
function clockOf({ workflow }: KindPage, state: string): string {
  const known = own(workflow.states, state);
  return known && own(workflow.clocks, known.clock) ? known.clock : "";
}

type Lines = [first: Entry, ...later: Entry[]];

/** One stay in the states of a clock, or in states without one: its lines, never none. */
interface Stay {
  readonly name: string;
  readonly stay: Lines;
}

/** The lines of a stay since a clock was last started anew, that one first. */
function partOf({ anew }: Clock, { stay }: Stay): Lines {
  const begun = stay.map(({ sets }) => anew.some((name) => own(sets, name) !== undefined)).lastIndexOf(true);
  return stay.slice(Math.max(begun, 0)) as Lines;
}

/** Name the clock that runs, "" if none, and list the lines since it was started, that one first. */
function stayOf(kind: KindPage, { story }: Record): Stay | null {
  let found = null as Stay | null;
  let aside = null as Stay | null; // what a pause stopped
  for (const entry of story) {
    if (entry.outcome === "overtaken") continue;
    const name = clockOf(kind, entry.to);
    const step = stepOf(kind, entry);
    found?.stay.push(entry);
    if (found?.name === name) continue;
    const back = step?.resumes && aside?.name === name ? aside : null;
    back?.stay.push(entry);
    aside = step?.pauses ? found : null;
    found = back ?? { name, stay: [entry] };
  }
  return found;
}

/** Read the limit: until the day said, or that of the answer given, else the clock's own. */
function limitFor(kind: KindPage, record: Record, clock: Clock, first: number): Limit | null {
  const { of, mark, until, limit } = clock;
  const day = said(kind, record, until);
  if (isDay(day)) return { amount: Math.min(Math.max(dayNumber(day) - first, 1), AMOUNT_MAX), unit: "day" };
  const marks = marksOf(kind, of, said(kind, record, of));
  return limitOf(own(marks, mark) ?? limit) ?? limitOf(limit);
}

/** Give what a field says; null if nobody wrote it, or there is none. */
function said({ fields }: KindPage, { cells }: Record, name: string): Value {
  const field = own(fields, name);
  const cell = own(cells, name);
  return field && cell ? plain(field.rule, cell) : null;
}

function pausesOf(kind: KindPage, { name, stay }: Stay): readonly Pause[] {
  const pauses: Pause[] = [];
  for (const entry of stay) {
    const step = stepOf(kind, entry);
    const last = pauses[pauses.length - 1];
    const lasting = last && !last.untilMs ? last : undefined;
    if (step?.pauses && !lasting && clockOf(kind, entry.start) === name)
      pauses.push({ fromMs: entry.receivedMs, untilMs: 0, by: entry.person });
    if (step?.resumes && lasting) pauses[pauses.length - 1] = { ...lasting, untilMs: entry.receivedMs };
  }
  return pauses;
}

const extensionsOf = (kind: KindPage, stay: readonly Entry[]): readonly Extension[] =>
  stay.flatMap((entry) => {
    const { receivedMs: atMs, person: by, sets } = entry;
    const step = stepOf(kind, entry);
    const amount = step && own(sets, step.extends);
    return isInt(amount, 1, AMOUNT_MAX) ? [{ amount: amount as number, atMs, by }] : [];
  });

const stepOf = (kind: KindPage, { step }: Entry): Step | undefined =>
  kind.workflow.steps.find(({ name }) => name === step);
