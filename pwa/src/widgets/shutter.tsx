// A label that opens the camera or the album. The file input is there for the keyboard and the screen
// reader, and hidden from sight; the phone's own camera app takes the picture (rule 20).

import type { ComponentChildren } from "preact";

interface ShutterProps {
  source: "camera" | "album";
  class: string;
  taken: (file: Blob, source: "camera" | "album") => void;
  opening?: () => void; // before the camera covers the page, which may be killed behind it (rule 21)
  children: ComponentChildren;
}

/** One way to a photo. */
export function Shutter({ source, class: look, taken, opening, children }: ShutterProps) {
  return (
    <label class={`${look} shut`}>
      <input
        type="file"
        accept="image/*"
        class="away"
        {...(source === "camera" ? { capture: "environment" as const } : {})}
        onClick={opening}
        onChange={(event) => {
          const input = event.currentTarget;
          const file = input.files?.[0];
          input.value = "";
          if (file) taken(file, source);
        }}
      />
      {children}
    </label>
  );
}
