// Home: the day on the ridge, what waits, and one button as large as a hand: take a picture.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Me, PhotoSource, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { dayWords } from "../widgets/dates.ts";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { later } from "../widgets/later.tsx";
import { asked, firstOf } from "../widgets/page.ts";
import { Ridge } from "../widgets/ridge.tsx";
import { Shutter } from "../widgets/shutter.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, unitWords, type World } from "../widgets/value-words.ts";
import { whyWords } from "../widgets/why.ts";
import { pick, say } from "../words/say.ts";
import { go } from "./route.ts";
import { useQueue } from "./use-queue.ts";

const Roadside = later(() => import("./roadside.tsx").then((file) => file.Roadside));

const Told = later(() => import("./told.tsx").then((file) => file.Told));

const ToRead = later(() => import("./nods.tsx").then((file) => file.ToRead));

/** The screen that reports; `kind` is what the camera starts. */
export function Home({ kind }: { kind: string }) {
  const model = useModel();
  const draft = model.draft.value;
  const capture = useCapture(kind);
  return (
    <>
      <Hill />
      <div class="body">
        <Notices only={model.prefs.value.paused} />
        <ToRead />
        {held(draft) ? (
          <Continue />
        ) : (
          <>
            {draft?.cameraOpen && <p class="said">{say("home.lost")}</p>}
            {capture.why && <p role="alert">{capture.why}</p>}
            <Shutter source="camera" class="lamp big" opening={capture.opening} taken={capture.taken}>
              <Icon name="camera" />
              {say("home.camera")}
            </Shutter>
            <div class="pair">
              <Shutter source="album" class="plain" several taken={capture.taken}>
                <Icon name="album" />
                {say("photo.album")}
              </Shutter>
              <button type="button" class="plain" onClick={capture.write}>
                <Icon name="pen" />
                {say("home.write")}
              </button>
            </div>
          </>
        )}
        <Roadside kind={kind} />
      </div>
    </>
  );
}

/** What the camera, the album and the pen do: the draft is begun before any of them opens. */
export function useCapture(kind: string) {
  const model = useModel();
  const [why, setWhy] = useState("");
  const begun = useRef<Promise<void> | null>(null);
  const coming = useRef(false);
  const here = model.draft.value?.photos.length ?? 0;
  useEffect(() => {
    if (coming.current && here) go("#/draft"); // it is kept; the rest goes on behind the form
  }, [here]);
  const begin = (): Promise<void> => {
    begun.current ??= model.startDraft(kind).then(() => model.locate());
    return begun.current;
  };
  return {
    why,
    opening: () => void begin().then(() => model.editDraft({ cameraOpen: true })),
    taken: async (file: Blob, source: PhotoSource): Promise<void> => {
      await begin();
      const page = model.kinds.value.get(kind);
      const field = page && firstOf(asked(page), "photos");
      coming.current = true;
      const code = field ? await model.addPhoto(file, field[0], source) : "unknown_field";
      if (code) setWhy(whyWords(code));
    },
    write: () => void begin().then(() => go("#/draft")),
  };
}

/** The ridge panel with the day, the place and how far one is; low where something waits below it. */
export function Hill() {
  const model = useModel();
  const world = useWorld();
  const me = model.me.value as Me;
  const duties = model.duties.value;
  const done = duties.filter((duty) => duty.value !== "").length;
  const place = [...new Set(me.grants.map((grant) => grant.unit))].map((unit) => unitWords(unit, world))[0];
  return (
    <div class={useQueue().length ? "hill low" : "hill"}>
      <div class="t">
        <p class="note">
          {dayWords(world.nowMs)} · {place || me.townName}
        </p>
        <h1 tabIndex={-1}>
          {duties.length ? say("home.day", { n: duties.length, done }) : say("home.greet", { name: me.name })}
        </h1>
      </div>
      {duties.length > 0 && <Ridge lit={duties.map((duty) => duty.value !== "")} />}
    </div>
  );
}

/** A new version and what waits for the person, one row each; nothing when nothing waits. `only` leaves out
 *  the records. */
export function Notices({ only }: { only?: string | undefined }) {
  const model = useModel();
  const world = useWorld();
  const waiting = useQueue();
  const first = waiting[0];
  return (
    <>
      {model.update.value && (
        <button type="button" class="todo calm" onClick={() => model.applyUpdate()}>
          <Icon name="up" />
          <span class="grow">
            <b>{say("update.now")}</b>
            <span class="note">{say("update.safe", { n: model.net.value.waiting })}</span>
          </span>
        </button>
      )}
      <Told />
      {first && !only && (
        <a class="todo" href={waiting.length === 1 ? `#/story/${first.id}` : "#/queue"}>
          <span class="sq">
            <Icon name="bang" />
          </span>
          <span class="grow">
            <b>
              {waiting.length === 1 ? noticeWords(first, world) : say("home.waiting", { n: waiting.length })}
            </b>
            <span class="note cut">{titleWords(first, world)}</span>
          </span>
          <Icon name="next" />
        </a>
      )}
    </>
  );
}

/** Who did what to a record that now waits: "罗书记：退回补充". */
function noticeWords(view: View, world: World): string {
  const page = world.kinds.get(view.kind) as KindPage;
  const state = pick(page.workflow.states[view.state]?.label ?? {});
  const person = view.story[view.story.length - 1]?.person ?? 0;
  return person > 0 && person !== world.me
    ? say("home.from", { who: personWords(person, world), state })
    : state;
}

function Continue() {
  const model = useModel();
  const draft = model.draft.value;
  const preview = draft?.photos.find(({ sound }) => !sound)?.previewUrl;
  return (
    <>
      <a class="lamp big" href="#/draft">
        {preview ? <img class="pic" src={preview} alt="" /> : <Icon name="pen" />}
        {say("home.continue")}
      </a>
      <p class="note center">{say("home.first")}</p>
    </>
  );
}
