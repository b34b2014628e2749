// The two fields that come from the phone's instruments: photos and place. Neither ever blocks a form.

import { PHOTOS_MAX } from "../model.ts";
import { say } from "../words/say.ts";
import { accuracyWords } from "./distance.ts";
import type { Filling } from "./filling.ts";
import { Icon } from "./icon.tsx";
import { Shutter } from "./shutter.tsx";
import { Taken } from "./taken.tsx";
import { useModel } from "./use-model.ts";

/** Photos of one field: those taken, and the two ways to one more. */
export function PhotosEditor({ name, filling }: { name: string; filling: Filling }) {
  const taken = filling.photos.filter((photo) => photo.field === name);
  if (filling.blocked) return <p class="note">{say("draft.other")}</p>;
  return (
    <>
      {taken.length > 0 && (
        <ul class="shots">
          {taken.map((photo) => (
            <li key={photo.key}>
              <Taken photo={photo} />
              <button type="button" class="plain" onClick={() => void filling.dropPhoto(photo.key)}>
                {say("photo.drop")}
              </button>
            </li>
          ))}
        </ul>
      )}
      {taken.length < PHOTOS_MAX && (
        <div class="pair">
          <Shutter
            source="camera"
            class="plain"
            opening={filling.opening}
            taken={(file, source) => void filling.addPhoto(file, name, source)}
          >
            <Icon name="camera" />
            {say(taken.length ? "photo.more" : "photo.take")}
          </Shutter>
          <Shutter
            source="album"
            class="plain"
            several
            taken={(file, source) => void filling.addPhoto(file, name, source)}
          >
            <Icon name="album" />
            {say("photo.album")}
          </Shutter>
        </div>
      )}
      {filling.trouble && <p role="alert">{filling.trouble}</p>}
    </>
  );
}

/** The place: found by itself, with its accuracy; asking again is one tap. */
export function PlaceEditor({ filling }: { filling: Filling }) {
  const model = useModel();
  const fix = filling.fix;
  return (
    <div class="row">
      <Icon name="pin" />
      <span class="grow">{fix ? accuracyWords(fix.accuracyCm) : say("place.none")}</span>
      <button type="button" class="plain" onClick={() => void filling.start().then(() => model.locate())}>
        {say(fix ? "place.again" : "place.find")}
      </button>
    </div>
  );
}
