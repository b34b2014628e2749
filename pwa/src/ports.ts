// Ports: what the phone's half needs of the world outside. Each has an adapter in adapters/; the store
// has two, and both pass one contract test.

import type { Days, Flag, Meter, Phones, Staff } from "./model.ts";
import type { Bytes } from "./sync/digest.ts";
import type { KindPage } from "./sync/kind.ts";
import type { Op } from "./sync/op.ts";
import type { Record } from "./sync/register.ts";
import type { Named, Value } from "./sync/value.ts";
import type { Shot } from "./sync/wire.ts";

/** The lock that whoever sends holds, page or worker; and the tag under which the browser wakes the worker. */
export const SENDER_LOCK = "qianshao-sender";
export const OUTBOX_TAG = "outbox";
/** The lock under which the journal's files are opened, by any tab's worker. */
export const JOURNAL_LOCK = "qianshao-journal";

/** One op in the outbox, or, once the server has taken it, among the sent ones. */
export interface OpRow {
  readonly id: string; // device and number, spelled as a record id
  readonly op: Op;
  readonly person: number; // who wrote it: nobody else ever sends it
  readonly photos: readonly string[]; // keys it adds
  readonly urgent: boolean; // goes before all others (I13)
  readonly leftMs: number; // when a push that holds it was first about to go; 0: it never left the phone
  readonly code: string; // "" until answered or tried in vain; then a verdict, or a problem code
  readonly refused: boolean; // answered no: it stays here, visible, with its code (I3)
  readonly undone: boolean; // taken back: only its number still goes out, so that none is missing (I10)
  readonly receivedMs: number; // server time of the answer; 0 until answered
  readonly tries: number; // times it failed while alone in a push
  readonly laterMs: number; // not sent again before this time
  readonly at?: number; // once answered: position of the log that holds it, 0 if not told
  readonly sentOn?: string; // record of the note a refused one was sent on with
}

/** What the person did about what needs them. */
export interface NeedsNote {
  readonly away: readonly string[]; // overtaken steps they have taken note of, each named by its stamp
  readonly asked: Named<string>; // by clash: record of the note that asks about it
}

/** A confirmed record. */
export interface RecordRow extends Record {
  readonly gone?: boolean; // it left the view and stays only while own ops name it
  readonly era?: number; // in which it was told; none in the first
  readonly at?: number; // position of the log that holds what was last acknowledged of this phone's ops on it
}

/** How far a photo of this phone has come. `held` ones belong to a refused op, or the server will not have them. */
export type PhotoState = "draft" | "waiting" | "announced" | "held" | "verified";

/** A photo taken on this phone. The row goes when a backup of the server holds the verified bytes, not before (I9). */
export interface PhotoRow {
  readonly id: string; // photo key
  readonly person: number;
  readonly screen: Blob; // screen size
  readonly size: number; // bytes of the screen size
  readonly sha256: string; // base64, of the screen size
  readonly state: PhotoState;
  readonly urgent: boolean;
  readonly takenMs: number;
  readonly tries: number;
  readonly laterMs: number;
  readonly shot?: Shot; // how it came to be, as it is announced
  readonly offset?: number; // bytes of the part under way that the server has, as last heard
  readonly at?: number; // once verified: position of the log that says so, 0 if not known yet
  readonly original?: Blob; // as the camera gave it, until it is sent or room is short
  readonly originalSha256?: string; // base64
  readonly wanted?: boolean; // asked for by name: the original goes too
  readonly now?: boolean; // the person had it sent at once: it heeds no ceiling
}

/** The tiny picture of a photo, own or heard of. */
export interface PreviewRow {
  readonly id: string; // photo key
  readonly preview: string; // base64 of a WebP or JPEG; "" if there is none
  readonly here: boolean; // the server has the screen size
  readonly state?: number; // place in STATES, as last told
  readonly flags?: readonly Flag[]; // told to reviewers
  readonly original?: number; // as last told: 1 asked for, 2 there for who reviews
  readonly small?: ArrayBuffer; // the server's thumbnail, see thumbs.ts
}

