// What the screens see and may ask for. Screens draw this and nothing else; main.tsx binds it to
// the outbox, the exchange and the adapters. No screen knows about stores, HTTP or merge rules.

import type { ReadonlySignal } from "@preact/signals";
import type { Calendar } from "./sync/deadline.ts";
import type { KindPage } from "./sync/kind.ts";
import type { Record as Kept } from "./sync/register.ts";
import type { Value } from "./sync/value.ts";

/** Photos of one field: enough to show a thing; each costs a minute on a weak link. */
export const PHOTOS_MAX = 3;

/** How far one record (or one op) has come: the four item states of the look, in order. */
export type Sent = "wait" | "send" | "fail" | "done";

/** Where a record, as far as this phone wrote it, is safe: here, on the server, or in a backup of that. */
export type Safe = "phone" | "server" | "backup";

/** How far a photo has come: on this phone, part of it sent, on the server, backed up; kept here for good, for the
 *  server will not have it; elsewhere and not sent yet, or sought. */
export type Stand = "phone" | "part" | "there" | "safe" | "held" | "coming" | "late";

/** What a reviewer should look at: a code and its figures, see backend/doubts.py. */
export type Flag = readonly [code: string, ...figures: unknown[]];

/** How far the wish to see an original has come: nothing to see, to be asked for, asked for, there. */
export type Original = "" | "ask" | "asked" | "here";

/** One photo of a record, with what is known of it. */
export interface Shown {
  readonly key: string;
  readonly field: string;
  readonly person: number; // who added it, 0 if not known
  readonly atMs: number; // when, by the clock of the stamps; 0 while it has not left this phone
  readonly gotMs: number; // when the server had word of it, 0 if not known
  readonly here: boolean; // the server has it
  readonly flags: readonly Flag[];
  readonly original: Original; // "" for who does not review it
}

/** How much of a photo is shown: the blur that came with the word of it, or better. */
export type PhotoSize = "preview" | "thumb" | "small" | "screen";

/** One day: bytes sent, bytes received, and those of photos among the sent ones. */
export type Spent = readonly [up: number, down: number, photos: number];

/** Days by their number since 1970 in Shanghai. */
export type Meter = { readonly [day: number]: Spent };

/** One line of a record's history, in plain words' raw material. */
export interface StoryLine {
  atMs: number;
  person: number; // 0 is the system
  step: string; // step name of the kind page; "" for the creation
  from: string;
  to: string;
  outcome: "done" | "overtaken" | "auto" | "waiting"; // waiting: mine, not answered yet
  sets: Readonly<Record<string, Value>>; // what the step carried (reason, field it means)
}

/** A field in which two people wrote different things and a person must settle it. */
export interface Clash {
  field: string;
  choices: readonly {
    value: Value;
    person: number;
    device: string;
    atMs: number;
    mine: boolean;
    stamp: readonly [number, number, string];
  }[];
}

/** A step the signed-in person may take now on a record, predicted with the server's own rules. */
export interface Offer {
  step: string;
  to: string;
  needs: readonly string[]; // fields that must be filled in with it
  takes: readonly string[]; // further fields it may carry
  tone: "go" | "back" | "plain"; // go: the one lamp; back: sends it back; plain: the rest
}

/** A record as a person sees it: confirmed by the server, with this phone's own unanswered ops on top. */
export interface View {
  id: string;
  kind: string;
  area: number;
  author: number;
  madeMs: number;
  receivedMs: number; // 0 until the server has it
  state: string;
  values: Readonly<Record<string, Value>>;
  photos: Readonly<Record<string, readonly string[]>>; // keys of pictures by field
  sounds: readonly string[]; // keys of voice notes
  clashes: readonly Clash[];
  story: readonly StoryLine[];
  offers: readonly Offer[];
  turn: readonly string[]; // of the state's holders those who are waited for; none if it is nobody's turn
  sent: Sent;
  kept: Safe;
  reason: string; // refusal code when sent is "fail", "sent_on" once a note asks about it, else ""
  number: string; // the short number people quote, "" until received
  undoable: boolean; // the creating op has not left the phone
  entry: Entered | null; // what it keeps, if it keeps an entry that can be read
}

