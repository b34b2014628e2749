// What the screens see and may ask for. Screens draw this and nothing else; main.tsx binds it to
// the outbox, the exchange and the adapters. No screen knows about stores, HTTP or merge rules.

import type { ReadonlySignal } from "@preact/signals";
import type { KindPage } from "./sync/kind.ts";
import type { Value } from "./sync/value.ts";

/** How far one record (or one op) has come: the four item states of the look, in order. */
export type Sent = "wait" | "send" | "fail" | "done";

/** Where a record, as far as this phone wrote it, is safe: here, on the server, or in a backup of that. */
export type Safe = "phone" | "server" | "backup";

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
  photos: Readonly<Record<string, readonly string[]>>; // photo keys by field
  clashes: readonly Clash[];
  story: readonly StoryLine[];
  offers: readonly Offer[];
  sent: Sent;
  kept: Safe;
  reason: string; // refusal code when sent is "fail", "sent_on" once a note asks about it, else ""
  number: string; // the short number people quote, "" until received
  undoable: boolean; // the creating op has not left the phone
}

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

export interface Me {
  person: number;
  name: string;
  town: number;
  townName: string;
  grants: readonly { role: string; unit: number }[];
  helpName: string; // whom to call: the grid leader
  helpPhone: string;
}

export interface Net {
  online: boolean; // truth of the last exchange, not navigator.onLine
  sending: number; // ops in the request under way, 0 if none
  waiting: number; // ops on the phone the server has not acknowledged
  photosWaiting: number;
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

export interface Draft {
  kind: string;
  record: string; // "" for a new record, else the record being added to
  step: string; // "" or the step this draft will take (add_facts)
  values: Readonly<Record<string, Value>>;
  photos: readonly { key: string; previewUrl: string; field: string }[];
  fix: Fix | null;
  area: number; // 0 until found or chosen
  cameraOpen: boolean; // the camera was opened and no photo came back
  savedMs: number;
}

export interface DutyRow {
  item: string; // field name on the day sheet
  value: string; // "" while open, else ok/found/zero/na
  atMs: number;
  hint: string; // what is due, e.g. "今天 3 户"
}

export interface DueVisit {
  household: string; // record id
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
  look: Look;
  size: Size;
  language: Language;
}

/** Everything the screens read and do. All actions resolve when the write is durable on the phone. */
export interface Model {
  ready: ReadonlySignal<boolean>; // local store opened
  me: ReadonlySignal<Me | null>;
  net: ReadonlySignal<Net>;
  prefs: ReadonlySignal<Prefs>;
  kinds: ReadonlySignal<ReadonlyMap<string, KindPage>>;
  units: ReadonlySignal<ReadonlyMap<number, Unit>>;
  people: ReadonlySignal<ReadonlyMap<number, string>>;
  views: ReadonlySignal<ReadonlyMap<string, View>>;
  needs: ReadonlySignal<readonly Need[]>;
  lost: ReadonlySignal<Loss | null>; // until the person has read it
  draft: ReadonlySignal<Draft | null>;
  duties: ReadonlySignal<readonly DutyRow[]>;
  sheet: ReadonlySignal<View | null>; // today's day sheet
  dueVisits: ReadonlySignal<readonly DueVisit[]>;
  phones: ReadonlySignal<Phones | null>; // as last looked at; null before
  version: string; // of this build, to be read out on the phone
  update: ReadonlySignal<boolean>; // a new version waits
  otherTab: ReadonlySignal<boolean>; // another tab of this app owns the sending
  nowMs: ReadonlySignal<number>; // ticks once a minute; the only clock of the screens

  enrol(code: string): Promise<string>; // "" or a refusal code
  leave(): Promise<void>; // forget this device; refuses while work waits
  /** Begin the draft; with `onto`, one that adds to a record or takes a step on it. Screens never call it
   *  while the draft holds something a person would miss. */
  startDraft(kind: string, area?: number, onto?: { record: string; step: string }): Promise<void>;
  editDraft(change: Partial<Pick<Draft, "values" | "area" | "fix" | "cameraOpen">>): Promise<void>;
  addPhoto(file: Blob, field: string, source: "camera" | "album"): Promise<string>; // "" or a code
  dropPhoto(key: string): Promise<void>;
  dropDraft(): Promise<void>;
  sendDraft(): Promise<string>; // the record's id
  undo(record: string): Promise<boolean>; // back to a draft; false when it has already left
  edit(record: string, values: Readonly<Record<string, Value>>): Promise<void>;
  take(record: string, step: string, values: Readonly<Record<string, Value>>): Promise<void>;
  settle(record: string, field: string, value: Value): Promise<void>; // over all values seen
  create(kind: string, values: Readonly<Record<string, Value>>, area?: number): Promise<string>;
  /** Ask the secretary: a note of one's own words, with the entry spelled out; its photos go along. */
  sendOn(need: Need, text: string, entry: string): Promise<void>;
  lostSeen(): Promise<void>;
  putAway(need: Need): Promise<void>; // an overtaken step, or what the secretary has dealt with
  tick(item: string, value: string): Promise<void>; // today's sheet; "" undoes
  tickRest(): Promise<readonly string[]>; // all open items ok; returns them for undo
  resend(record: string): Promise<void>;
  syncNow(): Promise<void>;
  locate(): void; // starts filling draft.fix, never blocks
  lookAtPhones(): Promise<string>; // "" or why the list is not the newest
  photoUrl(key: string, size: "preview" | "thumb" | "screen"): Promise<string>; // object URL, "" if none
  setPrefs(prefs: Partial<Prefs>): Promise<void>;
  applyUpdate(): void;
}