/** Who is signed in on this phone. */
export interface Session {
  readonly token: string;
  readonly number: string; // device number, 8 hex digits
  readonly person: number;
  readonly out: boolean; // the server no longer takes the token; everything stays
}

/** What this phone writes with. Lives exactly as long as the store: a new store is a new incarnation. */
export interface Self {
  readonly incarnation: string; // 8 hex digits
  readonly top: number; // highest op number made
  readonly wallMs: number; // of the last stamp
  readonly count: number;
  readonly past?: Named<number>; // earlier device ids of this phone, and the highest number made under each
}

/** What a damaged store cost, until somebody has taken note. */
export interface Lost {
  readonly count: number; // ops that were made here and are nowhere any more
  readonly found: number; // ops that the journal gave back
  readonly device: string; // under which the lost ones were made
  readonly fromMs: number; // made after this, 0 if unknown
  readonly toMs: number; // and before this
  readonly foundMs: number; // when it was noticed
  readonly by: Named<number>; // all that is known to be lost, by device: nothing is told twice
  readonly seen: boolean; // the person has put the notice away
}

/** How much room the browser gives, as it said when the app was last opened. */
export interface Room {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly persisted: boolean; // it promised not to evict us
}

/** How this phone is, as its browser tells it. */
export interface Condition extends Room {
  readonly geo: string; // "granted", "denied", "prompt", or "" if it does not say
}

/** How far this phone has heard. Written together with what it describes. */
export interface Heard {
  readonly cursor: string;
  readonly directory: string; // version the server has
  readonly offsetMs: number; // server time minus this phone's clock
  readonly lastMs: number; // server time of the last receipt
  readonly era: number; // how often all was told from the start
  readonly renewing: boolean; // it is being told so: what is of an older era goes at the end
  readonly more?: boolean; // the server had more to tell than the last receipt held; absent before the first
  readonly backed: number; // position of the log up to which a backup exists, 0 if none is known
}

export interface KindsNote {
  readonly version: string;
  readonly kinds: Named<KindPage>;
}

/** The town as GET /api/directory tells it. */
export interface Directory {
  readonly version: string;
  readonly me: {
    readonly person: number;
    readonly name: string;
    readonly town: number;
    readonly townName: string;
    readonly grants: readonly { readonly role: string; readonly unit: number }[];
    readonly helpName: string;
    readonly helpPhone: string;
    readonly newcomers?: readonly number[];
  };
  readonly units: readonly {
    readonly id: number;
    readonly tier: number;
    readonly parent: number;
    readonly name: string;
    readonly shape: readonly (readonly [number, number])[];
  }[];
  readonly people: readonly (readonly [id: number, name: string])[];
  readonly devices?: readonly (readonly [number: number, person: number])[]; // whose device a stamp names
  readonly calendar?: Days;
  readonly staff?: Staff;
}

/** A place as captured. */
export interface Fix {
  readonly latE7: number;
  readonly lonE7: number;
  readonly accuracyCm: number;
  readonly atMs: number; // by the phone's clock
  readonly source: number; // 0 satellites, 1 network or unknown
}

/** The draft as it is kept. */
export interface DraftNote {
  readonly kind: string;
  readonly record: string;
  readonly step: string;
  readonly values: Named<Value>;
  readonly photos: readonly { readonly key: string; readonly field: string; readonly source: string }[];
  readonly fix: Fix | null;
  readonly area: number;
  readonly chosen: boolean; // the area was chosen by hand: a fix does not change it
  readonly cameraOpen: boolean;
  readonly begunMs: number; // server time
  readonly savedMs: number;
}

/** How far a device's chain of photos is, and what it is signed with. */
export interface Chain {
  readonly keys: CryptoKeyPair; // the private one cannot be read out
  readonly n: number; // of the last link
  readonly last: Bytes; // its hash
  readonly told: number; // era in which the server heard the key, counted from 1; 0: not yet
}