/** An entry that the server kept back, as it was written. */
export type Entered = Pick<Need, "kind" | "record" | "step" | "sets">;

/** Something that nobody but this person can settle, or that they should know of. */
export interface Need {
  id: string; // of the op, or of the step's stamp, or record and field of a clash
  sort: "refused" | "clash" | "parked" | "overtaken";
  open: boolean; // waits for the person; else somebody else has it
  kind: string;
  record: string;
  area: number; // 0 if not known
  atMs: number; // when it was written
  code: string; // the answer to an op, "" for the rest
  step: string; // of an op or an overtaken step, "" if none
  field: string; // of a clash, "" for the rest
  sets: Readonly<Record<string, Value>>; // what was written, by field
  photos: readonly string[]; // keys
  sentOn: string; // record by which the secretary has it, "" if none
}

/** What a damaged store cost this phone. */
export interface Loss {
  count: number; // entries
  found: number; // given back by the journal
  fromMs: number; // written after this, 0 if unknown
  toMs: number; // and before this
}

/** The phone of somebody this person looks after, as the server knows it. */
export interface Phone {
  device: number; // number given at sign-in; people quote it
  name: string;
  person: number;
  who: string;
  tel: string; // to call its person on, "" if not known
  out: boolean; // signed out
  heardMs: number; // last contact, 0 if never
  made: number; // entries numbered on it
  held: number; // of which the server has so many
  waiting: number; // by its last report
  oldestMs: number; // when the oldest of those was written, 0 if none
  missing: readonly (readonly [first: number, last: number])[]; // numbers the server lacks
  lost: readonly { count: number; fromMs: number; toMs: number }[]; // what it found gone
  causes: readonly (readonly [code: string, figure: number])[]; // why, the gravest first
  photos?: { count: number; partial: number; overdue: number; oldestMs: number }; // announced, not there
}

/** Such phones, as they were at a time. */
export interface Phones {
  person: number; // who looks after them
  atMs: number;
  rows: readonly Phone[];
}

export interface Unit {
  id: number;
  tier: number; // 1 city .. 5 grid
  parent: number;
  name: string;
  shape: readonly (readonly [latE7: number, lonE7: number])[]; // ring, not closed; [] if none
}

/** Whom this person may name in a record: person and unit by role, as the directory tells it. */
export type Staff = Readonly<Record<string, readonly (readonly [person: number, unit: number])[]>>;

export interface Me {
  person: number;
  name: string;
  town: number;
  townName: string;
  grants: readonly { role: string; unit: number }[];
  helpName: string; // whom to call: the grid leader
  helpPhone: string;
  newcomers?: readonly number[]; // less than 30 days at their first post; absent for who looks over nobody's work
}

export interface Net {
  online: boolean; // truth of the last exchange, not navigator.onLine
  sending: number; // ops in the request under way, 0 if none
  waiting: number; // ops on the phone the server has not acknowledged
  photosWaiting: number;
  photosHeld: number; // of these: wait for midnight or Wi-Fi, because the day's ceiling is reached
  originals: number; // on the phone, not sent
  knowsFree: boolean; // the browser says whether bytes cost anything
  oldestMs: number; // capture time of the oldest waiting op, 0 if none
  lastMs: number; // last successful exchange, 0 if never
}

/** A place as captured; ints as in the place value. */
export interface Fix {
  latE7: number;
  lonE7: number;
  accuracyCm: number;
  atMs: number;
  source: number;
}

/** The phone's own camera, its album, or the camera within the page. */
export type PhotoSource = "camera" | "album" | "page";

/** A photo or a voice note of a draft. */
export interface DraftPhoto {
  key: string;
  previewUrl: string;
  field: string;
  ready: boolean; // made small; until then it lies there as it came
  sound: boolean;
}

