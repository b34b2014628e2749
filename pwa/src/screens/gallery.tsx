// The photos of a record, full screen: swipe from one to the next, pinch or tap twice to go close, before
// and after as pairs. It says who took each and when word of it came in, and which sizes are only elsewhere.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Shown, View } from "../model.ts";
import { whenWords } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import { Icon } from "../widgets/icon.tsx";
import { pairsOf } from "../widgets/pairs.ts";
import { flagWords, type Seen, seenIn, takenWords } from "../widgets/photo-words.ts";
import { useShots } from "../widgets/shots.tsx";
import { CLEAR, type Sharpness, Stage, useSharp } from "../widgets/stage.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { unitWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { Pair } from "./pair.tsx";
import { go } from "./route.ts";

const NIGHT = {
  position: "fixed",
  inset: "0",
  zIndex: "9",
  display: "flex",
  flexDirection: "column",
  background: "#000",
  color: "#fff",
} as const;
const PLAIN = { color: "#fff", background: "none", border: "0" } as const;
const BELOW = {
  display: "grid",
  gridTemplateColumns: "auto 1fr auto",
  alignItems: "center",
  padding: "0 4px",
} as const;
const NOTE = { padding: "0 16px 8px", lineHeight: "1.4" } as const;
type Mode = "one" | "seam" | "both" | "seen";

interface GalleryProps {
  id: string; // of the record
  first: string; // key of the photo to begin with
}

/** The gallery of a record. */
export function Gallery({ id, first }: GalleryProps) {
  const view = useWorld().views.get(id);
  const shots = useShots(view);
  const [key, setKey] = useState(first);
  const [mode, setMode] = useState<Mode>("one");
  const at = Math.max(
    0,
    shots.findIndex((shot) => shot.key === key),
  );
  const shot = shots[at];
  const turn = (by: -1 | 1): void => setKey(shots[at + by]?.key ?? key);
  const leave = (): void => (mode === "one" ? close(id) : setMode("one"));
  useKeys({ ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), Escape: leave });
  const pairs = pairsOf(shots);
  const pair = pairs.find((both) => both.some((each) => each.key === key)) ?? pairs[0];
  const seen = shot?.flags.map((flag) => seenIn(flag, shot.key)).find((each) => each !== null);
  const title = shot ? say("gallery.title", { n: at + 1, of: shots.length }) : say("photo");
  return (
    <section style={NIGHT} aria-label={title}>
      <Top title={title} mode={mode} setMode={setMode} leave={leave} paired={pair !== undefined} />
      {mode === "one" && shot && view && (
        <One key={shot.key} shot={shot} view={view} turn={turn} more={[at > 0, at < shots.length - 1]}>
          {seen && <Choice word={say("gallery.beside")} choose={() => setMode("seen")} />}
        </One>
      )}
      {(mode === "seam" || mode === "both") && pair && <BeforeAfter pair={pair} seam={mode === "seam"} />}
      {mode === "seen" && seen && shot && <SeenPair shot={shot} seen={seen} />}
    </section>
  );
}

interface TopProps {
  title: string;
  mode: Mode;
  setMode: (mode: Mode) => void;
  leave: () => void;
  paired: boolean; // there is a before and an after
}

const NEXT: Readonly<
  Partial<Record<Mode, readonly [Mode, "gallery.compare" | "gallery.beside" | "gallery.over"]>>
> = {
  one: ["seam", "gallery.compare"],
  seam: ["both", "gallery.beside"],
  both: ["seam", "gallery.over"],
};

/** The way back, which photo it is, and another way to look at it. */
function Top({ title, mode, setMode, leave, paired }: TopProps) {
  const next = paired ? NEXT[mode] : undefined;
  return (
    <header style={{ display: "flex", alignItems: "center", padding: "4px" }}>
      <button type="button" class="plain" style={PLAIN} aria-label={say("back")} onClick={leave}>
        <Icon name="back" />
      </button>
      <h1 tabIndex={-1} style={{ flex: "1", fontSize: "1rem", margin: "0" }}>
        {title}
      </h1>
      {next && <Choice word={say(next[1])} choose={() => setMode(next[0])} />}
    </header>
  );
}

function Choice({ word, choose }: { word: string; choose: () => void }) {
  return (
    <button type="button" class="plain" style={{ ...PLAIN, textDecoration: "underline" }} onClick={choose}>
      {word}
    </button>
  );
}

const close = (id: string): void => {
  if (history.length > 1) history.back();
  else go(`#/story/${id}`, true);
};

