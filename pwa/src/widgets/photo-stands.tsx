// How far the photos of a record have come, in one line.

import { useEffect, useState } from "preact/hooks";
import type { Stand, View } from "../model.ts";
import { say } from "../words/apart.ts";
import { useModel } from "./use-model.ts";

/** Say it; nothing of a record without photos. */
export function PhotoStands({ view }: { view: View }) {
  const model = useModel();
  const [stands, show] = useState<readonly Stand[]>([]);
  const { lastMs, photosWaiting } = model.net.value; // an exchange or an upload may have moved one
  const keys = Object.values(view.photos).flat();
  useEffect(() => {
    let live = true;
    void Promise.all(keys.map((key) => model.photoStand(key))).then((found) => live && show(found));
    return () => {
      live = false;
    };
  }, [keys.join(), lastMs, photosWaiting, view.kept]);
  const words = standWords(stands);
  return words ? <p class="note">{words}</p> : null;
}

/** The stands of which one word is said, in the order in which they are told. */
const SAID = [
  ["photos.safe", ["safe"]],
  ["photos.there", ["there"]],
  ["photos.way", ["part", "coming"]],
  ["photos.phone", ["phone"]],
  ["photos.late", ["late"]],
  ["photos.held", ["held"]],
] as const satisfies readonly (readonly [string, readonly Stand[]])[];

/** The line: how many are where. */
export function standWords(stands: readonly Stand[]): string {
  const parts = SAID.flatMap(([word, of]) => {
    const n = stands.filter((stand) => (of as readonly Stand[]).includes(stand)).length;
    return n ? [say(word, { n })] : [];
  });
  return parts.length ? say("photos", { parts: parts.join(say("listGap")) }) : "";
}