export interface Draft {
  kind: string;
  record: string; // "" for a new record, else the record being added to
  step: string; // "" or the step this draft will take (add_facts)
  values: Readonly<Record<string, Value>>;
  photos: readonly DraftPhoto[];
  fix: Fix | null;
  area: number; // 0 until found or chosen
  cameraOpen: boolean; // the camera was opened and no photo came back
  trouble: string; // code: why the last photo was not taken in, "" if it was
  savedMs: number;
}

/** The records that are made with a new one, in the same transaction: all of them or none. */
export type Beside = (
  record: string,
) => readonly (readonly [kind: string, values: Readonly<Record<string, Value>>])[];

/** What tells one draft from another at the moment it is sent. */
export type Sending = Pick<Draft, "kind" | "record" | "step" | "values">;

export interface DutyRow {
  item: string; // field name on the day sheet
  value: string; // "" while open, else ok/found/zero/na
  atMs: number;
  hint: string; // what is due, e.g. "今天 3 处"
  said: boolean; // by the person, on the sheet
  backed: boolean; // a record of the day stands behind it
}

/** Where to go today: somebody to look in on, a place to check. */
export interface Stop {
  kind: string; // of the record that going there makes
  on: string; // id of the record it will be about
  name: string;
  about: string; // "82 岁，独居"
  lastMs: number;
  lastWords: string; // "电话，平安"
  metres: number; // -1 when no fix
}

export type Look = "light" | "sun" | "dark";
export type Size = 20 | 24 | 30;
export type Language = "zh-CN" | "en";

export interface Prefs {
  camera: "phone" | "page"; // the phone's own camera app, or the one within the page
  look: Look;
  size: Size;
  language: Language;
  ceiling: 0 | 5 | 20 | 50; // MB a day for photos, 0 for none
  originals: "no" | "say" | "wifi" | "any"; // when they go: never, when the person says, on Wi-Fi, always
  paused?: "" | "quiet" | "called"; // takes a rest: nothing is offered; whether it was called before
}

/** What records there may be that no list shows yet: those on this phone are still being read, or the server still
 *  has some to tell. */
export type Coming = "" | "read" | "told";

/** When the town works, as the directory tells it: sync/deadline.ts with lists for sets. */
export interface Days extends Omit<Calendar, "off" | "work" | "years"> {
  readonly off: readonly number[];
  readonly work: readonly number[];
  readonly years: readonly number[];
}

/** Whether the person is called while the app is closed; or why not: the browser cannot, or may not, the
 *  server does not, there is no network, or no way to the browser's push service. */
export type Reach = "on" | "off" | "none" | "denied" | "closed" | "offline" | "failed";

/** Everything the screens read and do. All actions resolve when the write is durable on the phone. */
export interface Model {
  ready: ReadonlySignal<boolean>; // local store opened
  me: ReadonlySignal<Me | null>;
  net: ReadonlySignal<Net>;
  prefs: ReadonlySignal<Prefs>;
  kinds: ReadonlySignal<ReadonlyMap<string, KindPage>>;
  units: ReadonlySignal<ReadonlyMap<number, Unit>>;
  people: ReadonlySignal<ReadonlyMap<number, string>>;
  staff: ReadonlySignal<Staff>;
  views: ReadonlySignal<ReadonlyMap<string, View>>;
  coming: ReadonlySignal<Coming>; // until it is "", an empty list does not mean that there is nothing
  needs: ReadonlySignal<readonly Need[]>;
  lost: ReadonlySignal<Loss | null>; // until the person has read it
  draft: ReadonlySignal<Draft | null>;
  duties: ReadonlySignal<readonly DutyRow[]>;
  sheet: ReadonlySignal<View | null>; // today's day sheet
  stops: ReadonlySignal<readonly Stop[]>;
  here: ReadonlySignal<string>; // where the phone last was, as "latE7,lonE7"; "" if that is not known
  spent: ReadonlySignal<{ today: Spent; week: Spent }>; // what went over the link, as far as bodies tell
  phones: ReadonlySignal<Phones | null>; // as last looked at; null before
  version: string; // of this build, to be read out on the phone
  update: ReadonlySignal<boolean>; // a new version waits
  otherTab: ReadonlySignal<boolean>; // another tab of this app owns the sending
  days: ReadonlySignal<Days | undefined>; // when the town works, once that is known
  nowMs: ReadonlySignal<number>; // ticks once a minute; the only clock of the screens

