// Before a report is sent: somebody may have reported the same thing. A quiet card above the button, with
// two answers; whoever does not look at it sends as ever, and what is urgent is never asked about.

import { useEffect, useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { alikeTo, fieldOf, LINKS, recurrenceOf, type Subject } from "../widgets/alike.ts";
import { whenWords } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import type { Filling } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { Photo } from "../widgets/photo.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { writable } from "./begin.ts";
import { go } from "./route.ts";

interface AlikeProps {
  page: KindPage;
  filling: Filling;
}

/** The card; nothing where nothing is like it. */
export function AlikeCard({ page, filling }: AlikeProps) {
  const world = useWorld();
  const [told, tell] = useState<readonly string[]>([]); // those of which the person said that they are another thing
  const { values, fix } = filling;
  const subject: Subject = {
    page,
    id: "",
    matter: values[fieldOf(page, "choice")] ?? null,
    point: fix ? [fix.latE7, fix.lonE7] : null,
    atMs: world.nowMs,
  };
  const views = [...world.views.values()];
  const before = recurrenceOf(subject, views);
  useRecurrence(page, filling, before);
  const linked = views.find((view) => view.id === values[LINKS.sameAs]);
  const urgent = values[LINKS.urgent] === true;
  const found = alikeTo(subject, views).find(({ view }) => !told.includes(view.id));
  if (urgent || !(LINKS.sameAs in page.fields)) return null;
  if (linked) return <Linked view={linked} undo={() => filling.set(LINKS.sameAs, null)} />;
  if (!found) return before && <Before view={before} />;
  return (
    <div class="said" role="status">
      <p class="note">{say("alike.title")}</p>
      <Other view={found.view} far={metresWords(found.metres)} />
      <Answers page={page} filling={filling} view={found.view} other={() => tell([...told, found.view.id])} />
    </div>
  );
}

/** Name what was mended here lately in the report, as long as it fits what is being reported. */
function useRecurrence(page: KindPage, filling: Filling, before: View | null): void {
  const id = before?.id ?? null;
  useEffect(() => {
    if (filling.begun && LINKS.recurs in page.fields && (filling.values[LINKS.recurs] ?? null) !== id)
      filling.set(LINKS.recurs, id);
  }, [id, filling.begun]);
}

/** The other report: its picture, what it is, how far off, when and by whom. */
function Other({ view, far = "" }: { view: View; far?: string }) {
  const world = useWorld();
  const key = Object.values(view.photos)[0]?.[0];
  const notes = [far, whenWords(view.madeMs, world.nowMs), personWords(view.author, world)];
  return (
    <div class="row">
      {key && <Photo id={key} size="thumb" class="thumb" />}
      <span class="grow">
        <b>{titleWords(view, world)}</b>
        <span class="note parts">
          {notes.filter(Boolean).map((each) => (
            <span key={each}>{each}</span>
          ))}
        </span>
      </span>
    </div>
  );
}

interface AnswersProps extends AlikeProps {
  view: View;
  other: () => void; // it is another thing
}

function Answers({ page, filling, view, other }: AnswersProps) {
  const model = useModel();
  const me = model.me.value as Me;
  const units = model.units.value;
  const words = filling.values[fieldOf(page, "text")];
  const [line] = writable(page, view, me, units).find(([, field]) => field.rule === "log") ?? [""];
  const same = async (): Promise<void> => {
    // Words alone go under the other report; with a photo this one is sent too, and named as the same.
    if (!line || typeof words !== "string" || !words || filling.photos.length) {
      filling.set(LINKS.sameAs, view.id);
      return;
    }
    await model.edit(view.id, { [line]: words });
    await filling.drop();
    go(`#/story/${view.id}`, true);
  };
  return (
    <div class="pair">
      <button type="button" class="plain" onClick={() => void same()}>
        {say("alike.same")}
      </button>
      <button type="button" class="plain" onClick={other}>
        {say("alike.other")}
      </button>
    </div>
  );
}

function Linked({ view, undo }: { view: View; undo: () => void }) {
  return (
    <div class="said" role="status">
      <p class="note">
        <Icon name="check" /> {say("alike.linked")}
      </p>
      <Other view={view} />
      <button type="button" class="plain" onClick={undo}>
        {say("alike.undo")}
      </button>
    </div>
  );
}

function Before({ view }: { view: View }) {
  return (
    <div class="said" role="status">
      <p class="note">{say("alike.before")}</p>
      <Other view={view} />
    </div>
  );
}
