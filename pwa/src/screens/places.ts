// What a person finds where, and what waits for them: read off the kind pages and the offers, never
// off the name of a role. Pure; the server decides in the end (I4).

import type { Me, Phone, Unit, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { AUTHOR, holdsBy, mayCreate } from "../sync/permit.ts";
import type { Value } from "../sync/value.ts";
import { DAY_MS } from "../widgets/dates.ts";
import { flagsOf, type NamedField, toneOf } from "../widgets/page.ts";
import type { Key } from "../words/say.ts";

type Units = ReadonlyMap<number, Unit>;

/** What the pages offer a person, whatever the record. */
export interface Reach {
  report: string; // kind the camera starts, "" if none
  sheet: string; // kind of the person's own day, "" if none
  decides: boolean; // some page lets them take steps on the records of others
  reviews: boolean; // and to send them back, too
  team: string; // kind of days they look over, "" if none
}

/** One of the places on the bar. */
export interface Place {
  hash: string;
  icon: string;
  word: Key;
}

const shares = (me: Me, roles: readonly string[]): boolean =>
  me.grants.some((grant) => roles.includes(grant.role));

/** Whether one of their roles counts here, be it only at a unit that the record names. */
export const acts = (me: Me, by: readonly string[]): boolean =>
  shares(
    me,
    by.map((token) => token.split("@")[0] ?? ""),
  );

/** Read off the pages what a person can do; `cameras` are the kinds with a camera screen, best first. */
export function reachOf(me: Me, kinds: Kinds, cameras: readonly string[]): Reach {
  const pages = [...kinds.values()];
  const mine = pages.filter((page) => shares(me, page.create));
  const days = pages.filter((page) => page.identity === "person_day");
  const steps = pages.filter((page) => page.identity === "device").flatMap((page) => page.workflow.steps);
  const tones = steps.filter((step) => acts(me, step.by)).map((step) => step.tone);
  const withPhotos = mine.find((page) => Object.values(page.fields).some((field) => field.type === "photos"));
  return {
    report: cameras.find((name) => mine.some((page) => page.name === name)) ?? withPhotos?.name ?? "",
    sheet: mine.find((page) => page.identity === "person_day")?.name ?? "",
    decides: tones.includes("go"),
    reviews: steps.some(
      (step) => shares(me, step.by) && step.tone === "go" && sendsBack(pages, step.start, me),
    ),
    team: days.find((page) => page.workflow.steps.some((step) => shares(me, step.by)))?.name ?? "",
  };
}

/** Whether the person may also send back what waits in one of these states, with nothing of their own at stake. */
function sendsBack(pages: readonly KindPage[], states: readonly string[], me: Me): boolean {
  return pages.some((page) =>
    page.workflow.steps.some(
      (step) =>
        step.tone === "back" &&
        shares(me, step.by) &&
        !step.by.includes(AUTHOR) &&
        step.start.some((state) => states.includes(state)),
    ),
  );
}

const PLACES: Readonly<Record<"report" | "today" | "review" | "queue" | "team" | "records" | "me", Place>> = {
  report: { hash: "#/report", icon: "camera", word: "place.report" },
  today: { hash: "#/today", icon: "today", word: "place.today" },
  review: { hash: "#/queue", icon: "eye", word: "place.review" },
  queue: { hash: "#/queue", icon: "bell", word: "place.queue" },
  team: { hash: "#/team", icon: "today", word: "place.today" },
  records: { hash: "#/records", icon: "record", word: "place.records" },
  me: { hash: "#/me", icon: "me", word: "place.me" },
};

/** The places of the bar, three or four; the first is home. */
export function placesOf(reach: Reach): Place[] {
  const { report, today, review, queue, team, records, me } = PLACES;
  if (reach.sheet) return reach.report ? [report, today, records, me] : [today, records, me];
  const queueing = reach.reviews ? [review] : reach.decides ? [queue] : [];
  const looking = reach.team ? [team] : [];
  const reporting = reach.report ? [report] : [];
  return [...[...queueing, ...looking, ...reporting].slice(0, 2), records, me];
}

/** Whether a record can be decided on a card: let through as it is, or sent back for one of some reasons. What
 *  was given to somebody by name, or to a unit, is work to take on and no review. */
export function reviewable(view: View, kinds: Kinds): boolean {
  const page = kinds.get(view.kind);
  const reasons = (name: string): boolean => page?.fields[name]?.type === "choice";
  return (
    !page?.workflow.states[view.state]?.holder.join().includes("@") &&
    view.offers.some((offer) => offer.tone === "go" && offer.needs.length === 0) &&
    view.offers.some((offer) => offer.tone === "back" && offer.needs.some(reasons))
  );
}

const HEARD_MS = 3 * DAY_MS; // a decision stays on the home screen this long, then only in the record

/** Whether a record waits for this person to do something. Days are looked over in a place of their own. */
export function waits(view: View, page: KindPage, me: Me, nowMs: number): boolean {
  const own = view.author === me.person;
  const act = toneOf(page, view.state) === "act";
  if (doors(page, me, own).has(view.state)) {
    if (page.identity === "person_day") return act && own && view.offers.length > 0;
    if (view.offers.some((offer) => offer.tone === "go")) return true;
  }
  if (!act || !own) return false;
  const last = view.story[view.story.length - 1];
  return !!last && last.person !== 0 && last.person !== me.person && nowMs - last.atMs < HEARD_MS;
}

type Doors = readonly [me: Me, others: ReadonlySet<string>, own: ReadonlySet<string>];
const known = new WeakMap<KindPage, Doors>();

/** The states out of which a step leads that this person may take. Offers cost: they are looked at there only. */
function doors(page: KindPage, me: Me, own: boolean): ReadonlySet<string> {
  let found = known.get(page);
  if (found?.[0] !== me) {
    const leading = (may: (by: readonly string[]) => boolean): ReadonlySet<string> =>
      new Set(page.workflow.steps.flatMap((step) => (may(step.by) ? step.start : [])));
    found = [me, leading((by) => acts(me, by)), leading((by) => by.includes(AUTHOR) || acts(me, by))];
    known.set(page, found);
  }
  return found[own ? 2 : 1];
}

/** What comes first: marked as urgent, then to review, then by how far along the workflow. */
function rankOf(view: View, kinds: Kinds): number {
  const page = kinds.get(view.kind);
  if (page && flagsOf(page, view).length > 0) return -2;
  return reviewable(view, kinds) ? -1 : Object.keys(page?.workflow.states ?? {}).indexOf(view.state);
}

let latest: { of: readonly unknown[]; queue: readonly View[] } = { of: [], queue: [] };

/** The records that wait for this person, in the order of their rank and then the oldest first. Remembers the last answer. */
export function queueOf(
  views: ReadonlyMap<string, View>,
  kinds: Kinds,
  me: Me,
  nowMs: number,
): readonly View[] {
  const of = [views, kinds, me, nowMs];
  if (of.every((each, index) => each === latest.of[index])) return latest.queue;
  const waiting = [...views.values()].filter((view) => {
    const page = kinds.get(view.kind);
    return page !== undefined && waits(view, page, me, nowMs);
  });
  const rank = new Map(waiting.map((view) => [view, rankOf(view, kinds)]));
  const queue = waiting.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || a.madeMs - b.madeMs);
  latest = { of, queue };
  return queue;
}

