// The steps offered on a record. One is open: the one asked for, or the one chosen. What it needs is
// asked for above its button; a returned record asks for the one thing that is missing and no more.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Me, Offer, StoryLine, View } from "../model.ts";
import { type FieldType, type KindPage, marksOf } from "../sync/kind.ts";
import { AUTHOR } from "../sync/permit.ts";
import type { Value } from "../sync/value.ts";
import { LINKS } from "../widgets/alike.ts";
import { type Asking, askingOf } from "../widgets/asking.ts";
import { whenWords } from "../widgets/dates.ts";
import { limitWords } from "../widgets/due.ts";
import { useRun } from "../widgets/due-chip.tsx";
import { type Filling, useFilling } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { GUARD, namingWords } from "../widgets/nameless.ts";
import { empty, firstOf, type NamedField, named, stepOf } from "../widgets/page.ts";
import { openParts } from "../widgets/plate.ts";
import { bodyOf, postsOf } from "../widgets/posts.ts";
import { isScale, Scale } from "../widgets/scale.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { optionWords, personWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Asked, useAround } from "./asked.tsx";
import { Discard } from "./discard.tsx";
import { useForeseen } from "./foreseen.ts";
import { knownOf } from "./known.ts";
import { acts } from "./places.ts";
import { TAKER } from "./registry.ts";
import { buzz } from "./route.ts";
import { sumsOf } from "./sums.ts";

const FEW = 2; // other steps that are shown as they are; of more, only those that send back
const AFTER = "after_photo"; // mark of a matter that wants to be shown as it is now
// The guards that refuse a step without what the matter asks for, by the type of its field.
const INSISTS: Readonly<{ [type in FieldType]?: string }> = {
  choices: "conditions_met",
  photos: "evidence_given",
  text: "cause_given",
};

interface StepsProps {
  view: View;
  page: KindPage;
  children?: ComponentChildren; // stands between what is asked and the button
}

/** Draw the steps; nothing when none is offered. */
export function Steps({ view, page, children }: StepsProps) {
  const [chosen, choose] = useState("");
  const offers = useOffers(view, page);
  const turn = useTurn(view, page) || offers.length <= FEW + 1;
  const current =
    offers.find((offer) => offer.step === chosen) ??
    (turn ? offers.find((offer) => offer.tone === "go") : undefined);
  const others = offers.filter((offer) => offer !== current);
  const label = (offer: Offer): string => pick(stepOf(page, offer.step)?.label ?? {}) || offer.step;
  const chip = (offer: Offer) => (
    <button key={offer.step} type="button" class="chip" onClick={() => choose(offer.step)}>
      {label(offer)}
    </button>
  );
  const open = others.length > FEW ? others.filter((offer) => current && offer.tone === "back") : others;
  const folded = others.filter((offer) => !open.includes(offer));
  return (
    <>
      {open.length > 0 && <div class="chips">{open.map(chip)}</div>}
      {folded.length > 0 && (
        <details key={current?.step}>
          <summary>{say("story.more", { n: folded.length })}</summary>
          <div class="chips">{folded.map(chip)}</div>
        </details>
      )}
      {current ? (
        <StepForm
          key={current.step}
          view={view}
          page={page}
          offer={current}
          label={label(current)}
          chosen={current.step === chosen}
          taken={() => choose("")}
        >
          {children}
        </StepForm>
      ) : (
        children
      )}
    </>
  );
}

/** The steps that are offered here: not what is taken beside an answer that helped, nor what a part still holds up. */
function useOffers(view: View, page: KindPage): readonly Offer[] {
  const world = useWorld();
  const held = openParts(view, page, world).length > 0;
  return view.offers.filter(
    ({ step }) =>
      step !== page.answers?.solved && !(held && stepOf(page, step)?.guards.includes("parts_done")),
  );
}

/** Whether it is this person's turn: who only may step in is not handed the largest button for it. */
function useTurn(view: View, page: KindPage): boolean {
  const me = useModel().me.value as Me;
  const holder = page.workflow.states[view.state]?.holder ?? [];
  const named = holder.some((token) => token[0] === "@" && view.values[token.slice(1)] === me.person);
  const own = holder.includes(AUTHOR) && view.author === me.person;
  return !holder.length || named || own || acts(me, holder);
}

interface StepFormProps {
  view: View;
  page: KindPage;
  offer: Offer;
  label: string;
  chosen: boolean; // by hand, so that its first question takes the focus
  taken: () => void;
  children: ComponentChildren;
}

/** The field a decision asks for, if this step may answer it; "" otherwise. */
export function meantBy(asking: Asking | null, offer: Offer | undefined): string {
  return asking?.field && offer?.takes.includes(asking.field) ? asking.field : "";
}

