// A photo that lies in the draft. A tap on it leads to where faces and number plates are covered.

import { useState } from "preact/hooks";
import type { DraftPhoto } from "../model.ts";
import { say } from "../words/say.ts";
import { Icon } from "./icon.tsx";

/** Draw one photo of a draft. */
export function Taken({ photo }: { photo: DraftPhoto }) {
  const [blind, setBlind] = useState(false);
  if (blind && photo.ready) {
    return (
      <span class="pic none">
        <Icon name="album" />
        <span class="note">{say("photo.asItIs")}</span>
      </span>
    );
  }
  const image = <img src={photo.previewUrl} alt={say("photo")} onError={() => setBlind(true)} />;
  if (!photo.ready) return <span class="pic">{image}</span>;
  return (
    <a class="pic" href={`#/cover/${photo.key}`}>
      {image}
      <span class="tag">{say("photo.cover")}</span>
    </a>
  );
}
