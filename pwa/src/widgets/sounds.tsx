// Voice notes, to be heard: one large button each.

import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../words/apart.ts";
import { Icon } from "./icon.tsx";
import { useModel } from "./use-model.ts";

/** The voice notes of a record. */
export function Sounds({ keys }: { keys: readonly string[] }) {
  return (
    <>
      {keys.map((key) => (
        <Sound key={key} id={key} />
      ))}
    </>
  );
}

/** One that is fetched as soon as the server has it. */
function Sound({ id }: { id: string }) {
  const model = useModel();
  const [url, setUrl] = useState("");
  const heardMs = model.net.value.lastMs; // a finished exchange may have brought it
  useEffect(() => {
    let live = true;
    if (!url) void model.photoUrl(id, "screen").then((found) => live && setUrl(found));
    return () => {
      live = false;
    };
  }, [heardMs]);
  return url ? <Player url={url} /> : <p class="note">{say("voice.coming")}</p>;
}

/** Play and stop. */
export function Player({ url }: { url: string }) {
  const sound = useRef<HTMLAudioElement | null>(null);
  const [at, setAt] = useState(-1); // seconds; -1: silent
  useEffect(() => {
    const audio = new Audio(url);
    sound.current = audio;
    const silent = (): void => setAt(-1);
    audio.onpause = silent;
    audio.onended = silent;
    audio.ontimeupdate = () => setAt((now) => (now < 0 ? now : Math.floor(audio.currentTime)));
    return () => audio.pause();
  }, [url]);
  const flip = (): void => {
    const audio = sound.current;
    if (at >= 0 || !audio) {
      audio?.pause();
      return;
    }
    audio.currentTime = 0;
    audio.play().then(
      () => setAt(0),
      () => setAt(-1),
    );
  };
  return (
    <button type="button" class="plain grow" onClick={flip}>
      <Icon name={at < 0 ? "horn" : "check"} />
      {at < 0 ? say("voice.play") : say("voice.playing", { n: at })}
    </button>
  );
}
