// Two photos to be compared: one above the other with a seam to be drawn across, or side by side. What was
// before and after, or a photo and one it looks like.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CLEAR, FILL, FRAME, useSharp } from "../widgets/stage.tsx";
import { say } from "../words/apart.ts";

/** One half of a pair. */
export interface Half {
  readonly key: string;
  readonly word: string; // what it is: before, after, this one, that one
  readonly note: string;
}

interface PairProps {
  left: Half;
  right: Half;
  seam: boolean; // over each other, or side by side
  children?: ComponentChildren;
}

/** Draw a pair. */
export function Pair({ left, right, seam, children }: PairProps) {
  return (
    <>
      {seam ? <Seam left={left} right={right} /> : <Both left={left} right={right} />}
      {children}
    </>
  );
}

function Seam({ left, right }: { left: Half; right: Half }) {
  const [at, setAt] = useState(50); // percent from the left
  return (
    <>
      <div class="seam" style={FRAME} data-at={at}>
        <Layer half={right} />
        <div style={{ ...FRAME, position: "absolute", inset: "0", clipPath: `inset(0 ${100 - at}% 0 0)` }}>
          <Layer half={left} />
        </div>
        <span
          aria-hidden="true"
          style={{
            position: "absolute",
            top: "0",
            bottom: "0",
            left: `${at}%`,
            borderLeft: "3px solid #fff",
          }}
        />
      </div>
      <label style={{ display: "block", padding: "8px 16px" }}>
        <span class="row apart">
          <b>{left.word}</b>
          <b>{right.word}</b>
        </span>
        <input
          type="range"
          min="0"
          max="100"
          value={at}
          aria-label={say("pair.draw")}
          style={{ width: "100%", minHeight: "48px", accentColor: "#fff" }}
          onInput={(event) => setAt(Number(event.currentTarget.value))}
        />
      </label>
    </>
  );
}

function Both({ left, right }: { left: Half; right: Half }) {
  return (
    <div style={{ flex: "1", minHeight: "0", display: "flex", flexDirection: "column", gap: "8px" }}>
      {[left, right].map((half) => (
        <figure key={half.key} style={{ ...FRAME, margin: "0", display: "flex", flexDirection: "column" }}>
          <div style={FRAME}>
            <Layer half={half} />
          </div>
          <figcaption style={{ padding: "2px 16px" }}>
            <b>{half.word}</b> {half.note}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

function Layer({ half }: { half: Half }) {
  const { url, at, over } = useSharp(half.key);
  if (!url) return <p style={{ padding: "24px 16px" }}>{over ? say("pair.none") : say("photo.clearing")}</p>;
  return (
    <img src={url} alt={half.word} style={{ ...FILL, filter: at < CLEAR && !over ? "blur(6px)" : "none" }} />
  );
}