/** Single values by name. */
export interface Notes {
  readonly session: Session;
  readonly self: Self;
  readonly heard: Heard;
  readonly kinds: KindsNote;
  readonly directory: Directory;
  readonly draft: DraftNote;
  readonly prefs: Named<string | number>;
  readonly fix: Fix;
  readonly needs: NeedsNote;
  readonly swept: number; // day on which old sent ops were last thrown away
  readonly floor: Named<number>; // by device: the highest number of a sent op that was thrown away
  readonly lost: Lost;
  readonly chains: Named<Chain>; // by device
  readonly room: Room;
  readonly reported: { readonly atMs: number; readonly what: string }; // what the phone last said of itself
  readonly checked: { readonly atMs: number; readonly after: number }; // when what it holds was last compared
  readonly phones: Phones; // the list a supervisor saw last
  readonly smalls: readonly (readonly [key: string, bytes: number])[]; // thumbnails kept, the latest used last
  readonly meter: Meter; // what went over the link
}

type NoteRow = {
  readonly [name in keyof Notes]: { readonly id: name; readonly value: Notes[name] };
}[keyof Notes];

/** What the store holds; every row is found by its id. */
export interface Tables {
  readonly outbox: OpRow; // not answered yet, or refused
  readonly sent: OpRow; // answered: kept 30 days so that people can prove that they reported
  readonly records: RecordRow;
  readonly photos: PhotoRow;
  readonly previews: PreviewRow;
  readonly notes: NoteRow;
}

export type Table = keyof Tables;

/** Inside a transaction: await nothing but these, or it ends early. */
export interface Reader {
  get<T extends Table>(table: T, id: string): Promise<Tables[T] | undefined>;
  /** Rows in the order of their ids, from after `after`, at most `most`. */
  all<T extends Table>(table: T, after?: string, most?: number): Promise<readonly Tables[T][]>;
  /** The ids alone, in order. */
  keys(table: Table): Promise<readonly string[]>;
}

export interface Writer extends Reader {
  put<T extends Table>(table: T, row: Tables[T]): Promise<void>;
  drop(table: Table, id: string): Promise<void>;
  clear(table: Table): Promise<void>;
}

/** The phone's own memory. */
export interface Store {
  read<T>(tables: readonly Table[], work: (tx: Reader) => Promise<T>): Promise<T>;
  /** All or nothing, and on the disk when it resolves: power may go a moment later (I9). */
  write<T>(tables: readonly Table[], work: (tx: Writer) => Promise<T>): Promise<T>;
  /** Resolves when the store was compared with its journal; true if that changed it. */
  readonly opened?: Promise<boolean>;
  /** Empty the journal, before the store itself is emptied on purpose. */
  forget?(): Promise<unknown>;
}

/** A file of this phone's own, open for a moment. */
export interface Pad {
  size(): Promise<number>;
  read(): Promise<Uint8Array>;
  write(bytes: Uint8Array, at: number): Promise<void>;
  cut(size: number): Promise<void>;
  /** On the disk when it resolves. */
  flush(): Promise<void>;
}

/** The worker's answer to opening: the store was changed, and room is short. */
export type Opened = readonly [changed: boolean, tight: boolean];

/** What a page asks of the journal's worker: to open, to write rows or the town down, to make room, to take it back, to forget all. */
export type JournalAsk =
  | { readonly session: Session | null; readonly top: string }
  | readonly OpRow[]
  | "town"
  | "room"
  | "roomy"
  | "forget";

/** Such files, found by name. */
export interface Pads {
  /** Open a file, made if need be; it is closed however the work ends. */
  use<T>(name: string, work: (pad: Pad) => Promise<T>): Promise<T>;
  /** How much room there is, and how much of it these files take as the browser counts; null: no such files. */
  room(): Promise<(Room & { readonly filesBytes: number }) | null>;
}

/** Why a request brought nothing: no link at all ("offline"), given up ("aborted"), or a problem code. */
export interface Trouble {
  readonly ok: false;
  readonly code: string;
  readonly status: number; // 0 without an answer of ours
  readonly retryMs: number; // asked for by the server, 0 if not
}

