// A voice note of at most a minute: hold to speak, or tap and tap again. It lies in the draft like a photo,
// and each second of it does: a page that is killed loses no more than that.

import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../words/apart.ts";
import type { Filling } from "./filling.ts";
import { Icon } from "./icon.tsx";
import { Player } from "./sounds.tsx";

const SECONDS_MAX = 60;
const PART_MS = 1_000; // between two times it is kept
const HOLD_MS = 500; // a shorter touch is a tap
const BITS_PER_SECOND = 16_000; // speech; a minute is 120 KB
const TYPES = ["audio/webm;codecs=opus", "audio/mp4"];
const LOOK = "flex:1 1 7.4rem;width:auto;touch-action:none;user-select:none;text-align:start;line-height:1.3";

/** Record one, hear it, or drop it. */
export function VoiceNote({ name, filling }: { name: string; filling: Filling }) {
  const kept = filling.photos.find((photo) => photo.field === name);
  const recorder = useRecorder((note, over) => void filling.addSound(note, name, over));
  const { seconds, why, recording } = recorder;
  const press = usePress(recorder);
  if (filling.blocked || typeof MediaRecorder === "undefined") return null;
  if (kept && !recording) {
    return (
      <div class="row grow">
        <Player url={kept.previewUrl} />
        <button type="button" class="plain" onClick={() => void filling.dropPhoto(kept.key)}>
          {say("photo.drop")}
        </button>
      </div>
    );
  }
  return (
    <>
      <button type="button" class={recording ? "plain solid" : "plain"} style={LOOK} {...press}>
        {recording ? <Icon name="check" /> : <Microphone />}
        <span>
          <b>{recording ? say("voice.stop") : say("voice.hold")}</b>
          <span class="note" style={recording ? "color:inherit" : ""} role={recording ? "timer" : undefined}>
            {recording ? say("voice.left", { n: SECONDS_MAX - seconds }) : say("voice.tap")}
          </span>
        </span>
      </button>
      {why && <p role="alert">{say("voice.none")}</p>}
    </>
  );
}

/** Hold, or tap and tap again; a key is a tap. */
function usePress({ recording, begin, end }: ReturnType<typeof useRecorder>) {
  const downMs = useRef(0);
  const up = (event: PointerEvent): void => {
    if (recording && event.timeStamp - downMs.current > HOLD_MS) end();
  };
  return {
    onPointerDown: (event: PointerEvent): void => {
      downMs.current = event.timeStamp;
      (recording ? end : begin)();
    },
    onPointerUp: up,
    onPointerCancel: up,
    onContextMenu: (event: Event) => event.preventDefault(),
    onClick: (event: MouseEvent): void => {
      if (event.detail === 0) (recording ? end : begin)(); // from the keyboard or a screen reader
    },
  };
}

const Microphone = () => (
  <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7" />
  </svg>
);

/** The microphone while it is on; what was said so far is given to `made`, and all of it whatever ends it. */
function useRecorder(made: (note: Blob, over: boolean) => void) {
  const recorder = useRef<MediaRecorder | null>(null);
  const [seconds, setSeconds] = useState(-1); // -1: not recording
  const [why, setWhy] = useState(false);
  const recording = seconds >= 0;
  const end = (): void => {
    if (recorder.current?.state === "recording") recorder.current.stop();
  };
  const here = useRef(true);
  const asking = useRef(false);
  const begin = async (): Promise<void> => {
    if (asking.current) return;
    asking.current = true;
    setWhy(false);
    const stream = await microphone().catch(() => null);
    asking.current = false;
    if (!stream) return setWhy(true);
    if (!here.current) return letGo(stream); // left while the browser asked
    recorder.current = recorded(stream, (note, over) => {
      if (over) setSeconds(-1);
      if (note.size) made(note, over);
    });
    setSeconds(0);
  };
  useEffect(() => {
    if (!recording) return;
    if (seconds >= SECONDS_MAX) return end();
    const next = setTimeout(() => setSeconds(seconds + 1), 1000);
    return () => clearTimeout(next);
  }, [seconds]);
  useEffect(() => {
    const hidden = (): void => void (document.visibilityState === "hidden" && end());
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      here.current = false;
      end();
    };
  }, []);
  return { seconds, why, recording, begin: () => void begin(), end };
}

const microphone = async (): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });

function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Record until it is stopped; the microphone is let go then. */
function recorded(stream: MediaStream, heard: (note: Blob, over: boolean) => void): MediaRecorder {
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  const sofar = (): Blob => new Blob(parts, { type: recorder.mimeType.split(";")[0] ?? "" });
  recorder.ondataavailable = ({ data }) => {
    parts.push(data);
    if (recorder.state === "recording") heard(sofar(), false);
  };
  recorder.onstop = () => {
    letGo(stream);
    heard(sofar(), true);
  };
  recorder.start(PART_MS);
  return recorder;
}
