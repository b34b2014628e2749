// What a person finds where, and what waits for them: read off the kind pages and the offers, never
// off the name of a role. Pure; the server decides in the end (I4).

import type { Me, Unit, View } from "../model.ts";
import type { KindPage, Kinds, State, Step, Tone } from "../sync/kind.ts";
import { AUTHOR, mayCreate } from "../sync/permit.ts";
import { DAY_MS } from "../widgets/dates.ts";
import { inHand } from "../widgets/in-hand.ts";
import { asked, firstOf, flagsOf, toneOf } from "../widgets/page.ts";
import type { Key } from "../words/say.ts";

type Units = ReadonlyMap<number, Unit>;

/** What the pages offer a person, whatever the record. */
export interface Reach {
  report: string; // kind the camera starts, "" if none
  sheet: string; // kind of the person's own day, "" if none
  decides: boolean; // some page lets them take steps on the records of others
  reviews: boolean; // and to let others through as they are, or send them back for a reason
  team: string; // kind of days they look over, "" if none
}

/** One of the places on the bar. */
export interface Place {
  hash: string;
  icon: string;
  word: Key;
}

/** Whether one of their roles is among these. */
export const shares = (me: Me, roles: readonly string[]): boolean =>
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
  return {
    report:
      cameras.find((name) => mine.some((page) => page.name === name)) ?? mine.find(isReport)?.name ?? "",
    sheet: mine.find((page) => page.identity === "person_day")?.name ?? "",
    decides: tones.includes("go"),
    reviews: pages.some((page) => page.identity === "device" && reviews(page, me)),
    team: days.find((page) => page.workflow.steps.some((step) => shares(me, step.by)))?.name ?? "",
  };
}

/** Whether somebody may report with such a page: what was seen, and where; no call, no errand, nothing about a record. */
function isReport(page: KindPage): boolean {
  const fields = asked(page);
  const about = fields.some(([, { type, required }]) => type === "ref" && required);
  return !!firstOf(fields, "photos") && !!firstOf(fields, "place") && !about && !page.round && !page.stop;
}

/** Whether there is a state of which this person may review records, with nothing of their own at stake. */
function reviews(page: KindPage, me: Me): boolean {
  const { states, steps } = page.workflow;
  const doorsOf = (tone: Tone, fits: (step: Step) => boolean): string[] =>
    steps.flatMap((step) => (step.tone === tone && shares(me, step.by) && fits(step) ? step.start : []));
  const back = doorsOf("back", ({ by, needs }) => !by.includes(AUTHOR) && needs.some(isReason(page)));
  const through = doorsOf("go", ({ needs }) => !needs.length);
  return through.some((state) => back.includes(state) && !byField(states[state]));
}

/** Whether whose turn it is is said by a field. */
const byField = (state: State | undefined): boolean => !!state?.holder.join().includes("@");

/** Whether a field is answered by choosing a reason. */
const isReason =
  (page: KindPage) =>
  (name: string): boolean =>
    page.fields[name]?.type === "choice";

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
  return (
    !!page &&
    !byField(page.workflow.states[view.state]) &&
    view.offers.some((offer) => offer.tone === "go" && offer.needs.length === 0) &&
    view.offers.some((offer) => offer.tone === "back" && offer.needs.some(isReason(page)))
  );
}

const HEARD_MS = 3 * DAY_MS; // a decision stays on the home screen this long, then only in the record

/** Whether a record waits for this person to do something, or somebody else has it and they only may; "" if neither.
 *  Days are looked over in a place of their own. */
export function waits(view: View, page: KindPage, me: Me, units: Units, nowMs: number): "me" | "other" | "" {
  const own = view.author === me.person;
  const act = toneOf(page, view.state) === "act";
  if (doors(page, me, own).has(view.state)) {
    if (page.identity === "person_day") return act && own && view.offers.length > 0 ? "me" : "";
    const open = !page.workflow.states[view.state]?.final; // what is over and done with may still be rated
    if (open && view.offers.some((offer) => offer.tone === "go"))
      return inHand(view, page, me, units) ? "me" : "other";
  }
  const last = view.story[view.story.length - 1];
  const heard = last && last.person !== 0 && last.person !== me.person && nowMs - last.atMs < HEARD_MS;
  return act && own && heard && inHand(view, page, me, units) ? "me" : "";
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

/** What waits for a person, and what somebody else has that they may do as well. */
export type Queues = Readonly<Record<"me" | "other", readonly View[]>>;

let latest: { of: readonly unknown[]; queues: Queues } = { of: [], queues: { me: [], other: [] } };

/** Both, in the order of their rank and then the oldest first. Remembers the last answer. */
export function queuesOf(
  views: ReadonlyMap<string, View>,
  kinds: Kinds,
  me: Me,
  units: Units,
  nowMs: number,
): Queues {
  const of = [views, kinds, me, units, nowMs];
  if (of.every((each, index) => each === latest.of[index])) return latest.queues;
  const found: Record<"me" | "other", View[]> = { me: [], other: [] };
  for (const view of views.values()) {
    const page = kinds.get(view.kind);
    const whose = page && waits(view, page, me, units, nowMs);
    if (whose) found[whose].push(view);
  }
  const rank = new Map([...found.me, ...found.other].map((view) => [view, rankOf(view, kinds)]));
  for (const queue of Object.values(found))
    queue.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || a.madeMs - b.madeMs);
  latest = { of, queues: found };
  return found;
}

/** The permit core's idea of who acts; screens have no device. */
export const actor = (me: Me) => ({ person: me.person, grants: me.grants, device: "" });

/** The units of a tier a person may file under: those below their grants that allow it. */
export const ownUnits = (me: Me, page: KindPage, units: Units): Unit[] =>
  [...units.values()].filter((unit) => !mayCreate(page, actor(me), unit.id, units));
