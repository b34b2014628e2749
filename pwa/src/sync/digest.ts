// Twin of sync/digest.py: read the reasons there. Shared cases: tests/vectors/digest.json.
// The browser hashes asynchronously, so these answer with promises.
import { canonical } from "./value.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

export const KINDS_DIGITS = 8; // hex digits
export const ROOT: Bytes = new Uint8Array(32); // the hash before the first entry of a lane

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Hash a JSON value by its canonical spelling; 64 hex digits. */
export async function digest(value: unknown): Promise<string> {
  const hash = await sha256(new TextEncoder().encode(canonical(value)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hash a JSON value to the few digits that travel with each exchange. */
export const short = async (value: unknown): Promise<string> => (await digest(value)).slice(0, KINDS_DIGITS);

/** Hash the next entry of a lane onto the last: changing or dropping one shows in all after. */
export function chain(last: Bytes, body: Bytes): Promise<Bytes> {
  const both = new Uint8Array(last.length + body.length);
  both.set(last);
  both.set(body, last.length);
  return sha256(both);
}
