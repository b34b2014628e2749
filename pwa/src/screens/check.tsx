// A look at a key place: everything fine is one tap, a hazard three: what, what the owner was told, save.
// What is looked at comes from the page, by the kind of place; photos are of hazards only.

import { useEffect, useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { DAY_MS, dayOf, nearDay, startOf } from "../widgets/dates.ts";
import { toggled } from "../widgets/editor.tsx";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked, firstOf, type NamedField } from "../widgets/page.ts";
import { Shutter } from "../widgets/shutter.tsx";
import { Taken } from "../widgets/taken.tsx";
import { Options } from "../widgets/tiles.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { aboutValues } from "./begin.ts";
import { Also, AnotherDay, Known, reportFrom, useLeaving, useTarget } from "./call-parts.tsx";
import { askedOf, callsOn, takenBy } from "./calls.ts";
import type { FormProps } from "./draft.tsx";
import { KindForm } from "./kind-form.tsx";
import { CAMERAS } from "./registry.ts";
import { kept } from "./route.ts";

/** The form of a check; `about` is the place. Without one, the plain form asks for it. */
export function Check(props: FormProps) {
  const view = useTarget(props);
  return view ? <Looked {...props} view={view} /> : <KindForm {...props} />;
}

function Looked({ page, view }: FormProps & { view: View }) {
  const model = useModel();
  const world = useWorld();
  const fields = asked(page);
  const target = firstOf(fields, "ref");
  const filling = useFilling(newRecord(page.name, view.area, aboutValues(page, view)));
  useLeaving(
    page,
    fields.filter((each) => each !== target),
  );
  useEffect(() => void filling.start().then(() => model.locate()), []);
  return (
    <>
      <Head title={titleWords(view, world)} back="#/today" />
      <div class="body tight">
        <Where view={view} page={page} />
        <Items page={page} fields={fields} filling={filling} view={view} />
        <div class="said">
          <Known view={view} />
        </div>
        <AnotherDay view={view} page={page} />
      </div>
    </>
  );
}

/** The place, and what was found there last. */
function Where({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const [last] = callsOn(world.views, page, view.id);
  const hazards = firstOf(asked(page), "choices");
  const words = last && hazards ? valueWords(hazards[1], last.values[hazards[0]], world) : "";
  const date = last ? nearDay(last.madeMs, world.nowMs) : "";
  return (
    <div class="said">
      <b>{aboutWords(view, world)}</b>
      {last && <span class="note">{say("visit.last", { date, words: words || say("check.fine") })}</span>}
    </div>
  );
}

interface ItemsProps {
  page: KindPage;
  fields: readonly NamedField[];
  filling: Filling;
  view: View;
}

/** What is looked at here, and, once something is wrong, what becomes of it. */
function Items({ page, fields, filling, view }: ItemsProps) {
  const world = useWorld();
  const [also, setAlso] = useState(false);
  const save = useSaving(page, filling, view);
  const hazards = firstOf(fields, "choices");
  if (!hazards) return null;
  const [name, field] = hazards;
  const wrong = (filling.values[name] ?? []) as readonly string[];
  return (
    <>
      <h2 id="f-items">{say("check.ask")}</h2>
      <Options
        field={{ ...field, options: askedOf(field, view) }}
        value={wrong}
        labelledBy="f-items"
        class="even"
        pickOne={(one) => filling.set(name, toggled(wrong, one))}
      />
      {wrong.length > 0 && <Hazard fields={fields} filling={filling} />}
      {wrong.length > 0 && <Also on={also} flip={() => setAlso(!also)} />}
      <div class="foot">
        <button
          type="button"
          class="lamp"
          onClick={() => void save(also && wrong.length > 0, valueWords(field, wrong, world))}
        >
          <Icon name="check" />
          {say(wrong.length > 0 ? "check.save" : "check.allFine")}
        </button>
      </div>
    </>
  );
}

/** Save the check, let the place know, and go on to a report if one was asked for. */
function useSaving(page: KindPage, filling: Filling, view: View) {
  const model = useModel();
  return async (also: boolean, words: string): Promise<void> => {
    const taken = takenBy(view, page);
    const id = await filling.send();
    if (taken) await model.take(view.id, taken.step, {});
    if (!(also && (await reportFrom(model, CAMERAS[0] ?? "", id, view, words)))) kept(id);
  };
}

/** What the owner was told, by when it is to be put right, and a photo taken on the spot. */
function Hazard({ fields, filling }: { fields: readonly NamedField[]; filling: Filling }) {
  const { nowMs } = useWorld();
  const told = firstOf(fields, "choice");
  const again = firstOf(fields, "day");
  const photos = firstOf(fields, "photos");
  const tell = ([name, field]: NamedField, one: string): void => {
    const days = Number(field.options.find((option) => option.value === one)?.marks.days);
    filling.set(name, one);
    if (again && days) filling.set(again[0], dayOf(nowMs + days * DAY_MS));
  };
  const day: Value = (again && filling.values[again[0]]) ?? null;
  return (
    <>
      {told && (
        <>
          <h2 id="f-told">{pick(told[1].label)}</h2>
          <Options
            field={told[1]}
            value={filling.values[told[0]]}
            labelledBy="f-told"
            class="three"
            pickOne={(one) => tell(told, one)}
          />
        </>
      )}
      {day !== null && <p>{say("check.again", { date: nearDay(startOf(Number(day)), nowMs) })}</p>}
      {photos && <Photos name={photos[0]} filling={filling} />}
    </>
  );
}

function Photos({ name, filling }: { name: string; filling: Filling }) {
  if (filling.blocked) return <p class="note">{say("draft.other")}</p>;
  return (
    <>
      {filling.photos.map((photo) => (
        <Taken key={photo.key} photo={photo} />
      ))}
      <Shutter
        source="camera"
        class="plain wide"
        opening={filling.opening}
        taken={(file, source) => void filling.addPhoto(file, name, source)}
      >
        <Icon name="camera" />
        {say("check.photo")}
      </Shutter>
    </>
  );
}
