// A photo comes in waves: the tiny preview first, the clear one when it is there. The box keeps its
// size meanwhile, and an absent photo says so in words.

import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../words/say.ts";
import { Icon } from "./icon.tsx";
import { useModel } from "./use-model.ts";

interface PhotoProps {
  id: string; // photo key
  size: "thumb" | "screen";
  class?: string;
}

/** Draw one photo. */
export function Photo({ id, size, class: look = "" }: PhotoProps) {
  const { url, clear } = usePhoto(id, size);
  if (!url) {
    return (
      <span class={`pic none ${look}`}>
        <Icon name="album" />
        {size === "screen" && <span class="note">{say("photo.coming")}</span>}
      </span>
    );
  }
  return (
    <span class={`pic ${look}`}>
      <img src={url} alt={say("photo")} class={clear ? "" : "soft"} />
      {!clear && size === "screen" && <span class="tag">{say("photo.clearing")}</span>}
    </span>
  );
}

/** Follow a photo: its preview at once, the wanted size as soon as some exchange has brought it. */
function usePhoto(id: string, size: "thumb" | "screen"): { url: string; clear: boolean } {
  const model = useModel();
  const [shown, show] = useState({ id, url: "", clear: false });
  const clear = useRef("");
  const heardMs = model.net.value.lastMs; // a finished exchange may have brought the photo
  useEffect(() => {
    if (clear.current === id) return;
    let live = true;
    const take = (url: string, isClear: boolean): void => {
      if (!live || !url || (!isClear && clear.current === id)) return;
      if (isClear) clear.current = id;
      show({ id, url, clear: isClear });
    };
    void model.photoUrl(id, "preview").then((url) => take(url, false));
    void model.photoUrl(id, size).then((url) => take(url, true));
    return () => {
      live = false;
    };
  }, [id, size, heardMs]);
  return shown.id === id ? shown : { url: "", clear: false };
}