/** What one step needs and may carry, and its button. */
function StepForm({ view, page, offer, label, chosen, taken: done, children }: StepFormProps) {
  const asking = askingOf(page, view);
  const meant = meantBy(asking, offer);
  const mine = useTaker(offer);
  const { needs, wanted, must, may, base } = useAsks(view, page, offer, meant, mine);
  const goal = { kind: page.name, record: view.id, step: offer.step, area: view.area, values: mine, base };
  const filling = useOneHop(useFilling(goal), needs);
  const [why, setWhy] = useState("");
  const foresees = useForeseen(page);
  const take = async (): Promise<void> => {
    const guards = stepOf(page, offer.step)?.guards ?? [];
    const missing =
      lackingWords(named(page, offer.needs), wanted, filling) ||
      (guards.includes(GUARD) ? namingWords(page, { ...view.values, ...filling.values }) : "") ||
      foresees(guards, filling.values, view);
    setWhy(missing);
    if (missing) return;
    carry(filling, offer, base);
    await filling.send().then(done);
    buzz();
  };
  return (
    <>
      {meant && asking && <Question asking={asking} page={page} view={view} />}
      <Must must={must} view={view} meant={meant !== ""} filling={filling} chosen={chosen} />
      <May may={may} view={view} filling={filling} />
      {meant && <Deadline view={view} />}
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

/** What a step asks: what it must carry, what it may, and what the record says of both already. */
function useAsks(
  view: View,
  page: KindPage,
  offer: Offer,
  meant: string,
  mine: Readonly<Record<string, number>>,
) {
  const asks = (meant ? meantFields(page, meant, offer) : offer.needs).filter((name) => !(name in mine));
  const world = useWorld();
  const told = useTold(page, view);
  const needs = named(page, asks).map(told).sort(personFirst);
  const taken = named(page, offer.takes)
    .filter((each) => !needs.some(([name]) => name === each[0]))
    .map(told)
    .map((each) => narrowed(page, view, each));
  const wanted = taken.filter((each) => insists(page, view, offer, each));
  const must = [...needs, ...wanted];
  const may = taken.filter((each) => !must.some(([name]) => name === each[0]));
  const known = baseOf(view, useKnown(view, must));
  const base = {
    ...baseOf(view, may),
    ...sumsOf(must, view, world),
    ...known,
    ...baseOf(view, must, meant ? undefined : enteringSets(view)),
  };
  return { needs, wanted, must, may, base };
}

/** Of what a step must carry, what the record says and was asked lately: it stands as it is. */
function useKnown(view: View, must: readonly NamedField[]): readonly NamedField[] {
  const around = useAround();
  return must.filter((each) => knownOf(each, view.values, view, around)?.view === view);
}

/** Who takes something on takes it on themselves: that is not asked. */
function useTaker(offer: Offer): Readonly<Record<string, number>> {
  const { me } = useWorld();
  return offer.needs.includes(TAKER) ? { [TAKER]: me } : {};
}

/** What a step needs it must carry, also where the answer stood there already. */
function carry(filling: Filling, { needs }: Offer, base: Readonly<Record<string, Value>>): void {
  for (const name of needs) if (name in base) filling.set(name, filling.values[name] ?? null);
}

const personFirst = ([, one]: NamedField, [, other]: NamedField): number =>
  Number(other.type === "person") - Number(one.type === "person");

/** A form that asks for a person and their unit: naming the person says the unit too, and both can be changed. */
function useOneHop(filling: Filling, needs: readonly NamedField[]): Filling {
  const model = useModel();
  const world = useWorld();
  const [person, unit] = [firstOf(needs, "person"), firstOf(needs, "unit")];
  if (!person || !unit) return filling;
  const set = (name: string, value: Value): void => {
    filling.set(name, value);
    const body = name === person[0] && bodyOf(value, postsOf(model.staff.value, world.people), world.units);
    if (body) filling.set(unit[0], body);
  };
  return { ...filling, set };
}

/** More time is asked for in the unit of the limit, and says so. */
function useTold(page: KindPage, view: View): (each: NamedField) => NamedField {
  const limit = useRun(view)?.[0].limit;
  return ([name, field]) => {
    const prolongs = page.workflow.steps.some((step) => step.extends === name);
    const unit =
      limit && prolongs
        ? limitWords({ ...limit, amount: 0 })
            .replace("0", "")
            .trim()
        : field.unit;
    return [name, { ...field, unit }];
  };
}

interface MustProps {
  must: readonly NamedField[];
  view: View;
  meant: boolean; // the one thing a decision asked for
  filling: Filling;
  chosen: boolean;
}

function Must({ must, view, meant, filling, chosen }: MustProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) box.current?.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  }, [chosen]);
  if (must.length === 0) return null;
  return (
    <div ref={box} class={meant ? "meant" : "said"}>
      {must.map(([name, field], index) =>
        isScale(field) ? (
          <Scale key={name} name={name} field={field} filling={filling} />
        ) : (
          <Asked
            key={name}
            named={[name, field]}
            filling={filling}
            view={view}
            label={pick(field.label) + (meant && index === 0 ? say("story.only") : "")}
            must={!meant}
          />
        ),
      )}
    </div>
  );
}

