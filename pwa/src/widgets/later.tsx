// Parts of a screen that travel in the second file, with the screens apart: nothing stands in their place
// until it is here, and nothing a person needs at once is among them.

import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

/** A part that is fetched. */
export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>) {
  const found = signal<FunctionComponent<Props> | null>(null);
  return function Later(props: Props) {
    const Part = found.value;
    useEffect(() => {
      if (!Part)
        void load().then(
          (part) => {
            found.value = part;
          },
          () => undefined,
        );
    }, []);
    return Part ? <Part {...props} /> : null;
  };
}

export const DueChip = later(() => import("./due-chip.tsx").then((file) => file.DueChip));
export const GridSelect = later(() => import("./grid-select.tsx").then((file) => file.GridSelect));
export const More = later(() => import("./catalogue.tsx").then((file) => file.More));
export const PageCamera = later(() => import("./page-camera.tsx").then((file) => file.PageCamera));
export const PhotoStands = later(() => import("./photo-stands.tsx").then((file) => file.PhotoStands));
export const Sounds = later(() => import("./sounds.tsx").then((file) => file.Sounds));
export const Whom = later(() => import("./whom.tsx").then((file) => file.Whom));
export const VoiceNote = later(() => import("./voice-note.tsx").then((file) => file.VoiceNote));