/** Whether others point at this kind, and its author has no part in it: a register, not a thing that happened. */
export const isRegister = (page: KindPage, kinds: Kinds): boolean =>
  !page.read.includes(AUTHOR) &&
  [...kinds.values()].some((other) =>
    Object.values(other.fields).some((field) => field.refers === page.name),
  );

/** The permit core's idea of who acts; screens have no device. */
const actor = (me: Me) => ({ person: me.person, grants: me.grants, device: "" });

/** The units of a tier a person may file under: those below their grants that allow it. */
export const ownUnits = (me: Me, page: KindPage, units: Units): Unit[] =>
  [...units.values()].filter((unit) => !mayCreate(page, actor(me), unit.id, units));

/** The kinds a person may make new records of, other than their day. */
export const creatable = (me: Me, kinds: Kinds): KindPage[] =>
  [...kinds.values()].filter((page) => page.identity === "device" && shares(me, page.create));

/** The fields of a record this person may still change or add to, outside a step. */
export const writable = (page: KindPage, view: View, me: Me, units: Units): NamedField[] =>
  Object.entries(page.fields).filter(([name, field]) => {
    const written = field.rule === "first" && view.values[name] !== undefined;
    if (field.retired || written || !(field.ask || field.rule === "log")) return false;
    return holdsBy(actor(me), field.write ?? page.write, view, units, (each) => view.values[each]);
  });

/** The value by which a new record points at the one it is about. */
export function aboutValues(page: KindPage, about: View | undefined): Readonly<Record<string, Value>> {
  const named = Object.entries(page.fields).find(
    ([, field]) => field.type === "ref" && field.refers === about?.kind,
  );
  return named && about ? { [named[0]]: about.id } : {};
}

/** How many entries of a phone the server lacks. */
export const lacking = ({ made, held }: Phone): number => Math.max(0, made - held);

const MILD = "storage_not_kept"; // true of every phone that has not put the app on its desktop

/** Whether something is wrong with a phone that its person can mend. */
export const ailing = ({ causes }: Phone): boolean => causes.some(([code]) => code !== MILD);

/** Whether somebody should look at a phone: something of it is not here, or may not come. */
export const troubled = (phone: Phone): boolean => ailing(phone) || lacking(phone) > 0;
