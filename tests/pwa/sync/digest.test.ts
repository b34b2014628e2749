import * as digest from "../../../pwa/src/sync/digest.ts";
import { fromBytes, run, toBytes } from "./vectors.ts";

run("digest", digest, {
  ROOT: () => fromBytes(digest.ROOT),
  chain: async (last, body) => fromBytes(await digest.chain(toBytes(last), toBytes(body))),
});
