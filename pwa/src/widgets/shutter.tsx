// A label that opens the camera or the album. The file input is there for the keyboard and the screen
// reader, and hidden from sight; the phone's own camera app takes the picture (rule 20), unless the person
// has chosen the camera within the page.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { PhotoSource } from "../model.ts";
import { PageCamera } from "./later.tsx";
import { useModel } from "./use-model.ts";

interface ShutterProps {
  source: "camera" | "album";
  class: string;
  several?: boolean; // more than one may be chosen at once
  taken: (file: Blob, source: PhotoSource) => void;
  opening?: () => void; // before the camera covers the page, which may be killed behind it (rule 21)
  children: ComponentChildren;
}

/** One way to a photo. */
export function Shutter({ source, class: look, several = false, taken, opening, children }: ShutterProps) {
  const [open, setOpen] = useState(false);
  const { camera } = useModel().prefs.value;
  if (source === "camera" && camera === "page") {
    const begin = (): void => {
      opening?.();
      setOpen(true);
    };
    return (
      <>
        <button type="button" class={look} onClick={begin}>
          {children}
        </button>
        {open && <PageCamera taken={(file) => taken(file, "page")} close={() => setOpen(false)} />}
      </>
    );
  }
  return (
    <label class={`${look} shut`}>
      <input
        type="file"
        accept="image/*"
        class="away"
        multiple={several}
        {...(source === "camera" ? { capture: "environment" as const } : {})}
        onClick={opening}
        onChange={(event) => {
          const input = event.currentTarget;
          const files = [...(input.files ?? [])];
          input.value = "";
          for (const file of files) taken(file, source);
        }}
      />
      {children}
    </label>
  );
}
