// Looks at one file: opens the bundle, holds it against what was signed. Twin in purpose of backend/testimony.py.

import { Bundle, type Fault, openBundle } from "../sync/bundle.ts";
import type { Bytes } from "../sync/digest.ts";
import { hex } from "../sync/evidence.ts";
import { type Proof, prove } from "../sync/proof.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const HASH = { name: "ECDSA", hash: "SHA-256" };
const SPOKEN = 32; // hex digits of a fingerprint that people compare

/** What came of looking at a file. */
export interface Verdict {
  readonly fault: Fault | null; // the first
  readonly bundle: Bundle | null;
  readonly proof: Proof | null;
  readonly server: string; // fingerprint of the key that signed it
}

/** Tell whether a signature is of a key and a message; never throws. */
export async function verify(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const known = await crypto.subtle.importKey("raw", key, CURVE, false, ["verify"]);
    return await crypto.subtle.verify(HASH, known, signature, message);
  } catch {
    return false;
  }
}

/** Look at a file; never throws for what is in it. */
export async function examine(data: Bytes): Promise<Verdict> {
  const found = await openBundle(data, verify);
  if (!(found instanceof Bundle)) return { fault: found, bundle: null, proof: null, server: "" };
  const proof = await prove(found, verify);
  const print = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", found.key))).slice(0, SPOKEN);
  const server = (print.match(/.{4}/g) ?? []).join(" ");
  return { fault: proof.faults[0] ?? null, bundle: found, proof, server };
}
