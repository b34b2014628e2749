// The photos of a record where the record is read: each opens the gallery, and beneath them stands whose are
// not here yet and, for who reviews, what to look at.

import { useEffect, useState } from "preact/hooks";
import type { Shown, View } from "../model.ts";
import { say } from "../words/apart.ts";
import { missingOf } from "./pairs.ts";
import { Photo } from "./photo.tsx";
import { flagWords, missingWords } from "./photo-words.ts";
import { useModel, useWorld } from "./use-model.ts";

/** What is known of the photos of a record; read again when an exchange may have brought more. */
export function useShots(view: View | undefined): readonly Shown[] {
  const model = useModel();
  const [found, show] = useState<{ id: string; shots: readonly Shown[] }>({ id: "", shots: [] });
  const keys = view ? Object.values(view.photos).flat().join() : "";
  const id = view?.id ?? "";
  useEffect(() => {
    let live = true;
    if (id) void model.shots(id).then((shots) => live && show({ id, shots }));
    return () => {
      live = false;
    };
  }, [id, keys, model.net.value.lastMs]);
  return found.id === id ? found.shots : [];
}

interface ShotsProps {
  view: View;
  low?: boolean; // something else on the screen matters more
  notes?: boolean; // say what to look at
}

/** The photos, one below the other. */
export function Shots({ view, low = false, notes = false }: ShotsProps) {
  const world = useWorld();
  const shots = useShots(view);
  const keys = Object.values(view.photos).flat();
  const missing = missingOf(shots, world.me);
  const said = notes
    ? shots.flatMap(({ flags }) => flags.map((flag) => flagWords(flag, world.nowMs)).filter(Boolean))
    : [];
  return (
    <>
      {keys.map((key, at) => (
        <a
          key={key}
          href={`#/photos/${view.id}/${key}`}
          aria-label={say("shot.open", { n: at + 1, of: keys.length })}
        >
          <Photo id={key} size="screen" class={low ? "main low" : "main"} />
        </a>
      ))}
      {missing.map((each) => (
        <p key={each.person} class="note">
          {missingWords(each, world)}
        </p>
      ))}
      {said.length > 0 && (
        <aside class="said keep" aria-label={say("shot.notes")}>
          {[...new Set(said)].map((words) => (
            <p key={words} class="note">
              {words}
            </p>
          ))}
        </aside>
      )}
    </>
  );
}
