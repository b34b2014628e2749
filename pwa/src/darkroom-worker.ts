// The darkroom's worker, a file of its own that is started for one photo and ended after it: what decoding
// took is given back for certain. It answers with what came of the photo, or null if it cannot be read.

import { develop } from "./adapters/developing.ts";

type Order = readonly [file: Blob, type: string, bare: boolean];

addEventListener("message", ({ data: [file, type, bare] }: MessageEvent<Order>) => {
  if (typeof OffscreenCanvas === "undefined") throw new Error("no canvas for workers");
  void develop(file, type, bare).then(postMessage, () => postMessage(null));
});
