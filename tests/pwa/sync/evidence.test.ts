import type { Bytes } from "../../../pwa/src/sync/digest.ts";
import * as evidence from "../../../pwa/src/sync/evidence.ts";
import { fromBytes, type Json, run, toBytes } from "./vectors.ts";

const toLink = ({ taken_ms, prev, screen, original, ...rest }: Json): evidence.Link => ({
  ...rest,
  takenMs: taken_ms,
  prev: toBytes(prev),
  screen: toBytes(screen),
  original: toBytes(original),
});
const toReceipt = ({ key, at, log, signature }: Json): evidence.Receipt => ({
  at,
  key: toBytes(key),
  log: toBytes(log),
  signature: toBytes(signature),
});
const told = (found: object | null): Json =>
  found &&
  Object.fromEntries(
    Object.entries(found).map(([name, each]) => [
      name,
      each instanceof Uint8Array ? fromBytes(each as Bytes) : each,
    ]),
  );

run("evidence", evidence, {
  link_bytes: (link) => fromBytes(evidence.linkBytes(toLink(link))),
  link_hash: async (link) => fromBytes(await evidence.linkHash(toLink(link))),
  receipt_bytes: (town, receivedMs, receipt, screen, link) =>
    fromBytes(evidence.receiptBytes(town, receivedMs, toReceipt(receipt), toBytes(screen), toBytes(link))),
  read_receipt: (body) => told(evidence.readReceipt(toBytes(body))),
  spell_seal: ({ device, prev, signature }) =>
    evidence.spellSeal({ device, prev: toBytes(prev), signature: toBytes(signature) }),
  read_seal: (text) => told(evidence.readSeal(text)),
  is_low: (signature) => evidence.isLow(toBytes(signature)),
});
