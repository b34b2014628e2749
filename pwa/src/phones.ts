// The phones of the people one looks after: asked of the server, and kept for where there is no network.

import type { Phone, Phones } from "./model.ts";
import { note } from "./outbox.ts";
import type { Link, Store } from "./ports.ts";
import { isNamed } from "./sync/value.ts";

type Span = readonly [first: number, last: number];

/** A phone as GET /api/devices tells it (docs/sync.md section 13). */
interface Told {
  readonly device: number;
  readonly name: string;
  readonly person: number;
  readonly who: string;
  readonly tel: string;
  readonly out: boolean;
  readonly heard_ms: number;
  readonly made: number;
  readonly held: number;
  readonly waiting: number;
  readonly oldest_ms: number;
  readonly ids: readonly { readonly missing: readonly Span[] }[];
  readonly lost: readonly { readonly count: number; readonly from_ms: number; readonly to_ms: number }[];
  readonly causes: Phone["causes"];
  readonly photos?: {
    readonly count: number;
    readonly partial: number;
    readonly overdue: number;
    readonly oldest_ms: number;
  };
}

interface List {
  readonly server_ms: number;
  readonly devices: readonly Told[];
}

const isList = (value: unknown): value is List =>
  isNamed(value) && typeof value.server_ms === "number" && Array.isArray(value.devices);

/** Show the list that was kept, then the newest; gives "" or why that did not come. */
export async function look(
  { store, link }: { readonly store: Store; readonly link: Link },
  show: (phones: Phones | null) => void,
): Promise<string> {
  const [session, kept] = await store.read(["notes"], (tx) =>
    Promise.all([note(tx, "session"), note(tx, "phones")] as const),
  );
  if (!session || session.out) return "signed_out";
  if (kept) show(kept);
  const answer = await link.ask(session.token, "/api/devices");
  if (!answer.ok) {
    if (answer.code === "not_found") await keep(store, null).then(() => show(null)); // they look after nobody now
    return answer.code;
  }
  if (!isList(answer.value)) return "offline";
  const { server_ms: atMs, devices } = answer.value;
  const phones = { person: session.person, atMs, rows: devices.map(phoneOf) };
  await keep(store, phones);
  show(phones);
  return "";
}

const keep = (store: Store, value: Phones | null): Promise<void> =>
  store.write(["notes"], (tx) =>
    value ? tx.put("notes", { id: "phones", value }) : tx.drop("notes", "phones"),
  );

function phoneOf({ heard_ms: heardMs, oldest_ms: oldestMs, ids, lost, photos, ...rest }: Told): Phone {
  const { count = 0, partial = 0, overdue = 0, oldest_ms: photosMs = 0 } = photos ?? {};
  return {
    ...rest,
    photos: { count, partial, overdue, oldestMs: photosMs },
    heardMs,
    oldestMs,
    missing: ids.flatMap((each) => each.missing),
    lost: lost.map(({ count, from_ms: fromMs, to_ms: toMs }) => ({ count, fromMs, toMs })),
  };
}
