// Photos are made small off the page's thread, by a worker that is started for one photo and ended after it.

import type { Darkroom } from "../ports.ts";
import type { Made } from "./developing.ts";

const PATIENCE_MS = 60_000; // for one photo on the slowest phone; then the file itself is taken

type Hand = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;
type Order = readonly [file: Blob, type: string, bare: boolean];

/** A darkroom whose photos are developed by workers that `hire` starts; in the page where that fails. */
export function darkroom(hire: () => Hand): Darkroom {
  let type = "image/webp"; // until this browser has shown what it writes
  return {
    async develop(file, bare = false) {
      const order: Order = [file, type, bare];
      let made = await away(hire, order);
      if (made === "late") made = await away(hire, [file, type, true]);
      if (made === undefined || made === "late") made = await here(order);
      if (made) type = made.type || type;
      return made?.developed ?? null;
    },
  };
}

/** Ask a worker: null if it is no photo, undefined if there is no such worker. */
function away(hire: () => Hand, order: Order): Promise<Made | null | undefined | "late"> {
  return new Promise((done) => {
    try {
      const worker = hire();
      const end = (made?: Made | null | "late"): void => {
        worker.terminate();
        done(made);
      };
      worker.onmessage = ({ data }) => end(data);
      worker.onerror = () => end();
      worker.postMessage(order);
      setTimeout(end, PATIENCE_MS, "late");
    } catch {
      done(undefined);
    }
  });
}

const here = async (order: Order): Promise<Made | null> =>
  (await import("./developing.ts")).develop(...order);
