// Twin of sync/clocks.py: read the reasons there. Shared cases: tests/vectors/clocks.json.
import {
  AMOUNT_MAX,
  type Calendar,
  type Due,
  due,
  type Limit,
  limitOf,
  type Pause,
  reached,
} from "./deadline.ts";
import { type Clock, type KindPage, marksOf, type Step, type Timed } from "./kind.ts";
import { type Entry, plain, type Record } from "./register.ts";
import { isInt, own } from "./value.ts";

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

/** Give the run of the clock that the record's state names; null if it names none. */
export function run(kind: KindPage, record: Record, calendar: Calendar): Run | null {
  const found = stayOf(kind, record);
  if (!found?.name || found.name !== clockOf(kind, record.state)) return null;
  const { name, stay } = found;
  const [first, ...later] = stay;
  const limit = limitFor(kind, record, own(kind.workflow.clocks, name) as Clock);
  if (!limit) return null;
  const startMs = first.receivedMs;
  const pauses = pausesOf(kind, found);
  const extensions = extensionsOf(kind, stay);
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
  const one = run(kind, record, calendar);
  if (!one?.due.dueMs || paused(one)) return [];
  return kind.workflow.steps
    .filter(({ name, start }) => start.includes(record.state) && !one.taken.includes(name))
    .map((step) => [step.timed ? at(step.timed, one, calendar) : 0, step] as const)
    .filter(([atMs]) => atMs);
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

/** One stay in the states of a clock, or in states without one: its lines, never none. */
interface Stay {
  readonly name: string;
  readonly stay: [first: Entry, ...later: Entry[]];
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

/** Read the limit: that of the answer given, else the clock's own. */
function limitFor(kind: KindPage, { cells }: Record, { of, mark, limit }: Clock): Limit | null {
  const field = own(kind.fields, of);
  const cell = own(cells, of);
  const marks = field && cell ? marksOf(kind, of, plain(field.rule, cell)) : {};
  return limitOf(own(marks, mark) ?? limit) ?? limitOf(limit);
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
