import { Bundle, openBundle } from "../../../pwa/src/sync/bundle.ts";
import { unbase64 } from "../../../pwa/src/sync/evidence.ts";
import * as proof from "../../../pwa/src/sync/proof.ts";
import { verify } from "../../../pwa/src/verify/examine.ts";
import { type Json, run } from "./vectors.ts";

const toPhoto = ({ receivedMs, takenMs, sameServer, ...rest }: proof.PhotoProof): Json => ({
  ...rest,
  received_ms: receivedMs,
  taken_ms: takenMs,
  same_server: sameServer,
});

run("proof", proof, {
  prove: async ({ bytes }) => {
    const bundle = await openBundle(unbase64(bytes), verify);
    if (!(bundle instanceof Bundle)) return bundle;
    const { photos, ...rest } = await proof.prove(bundle, verify);
    return { ...rest, photos: photos.map(toPhoto) };
  },
});
