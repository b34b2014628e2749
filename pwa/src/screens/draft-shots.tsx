// The photos of a draft: one shown large, up to three; or the two ways to the first one.

import type { PhotoSource } from "../model.ts";
import { PhotosEditor } from "../widgets/editor-media.tsx";
import type { Filling } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { Shutter } from "../widgets/shutter.tsx";
import { Taken } from "../widgets/taken.tsx";
import { say } from "../words/say.ts";

interface ShotsProps {
  name: string; // the photos field
  filling: Filling;
  lost: boolean; // the camera was opened and nothing came back
}

/** Draw the photos of a draft. */
export function Shots({ name, filling, lost }: ShotsProps) {
  const [first, ...more] = filling.photos.filter((photo) => photo.field === name);
  if (!first || more.length) {
    return (
      <div class="field">
        {!first && lost && <p class="said">{say("home.lost")}</p>}
        <PhotosEditor name={name} filling={filling} />
      </div>
    );
  }
  const retake = async (file: Blob, source: PhotoSource): Promise<void> => {
    if (await filling.addPhoto(file, name, source)) await filling.dropPhoto(first.key);
  };
  return (
    <div class="shot">
      <Taken photo={first} />
      <div class="row">
        <Shutter source="camera" class="plain" opening={filling.opening} taken={retake}>
          {say("photo.again")}
        </Shutter>
        <Shutter
          source="camera"
          class="plain"
          opening={filling.opening}
          taken={(file, source) => void filling.addPhoto(file, name, source)}
        >
          <Icon name="plus" />
          {say("photo.more")}
        </Shutter>
      </div>
      {filling.trouble && <p role="alert">{filling.trouble}</p>}
    </div>
  );
}
