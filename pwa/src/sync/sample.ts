// Twin of sync/sample.py: read the reasons there. Shared cases: tests/vectors/sample.json.

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const ONE_IN = 10;

/** Tell whether a record is one of those looked at. */
export function sampled(record: string): boolean {
  let number = BASIS;
  for (const byte of new TextEncoder().encode(record)) number = Math.imul(number ^ byte, PRIME);
  return (number >>> 16) % ONE_IN === 0;
}
