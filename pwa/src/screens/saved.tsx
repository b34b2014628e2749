// Shown the moment the phone has the record: no spinner before it, and it stays until the next tap.

import type { View } from "../model.ts";
import { timeWords } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { PhotoStands } from "../widgets/later.tsx";
import { Photo } from "../widgets/photo.tsx";
import { Relay } from "../widgets/relay.tsx";
import { Ridge } from "../widgets/ridge.tsx";
import { Shutter } from "../widgets/shutter.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { titleWords } from "../widgets/value-words.ts";
import { say } from "../words/say.ts";
import { useCapture } from "./home.tsx";
import { go } from "./route.ts";

interface SavedProps {
  id: string;
  report: string; // kind the camera starts, "" if this person reports nothing
}

/** "已存好". */
export function Saved({ id, report }: SavedProps) {
  const model = useModel();
  const view = useWorld().views.get(id);
  return (
    <>
      <div class="hill mid">
        <div class="t">
          <Lit />
          <h1 tabIndex={-1}>{say("saved")}</h1>
          <p class="lead">{say(view?.sent === "done" ? "saved.there" : "saved.lead")}</p>
        </div>
        <Ridge lit={model.duties.value.map((duty) => duty.value !== "")} />
      </div>
      <div class="body">
        {view && <What view={view} />}
        <div class="foot">
          <Again id={id} undoable={view?.undoable ?? false} />
          <On report={report} />
        </div>
      </div>
    </>
  );
}

/** The lit lamp: done. */
export function Lit() {
  return (
    <svg class="lit" viewBox="0 0 104 104" aria-hidden="true">
      <circle cx="52" cy="52" r="46" />
      <path d="M30 54l15 16 30-34" />
    </svg>
  );
}

function What({ view }: { view: View }) {
  const world = useWorld();
  const photo = Object.values(view.photos)[0]?.[0];
  return (
    <>
      <div class="row">
        {photo && <Photo id={photo} size="thumb" class="thumb" />}
        <span class="grow">
          <b>{titleWords(view, world)}</b>
          <span class="note">{say("saved.at", { time: timeWords(view.madeMs) })}</span>
        </span>
      </div>
      <div class="said">
        <p class="note">{say("saved.where")}</p>
        <Relay view={view} page={world.kinds.get(view.kind)} wide />
        <PhotoStands view={view} />
      </div>
    </>
  );
}

/** Back into the draft while it is still on the phone; afterwards only a word can be added. */
function Again({ id, undoable }: { id: string; undoable: boolean }) {
  const model = useModel();
  if (!undoable) {
    return (
      <a class="plain" href={`#/edit/${id}`}>
        <Icon name="pen" />
        {say("saved.add")}
      </a>
    );
  }
  const undo = async (): Promise<void> => {
    if (await model.undo(id)) go("#/draft", true);
  };
  return (
    <button type="button" class="plain" onClick={() => void undo()}>
      <Icon name="undo" />
      {say("undo")}
    </button>
  );
}

function On({ report }: { report: string }) {
  const capture = useCapture(report);
  return (
    <div class="pair lead-last">
      <a class={report ? "plain" : "lamp"} href="#/">
        {say("saved.home")}
      </a>
      {report && (
        <Shutter source="camera" class="lamp" opening={capture.opening} taken={capture.taken}>
          <Icon name="camera" />
          {say("saved.more")}
        </Shutter>
      )}
    </div>
  );
}