/** The field meant, and where that is a place, also the words for it: nobody goes back for a fix. */
function meantFields(page: KindPage, meant: string, offer: Offer): string[] {
  if (page.fields[meant]?.type !== "place") return [meant];
  const words = page.title.filter((name) => page.fields[name]?.type === "text" && offer.takes.includes(name));
  return [...words, meant];
}

/** What was said with the step that brought the record to where it is. */
const enteringSets = (view: View): StoryLine["sets"] =>
  [...view.story]
    .reverse()
    .find((line) => line.to === view.state && line.from !== line.to && line.outcome !== "overtaken")?.sets ??
  {};

/** What the record says already, for the fields that hold one value; a log begins a new line. Of what a step must
 *  carry, only what was asked for: the unit that said no is not proposed again. */
const baseOf = (view: View, fields: readonly NamedField[], only?: Readonly<Record<string, Value>>) =>
  Object.fromEntries(
    fields.flatMap(([name, field]) => {
      const value = view.values[name];
      if (only && !(name in only)) return [];
      return value === undefined || field.rule === "log" || field.type === "photos" ? [] : [[name, value]];
    }),
  );

/** What the answers of a record ask of whoever ends it, by their marks. */
const askedBy = (page: KindPage, view: View): readonly string[] =>
  Object.keys(page.fields)
    .flatMap((name) => Object.values(marksOf(page, name, view.values[name])))
    .flatMap((mark) => mark.split(" "));

/** Of a choice of several, just those that the answers ask for, if they ask for any. */
function narrowed(page: KindPage, view: View, each: NamedField): NamedField {
  const [name, field] = each;
  const marks = askedBy(page, view);
  const options = field.options.filter(({ value }) => marks.includes(value));
  return field.type === "choices" && options.length ? [name, { ...field, options, listed: "" }] : each;
}

/** Whether a step is refused without what the answers ask for and nobody gave yet: all of a choice, or a photo; or
 *  of what happened there before, a word why it came back. */
export function insists(
  page: KindPage,
  view: View,
  { step }: Offer,
  [name, { type, options }]: NamedField,
): boolean {
  const guard = INSISTS[type];
  if (!guard || !stepOf(page, step)?.guards.includes(guard)) return false;
  const marks = askedBy(page, view);
  if (type === "text") return !empty(view.values[LINKS.recurs]) && empty(view.values[name]);
  const ticked = listOf(view.values[name]);
  return type === "photos"
    ? marks.includes(AFTER)
    : options.some(({ value }) => marks.includes(value) && !ticked.includes(value));
}

const listOf = (value: Value | undefined): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [];

/** What is not there yet, in words: of what a step needs, and of what the answers ask for besides. */
function lackingWords(
  needs: readonly NamedField[],
  wanted: readonly NamedField[],
  { values, photos }: Filling,
): string {
  const lacks = wanted.filter(([name, field]) =>
    field.type === "text"
      ? empty(values[name])
      : field.type === "photos"
        ? !photos.some((photo) => photo.field === name)
        : field.options.some((option) => !listOf(values[name]).includes(option.value)),
  );
  const open = needs.filter(([name]) => empty(values[name]));
  const fields = [...open, ...lacks].map(([, field]) => pick(field.label)).join(say("listGap"));
  return fields && say("form.missing", { fields });
}

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
function May({ may, view, filling }: Pick<MustProps, "view" | "filling"> & { may: readonly NamedField[] }) {
  if (may.length === 0) return null;
  return (
    <details open={may.some(([name]) => filling.photos.some((photo) => photo.field === name))}>
      <summary>
        {say("story.also", { fields: may.map(([, field]) => pick(field.label)).join(say("listGap")) })}
      </summary>
      {may.map(([name, field]) => (
        <Asked key={name} named={[name, field]} filling={filling} view={view} must={false} />
      ))}
    </details>
  );
}

/** A limit said kindly: the record goes on by itself, nothing is lost. */
function Deadline({ view }: { view: View }) {
  const world = useWorld();
  const due = useRun(view)?.[0].due.dueMs ?? 0;
  return due > world.nowMs ? (
    <p class="note">{say("story.due", { when: whenWords(due, world.nowMs) })}</p>
  ) : null;
}