export type Answer<T> = { readonly ok: true; readonly value: T } | Trouble;

/** What goes up: the screen size of a photo or its original. */
export interface Piece {
  readonly photo: string; // key
  readonly part: "screen" | "original";
  readonly bytes: Blob;
  readonly sha256: string; // base64, of all of it
  readonly disguised: boolean; // carried by POST: some proxies drop what they do not know
}

/** Where an upload stands, as the server says. */
export interface Standing {
  readonly path: string;
  readonly offset: number; // bytes it has
  readonly at: number; // once verified: position of the log that says so, 0 if it was before; -1 until then
}

/** Bytes of bodies that went over the link since the app was opened or they were last written down. */
export interface Tally {
  up: number; // without photos, which are counted as they arrive
  down: number;
}

/** The way to the server. No method throws: an answer that is not ours, a captive portal's, is "offline". */
export interface Link {
  /** False when the browser is sure that there is no network; true means nothing. */
  up(): boolean;
  /** Whether bytes cost nothing now (Wi-Fi, a cable); undefined where the browser does not say. */
  free(): boolean | undefined;
  readonly tally: Tally;
  /** `device` is the number this phone bore before, "" if none. */
  enrol(
    code: string,
    deviceName: string,
    device: string,
  ): Promise<Answer<{ token: string; device: string; person: number }>>;
  leave(token: string): Promise<Answer<null>>;
  /** Null when `version` is still in force. */
  kinds(version: string): Promise<Answer<KindsNote | null>>;
  directory(token: string): Promise<Answer<Directory>>;
  exchange(token: string, push: readonly unknown[], signal: AbortSignal): Promise<Answer<readonly unknown[]>>;
  /** Ask for JSON at an address of ours, with a body by POST unless told; who asks looks at what came. */
  ask(token: string, path: string, body?: string, method?: string): Promise<Answer<unknown>>;
  /** One request of an upload: without `from` it asks where that stands, else it carries the rest from there. */
  upload(token: string, piece: Piece, from: Standing | null, signal: AbortSignal): Promise<Answer<Standing>>;
  photo(token: string, key: string, size: string): Promise<Answer<Blob>>;
  /** Calls `news` when the line opens (true) and whenever there is some (false); resolves when it breaks. */
  events(token: string, news: (opening: boolean) => void, signal: AbortSignal): Promise<void>;
}

/** A photo made ready to be kept and sent. */
export interface Developed {
  readonly key: string;
  readonly sha256: string; // base64
  readonly screen: Blob; // long edge at most 1600 px
  readonly preview: string; // base64, at most 4096 bytes decoded; "" if none could be made small enough
  readonly thumb: string; // its ThumbHash in base64, "" if none
  readonly original: Blob | null; // the file as it came; null if it is not kept
  readonly originalSha256: string; // base64, "" without one
  readonly originalSize: number; // bytes, 0 without one
}

export interface Darkroom {
  /** Shrink a photo, or with `bare`, and if it cannot be read here, take it as it is; null when it is none. */
  develop(file: Blob, bare?: boolean): Promise<Developed | null>;
}

export interface Position {
  /** Tell each better fix, for a while; the answer stops it early. */
  watch(found: (fix: Fix) => void): () => void;
}

/** The other tabs of this app, and its service worker. */
export interface Tabs {
  tell(message: unknown): void;
  hear(heard: (message: unknown) => void): void;
}

/** A second place for the session: should the browser empty the store, the phone is still known (trap 6). */
export interface Spare {
  load(): Session | null;
  save(session: Session | null): void;
  top: string; // id of the last op made here, "" if none
}

/** Clock, chance and timer, so that tests own them. */
export interface Chance {
  wallMs(): number; // the phone's clock, which may be wrong and may jump
  steadyMs(): number; // never jumps, but may stand still while the phone sleeps
  random(): number; // 0 <= x < 1
  hex(digits: number): string;
  after(ms: number, run: () => void): () => void;
}