  enrol(code: string): Promise<string>; // "" or a refusal code
  leave(): Promise<void>; // forget this device; refuses while work waits
  /** Begin the draft; with `onto`, one that adds to a record or takes a step on it. Screens never call it
   *  while the draft holds something a person would miss. */
  startDraft(kind: string, area?: number, onto?: { record: string; step: string }): Promise<void>;
  editDraft(change: Partial<Pick<Draft, "values" | "area" | "fix" | "cameraOpen">>): Promise<void>;
  addPhoto(file: Blob, field: string, source: PhotoSource): Promise<string>; // "" or a code
  addSound(file: Blob, field: string, over: boolean): Promise<string>; // all that was spoken so far
  coverPhoto(key: string, picture: Blob): Promise<string>; // in its place, and nothing of it stays; "" or a code
  dropPhoto(key: string): Promise<void>;
  dropDraft(): Promise<void>;
  /** Send the draft, and what is made with a new record; gives the record's id, "" if it is not there. */
  sendDraft(mine?: (draft: Sending) => boolean, beside?: Beside): Promise<string>;
  undo(record: string): Promise<boolean>; // back to a draft; false when it has already left
  /** Change fields; those in `again` are written even if they say the same: asked anew, and still so. */
  edit(record: string, values: Readonly<Record<string, Value>>, again?: readonly string[]): Promise<void>;
  /** Take a step; `heldMs` keeps it on the phone so long, to be taken back. Gives the op, "" if it is not offered. */
  take(
    record: string,
    step: string,
    values: Readonly<Record<string, Value>>,
    heldMs?: number,
  ): Promise<string>;
  takeBack(ops: readonly string[]): Promise<number>; // steps that are held; how many had not left
  settle(record: string, field: string, value: Value): Promise<void>; // over all values seen
  create(
    kind: string,
    values: Readonly<Record<string, Value>>,
    area?: number,
    beside?: Beside,
  ): Promise<string>;
  /** Ask the secretary: a note of one's own words, with the entry spelled out; its photos go along. */
  sendOn(need: Need, text: string, entry: string): Promise<void>;
  lostSeen(): Promise<void>;
  putAway(need: Need): Promise<void>; // an overtaken step, or what the secretary has dealt with
  tick(item: string, value: string): Promise<void>; // today's sheet; "" undoes
  tickRest(): Promise<readonly string[]>; // all open items ok; returns them for undo
  sameDay(): Promise<readonly string[]>; // open items as on the last sheet, with where that is said; the same
  handIn(): Promise<void>; // today's sheet, with what records say
  record(id: string): Kept | undefined; // as it is kept, with this phone's own ops on top
  writtenMs(record: string, field: string): number; // when it was last written, 0 if never
  resend(record: string): Promise<void>;
  syncNow(): Promise<void>;
  sendPhotos(): Promise<void>; // now, whatever the settings say
  photoStand(key: string): Promise<Stand>;
  locate(): void; // starts filling draft.fix, never blocks
  lookAtPhones(): Promise<string>; // "" or why the list is not the newest
  /** An object URL, "" if none; "thumb" is what the phone has at once, "small" the server's. */
  photoUrl(key: string, size: PhotoSize): Promise<string>;
  shots(record: string): Promise<readonly Shown[]>;
  askOriginal(key: string): Promise<string>; // "asked", "none", a path it is opened by, or "" without a network
  reach(want?: boolean): Promise<Reach>; // being called while the app is closed: how it stands, or is wished
  setPrefs(prefs: Partial<Prefs>): Promise<void>;
  applyUpdate(): void;
}
