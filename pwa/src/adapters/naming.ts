// What a photo is called, and the spelling of bytes.

/** Name a photo by the first 16 bytes of its hash: base64url without padding (I7). */
export const keyOf = (hash: Uint8Array): string =>
  base64(hash.slice(0, 16)).replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_");

/** Spell bytes in base64. */
export const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** The SHA-256 of a file. */
export const hashOf = async (file: Blob): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
