// The steps offered on a record. One is open: the one asked for, or the one chosen. What it needs is
// asked for above its button; a returned record asks for the one thing that is missing and no more.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Offer, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { whenWords } from "../widgets/dates.ts";
import { Editor } from "../widgets/editor.tsx";
import { type Filling, useFilling } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { type Asking, askingOf, dueOf, type NamedField, named, stepOf } from "../widgets/page.ts";
import { useWorld } from "../widgets/use-model.ts";
import { missingWords, optionWords, personWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Discard } from "./discard.tsx";
import { buzz } from "./route.ts";

interface StepsProps {
  view: View;
  page: KindPage;
  children?: ComponentChildren; // stands between what is asked and the button
}

/** Draw the steps; nothing when none is offered. */
export function Steps({ view, page, children }: StepsProps) {
  const [chosen, choose] = useState("");
  const offers = view.offers;
  const current =
    offers.find((offer) => offer.step === chosen) ?? offers.find((offer) => offer.tone === "go");
  const others = offers.filter((offer) => offer !== current);
  const label = (offer: Offer): string => pick(stepOf(page, offer.step)?.label ?? {}) || offer.step;
  return (
    <>
      {others.length > 0 && (
        <div class="chips">
          {others.map((offer) => (
            <button key={offer.step} type="button" class="chip" onClick={() => choose(offer.step)}>
              {label(offer)}
            </button>
          ))}
        </div>
      )}
      {current ? (
        <StepForm
          key={current.step}
          view={view}
          page={page}
          offer={current}
          label={label(current)}
          chosen={current.step === chosen}
        >
          {children}
        </StepForm>
      ) : (
        children
      )}
    </>
  );
}

interface StepFormProps {
  view: View;
  page: KindPage;
  offer: Offer;
  label: string;
  chosen: boolean; // by hand, so that its first question takes the focus
  children: ComponentChildren;
}

/** The field a decision asks for, if this step may answer it; "" otherwise. */
export function meantBy(asking: Asking | null, offer: Offer | undefined): string {
  return asking?.field && offer?.takes.includes(asking.field) ? asking.field : "";
}

/** What one step needs and may carry, and its button. */
function StepForm({ view, page, offer, label, chosen, children }: StepFormProps) {
  const asking = askingOf(page, view);
  const meant = meantBy(asking, offer);
  const must = named(page, meant ? meantFields(page, meant, offer) : offer.needs);
  const may = named(page, offer.takes).filter((each) => !must.some(([name]) => name === each[0]));
  const base = baseOf(view, [...must, ...may]);
  const goal = { kind: page.name, record: view.id, step: offer.step, area: view.area, values: {}, base };
  const filling = useFilling(goal);
  const [why, setWhy] = useState("");
  const take = async (): Promise<void> => {
    const missing = missingWords(named(page, offer.needs), filling.values);
    setWhy(missing);
    if (missing) return;
    await filling.send();
    buzz();
  };
  return (
    <>
      {meant && asking && <Question asking={asking} page={page} view={view} />}
      <Must must={must} meant={meant !== ""} filling={filling} chosen={chosen} />
      <May may={may} filling={filling} />
      {meant && <Deadline view={view} page={page} />}
      {children}
      <div class="foot">
        {why && <p role="alert">{why}</p>}
        <button type="button" class="lamp" onClick={() => void take()}>
          <Icon name="check" />
          {label}
        </button>
      </div>
      {filling.begun && <Discard drop={filling.drop} />}
    </>
  );
}

interface MustProps {
  must: readonly NamedField[];
  meant: boolean; // the one thing a decision asked for
  filling: Filling;
  chosen: boolean;
}

function Must({ must, meant, filling, chosen }: MustProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) box.current?.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  }, [chosen]);
  if (must.length === 0) return null;
  return (
    <div ref={box} class={meant ? "meant" : "said"}>
      {must.map(([name, field], index) => (
        <Editor
          key={name}
          name={name}
          field={field}
          filling={filling}
          label={pick(field.label) + (meant && index === 0 ? say("story.only") : "")}
          must={!meant}
        />
      ))}
    </div>
  );
}

/** The field meant, and where that is a place, also the words for it: nobody goes back for a fix. */
function meantFields(page: KindPage, meant: string, offer: Offer): string[] {
  if (page.fields[meant]?.type !== "place") return [meant];
  const words = page.title.filter((name) => page.fields[name]?.type === "text" && offer.takes.includes(name));
  return [...words, meant];
}

/** What the record says already, for the fields that hold one value; a log begins a new line. */
const baseOf = (view: View, fields: readonly NamedField[]) =>
  Object.fromEntries(
    fields.flatMap(([name, field]) => {
      const value = view.values[name];
      return value === undefined || field.rule === "log" || field.type === "photos" ? [] : [[name, value]];
    }),
  );

/** Who asks what, in a speech bubble. */
function Question({ asking, page, view }: { asking: Asking; page: KindPage; view: View }) {
  const world = useWorld();
  const field = page.fields[asking.reason];
  const line = [...view.story].reverse().find((each) => each.atMs === asking.atMs);
  const reason = field ? optionWords(field, line?.sets[asking.reason] ?? "") : "";
  return (
    <div class="bubble">
      <p class="note">{say("story.asks", { who: personWords(asking.person, world), reason })}</p>
      {asking.question && <p>{asking.question}</p>}
    </div>
  );
}

/** What a step may carry besides; folded away, because nothing of it has to be. */
function May({ may, filling }: { may: readonly NamedField[]; filling: Filling }) {
  if (may.length === 0) return null;
  return (
    <details open={may.some(([name]) => filling.photos.some((photo) => photo.field === name))}>
      <summary>
        {say("story.also", { fields: may.map(([, field]) => pick(field.label)).join(say("listGap")) })}
      </summary>
      {may.map(([name, field]) => (
        <Editor key={name} name={name} field={field} filling={filling} must={false} />
      ))}
    </details>
  );
}

/** A limit said kindly: the record goes on by itself, nothing is lost. */
function Deadline({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const due = dueOf(page, view);
  return due > world.nowMs ? (
    <p class="note">{say("story.due", { when: whenWords(due, world.nowMs) })}</p>
  ) : null;
}
