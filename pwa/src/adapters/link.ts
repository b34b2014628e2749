// The way to the server, by fetch. What is not plainly our server's answer (a captive portal's page, a
// redirect, a 511) counts as no link, so that nothing is ever marked as sent by a stranger's 200.

import type { Answer, Directory, KindsNote, Link, Tally, Trouble } from "../ports.ts";
import { dense } from "../sync/dense.ts";
import type { Option } from "../sync/kind.ts";
import { isInt, isNamed, type Named, own } from "../sync/value.ts";

const EXCHANGE_MS = 60_000; // 12 KB at 2 kbit/s would need more, but nobody waits that long
const ASK_MS = 30_000;
const SILENT_MS = 60_000; // of the news line; the server says something every 25 s, so it is dead
const SQUEEZE_FROM = 100; // bytes; below, compressing adds more than it saves
const TOO_LARGE = 413; // a proxy in front of our server may say so in its own words
const PORTAL = 511; // Network Authentication Required, RFC 6585

export const OFFLINE: Trouble = { ok: false, code: "offline", status: 0, retryMs: 0 };
const ABORTED: Trouble = { ok: false, code: "aborted", status: 0, retryMs: 0 };

interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: BodyInit;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

export type Fetch = typeof fetch;

/** What some browsers say of the network; the rest say nothing. */
interface Network {
  readonly type?: string;
  readonly saveData?: boolean;
}

const here: (Partial<Navigator> & { readonly connection?: Network }) | undefined = globalThis.navigator;

/** A link to the server this page came from. */
export function fetchLink(fetched: Fetch = (...args) => fetch(...args)): Link {
  const tally: Tally = { up: 0, down: 0 };
  const ask = metered(fetched, tally);
  return {
    up: () => here?.onLine !== false,
    free: () => isFree(here?.connection),
    tally,
    enrol: (code, deviceName, device) => {
      const body = JSON.stringify({ code, device_name: deviceName, device });
      return json(ask, "/api/session", { method: "POST", body }, isEnrolment);
    },
    leave: (token) => empty(ask, "/api/session", { method: "DELETE", token }),
    kinds: (version) => kinds(ask, version),
    directory: (token) => json(ask, "/api/directory", { token }, isDirectory),
    exchange: (token, push, signal) => exchange(ask, token, push, signal),
    ask: (token, path, body, method = "POST") =>
      json(ask, path, { token, ...(body ? { method, body } : {}) }, (_): _ is unknown => true),
    upload: (...asked) =>
      import("./tus.ts").then(
        ({ upload }) => upload(ask, ...asked),
        () => OFFLINE,
      ),
    photo: (token, key, size) => picture(ask, `/api/photos/${key}?size=${size}`, token),
    events: (token, news, signal) => events(ask, token, news, signal),
  };
}

const isFree = (network: Network | undefined): boolean | undefined =>
  network?.type ? /wifi|ethernet/.test(network.type) && !network.saveData : undefined;

/** Count the bodies. Of photos only what the server says it has counts, and of answers what they say they are. */
const metered =
  (ask: Fetch, tally: Tally): Fetch =>
  async (path, init) => {
    const response = await ask(path, init);
    const body = init?.body as { size?: number; length?: number } | null | undefined;
    if (!String(path).startsWith("/api/uploads/")) tally.up += body?.size ?? body?.length ?? 0;
    tally.down += Number(response.headers.get("content-length"));
    return response;
  };

