// Uploads by tus 1.0.0, as far as this phone needs it: ask where an upload stands, carry the rest from there.
// Source: https://tus.io/protocols/resumable-upload

import type { Answer, Piece, Standing } from "../ports.ts";
import { isInt } from "../sync/value.ts";
import { type Fetch, OFFLINE, request } from "./link.ts";

const UPLOAD_MS = 300_000; // then it is asked how much arrived, and goes on from there
const UPLOADS = "/api/uploads";

/** One request. Making an upload that is there already tells where it stands, so nothing need be kept. */
export async function upload(
  ask: Fetch,
  token: string,
  { photo, part, bytes, sha256, disguised }: Piece,
  from: Standing | null,
  signal: AbortSignal,
): Promise<Answer<Standing>> {
  const hash = Array.from(atob(sha256), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const told = Object.entries({ photo, part, sha256: hash }).map(([name, each]) => `${name} ${btoa(each)}`);
  const making = { "upload-length": String(bytes.size), "upload-metadata": told.join() };
  const carrying = {
    "content-type": "application/offset+octet-stream",
    "upload-offset": String(from?.offset),
    ...(disguised ? { "x-http-method-override": "PATCH" } : {}),
  };
  const answer = await request(from ? apart(ask) : ask, from?.path ?? UPLOADS, {
    method: from && !disguised ? "PATCH" : "POST",
    token,
    headers: { "tus-resumable": "1.0.0", ...(from ? carrying : making) },
    ...(from ? { body: bytes.slice(from.offset), withinMs: UPLOAD_MS } : {}),
    signal,
  });
  return answer.ok ? standing(answer.value, bytes.size, from) : answer;
}

/**
 * Ask over a connection that nothing else has used. If one that was used before is reset, Chromium sends the
 * request again by itself, all of its body though some had arrived: on a link reset every 60 KB that took 2.5
 * to 4 times the bytes. It keeps connections without credentials apart, and nothing else here asks without
 * (nor has any to send; the manifest would, but for its crossorigin); the server closes it after each piece.
 */
const apart =
  (ask: Fetch): Fetch =>
  (path, init) =>
    ask(path, { ...init, credentials: "omit" });

/** Read where an upload stands; an answer that is not of our server counts for nothing. */
function standing({ status, headers }: Response, size: number, from: Standing | null): Answer<Standing> {
  const offset = Number(headers.get("upload-offset") ?? -1);
  const path = from?.path ?? new URL(headers.get("location") ?? "/", "http://here").pathname;
  const ours = headers.get("tus-resumable") === "1.0.0" && path.startsWith(`${UPLOADS}/`);
  if (!ours || status !== (from ? 204 : 201) || !isInt(offset, 0) || offset > size) return OFFLINE;
  const at = headers.get("photo-state") === "verified" ? Number(headers.get("photo-at")) || 0 : -1;
  return { ok: true, value: { path, offset, at } };
}