function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.target as HTMLElement | null)?.tagName !== "INPUT") keys[event.key]?.();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

interface OneProps {
  shot: Shown;
  view: View;
  turn: (by: -1 | 1) => void;
  more: readonly [before: boolean, after: boolean];
  children: ComponentChildren;
}

/** One photo, with what is known of it. */
function One({ shot, view, turn, more, children }: OneProps) {
  const world = useWorld();
  const sharp = useSharp(shot.key);
  const notes = shot.flags.map((flag) => flagWords(flag, world.nowMs)).filter(Boolean);
  const state = useStateWords(shot, sharp);
  return (
    <>
      <Stage url={sharp.url} soft={sharp.at < 1 && !sharp.over} alt={takenWords(shot, world)} turn={turn} />
      <div style={BELOW}>
        <Turn way="back" by={-1} turn={turn} can={more[0]} />
        <span role="status" class="note" style={{ color: "#fff", textAlign: "center" }}>
          {state}
        </span>
        <Turn way="next" by={1} turn={turn} can={more[1]} />
      </div>
      <div style={NOTE}>
        {takenWords(shot, world)} · {unitWords(view.area, world)}
        {notes.map((words) => (
          <div key={words}>{words}</div>
        ))}
        <Sealed shot={shot} />
        {children}
      </div>
    </>
  );
}

/** For who reviews: the file the photo was made from, to be asked for and, once it is there, opened. */
function Sealed({ shot }: { shot: Shown }) {
  const model = useModel();
  const [answer, setAnswer] = useState("");
  const state = shot.original === "here" ? "here" : answer || shot.original;
  const ask = async (): Promise<void> => {
    const told = await model.askOriginal(shot.key);
    if (told.startsWith("/")) open(told);
    setAnswer(told.startsWith("/") ? "here" : told || "failed");
  };
  if (!state) return null;
  if (state === "asked" || state === "none") return <div role="status">{say(`original.${state}`)}</div>;
  return (
    <>
      {answer === "failed" && <div role="status">{say("why.offline")}</div>}
      <Choice word={say(state === "here" ? "original.here" : "original.ask")} choose={() => void ask()} />
    </>
  );
}

/** Have the browser save what lies at a path of the server. */
function open(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}

/** What the picture on the stage is, if it is not the best there is. */
function useStateWords(shot: Shown, { at, over }: Sharpness): string {
  const { online } = useModel().net.value;
  if (at === CLEAR) return "";
  if (!shot.here) return over ? say("photo.coming") : "";
  if (!over) return say("photo.clearing");
  return online ? say("photo.clearing") : say("gallery.elsewhere");
}

interface TurnProps {
  way: "back" | "next";
  by: -1 | 1;
  turn: (by: -1 | 1) => void;
  can: boolean;
}

function Turn({ way, by, turn, can }: TurnProps) {
  return (
    <button
      type="button"
      class="plain"
      style={{ ...PLAIN, visibility: can ? "visible" : "hidden" }}
      aria-label={say(way === "back" ? "gallery.before" : "gallery.after")}
      onClick={() => turn(by)}
    >
      <Icon name={way} />
    </button>
  );
}

function BeforeAfter({ pair, seam }: { pair: readonly [Shown, Shown]; seam: boolean }) {
  const world = useWorld();
  const [before, after] = pair;
  return (
    <Pair
      left={{ key: before.key, word: say("pair.before"), note: takenWords(before, world) }}
      right={{ key: after.key, word: say("pair.after"), note: takenWords(after, world) }}
      seam={seam}
    />
  );
}

/** A photo beside one it looks like: when each came in, and how far apart they were taken. */
function SeenPair({ shot, seen }: { shot: Shown; seen: Seen }) {
  const world = useWorld();
  const when = (ms: number): string => (ms ? say("pair.got", { when: whenWords(ms, world.nowMs) }) : "");
  return (
    <Pair
      left={{ key: shot.key, word: say("pair.this"), note: when(shot.gotMs) }}
      right={{ key: seen.key, word: say("pair.that"), note: when(seen.atMs) }}
      seam={false}
    >
      <p style={NOTE}>
        {seen.metres >= 0 && say("pair.apart", { far: metresWords(seen.metres) })} {say("pair.look")}{" "}
        {world.views.has(seen.record) && (
          <a href={`#/story/${seen.record}`} style={{ color: "#fff", textDecoration: "underline" }}>
            {say("pair.record")}
          </a>
        )}
      </p>
    </Pair>
  );
}