/** One request; gives the response when it is our server's and went well. */
export async function request(ask: Fetch, path: string, asked: Asked): Promise<Answer<Response>> {
  const { method = "GET", token, headers = {}, body, withinMs = ASK_MS, signal } = asked;
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = setTimeout(abort, withinMs);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    const response = await ask(path, {
      method,
      headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: body ?? null,
      signal: stop.signal,
      redirect: "error",
      cache: "no-store",
    });
    return response.ok || response.status === 304 ? { ok: true, value: response } : await trouble(response);
  } catch {
    return signal?.aborted ? ABORTED : OFFLINE;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Read a refusal. Only a problem document says who is asking; a gateway's bare 5xx is our server in trouble. */
async function trouble(response: Response): Promise<Trouble> {
  const retryMs = Number(response.headers.get("retry-after") ?? 0) * 1000 || 0;
  const told = typeOf(response) === "application/problem+json" ? await response.json() : null;
  const code = isNamed(told) && typeof told.code === "string" ? told.code : "";
  const { status } = response;
  if (code) return { ok: false, code, status, retryMs };
  if (status === TOO_LARGE) return { ok: false, code: "too_large", status, retryMs };
  return status >= 500 && status !== PORTAL ? { ok: false, code: "busy", status, retryMs } : OFFLINE;
}

const typeOf = (response: Response): string =>
  (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";

/** Ask for JSON of a known shape; any other answer is a stranger's. */
async function json<T>(
  ask: Fetch,
  path: string,
  asked: Asked,
  is: (value: unknown) => value is T,
): Promise<Answer<T>> {
  const answer = await request(ask, path, asked);
  if (!answer.ok) return answer;
  if (typeOf(answer.value) !== "application/json") return OFFLINE;
  const value: unknown = await answer.value.json().catch(() => null);
  return is(value) ? { ok: true, value } : OFFLINE;
}

/** Ask for something whose answer says no more than that it is done. */
async function empty(ask: Fetch, path: string, asked: Asked): Promise<Answer<null>> {
  const answer = await request(ask, path, asked);
  if (!answer.ok) return answer;
  return answer.value.status === 204 ? { ok: true, value: null } : OFFLINE;
}

type Enrolment = { token: string; device: string; person: number };
const isEnrolment = (value: unknown): value is Enrolment =>
  isNamed(value) &&
  typeof value.token === "string" &&
  /^[0-9a-f]{8}$/.test(String(value.device)) &&
  isInt(value.person, 1);
const isDirectory = (value: unknown): value is Directory =>
  isNamed(value) && typeof value.version === "string" && isNamed(value.me) && Array.isArray(value.units);
type Told = KindsNote & { lists: Named<readonly Option[]> };
const isKinds = (value: unknown): value is Told =>
  isNamed(value) && typeof value.version === "string" && isNamed(value.kinds);
const isReceipt = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && isInt(value[0], 1) && typeof value[1] === "string";

async function kinds(ask: Fetch, version: string): Promise<Answer<KindsNote | null>> {
  const headers: Asked["headers"] = version ? { "if-none-match": `"${version}"` } : {};
  const answer = await request(ask, "/api/kinds", { headers });
  if (!answer.ok) return answer;
  if (answer.value.status === 304) return { ok: true, value: null };
  const told = await json(async () => answer.value, "", {}, isKinds);
  return told.ok ? { ok: true, value: filled(told.value) } : told;
}

/** Give fields the options of the list they name: a list travels once, however many name it. */
function filled({ version, kinds, lists }: Told): KindsNote {
  for (const { fields } of Object.values(kinds))
    for (const field of Object.values(fields))
      if (field.listed) Object.assign(field, { options: own(lists, field.listed) ?? [] });
  return { version, kinds };
}

async function exchange(
  ask: Fetch,
  token: string,
  push: readonly unknown[],
  signal: AbortSignal,
): Promise<Answer<readonly unknown[]>> {
  const plain = new Blob([dense(push)]);
  const squeezed = await squeeze(plain);
  const headers = {
    "content-type": "application/vnd.msgpack",
    ...(squeezed ? { "content-encoding": "deflate" } : {}),
  };
  const asked = { method: "POST", token, headers, body: squeezed ?? plain, withinMs: EXCHANGE_MS, signal };
  return json(ask, "/api/exchange", asked, isReceipt);
}

/** Compress where the browser can and it pays. */
async function squeeze(plain: Blob): Promise<Blob | null> {
  if (plain.size < SQUEEZE_FROM || typeof CompressionStream === "undefined") return null;
  const stream = plain.stream().pipeThrough(new CompressionStream("deflate"));
  const squeezed = await new Response(stream).blob();
  return squeezed.size < plain.size ? new Blob([squeezed]) : null;
}

async function picture(ask: Fetch, path: string, token: string): Promise<Answer<Blob>> {
  const answer = await request(ask, path, { token, withinMs: EXCHANGE_MS });
  if (!answer.ok) return answer;
  const blob = await answer.value.blob().catch(() => null);
  return blob && /^(image|audio)/.test(blob.type) ? { ok: true, value: blob } : OFFLINE;
}

/** Read the news line until it breaks. EventSource cannot send the token, so the stream is read by hand. */
async function events(
  ask: Fetch,
  token: string,
  news: (opening: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  let silence = setTimeout(abort, SILENT_MS);
  signal.addEventListener("abort", abort);
  try {
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const response = await ask("/api/events", {
      headers,
      signal: stop.signal,
      redirect: "error",
      cache: "no-store",
    });
    if (!response.ok || !response.body || typeOf(response) !== "text/event-stream") return;
    news(true); // whatever was missed before the line stood
    const reader = response.body.getReader();
    const text = new TextDecoder();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(abort, SILENT_MS);
      const lines = (rest + text.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.some((line) => line.trim() === "event: news")) news(false);
    }
  } catch {
    // broken, silent for too long, or closed by us: the caller opens another
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", abort);
  }
}
