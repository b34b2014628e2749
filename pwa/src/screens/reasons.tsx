// The reasons to send a record back: one chip each, read off the choices its back steps need; and the
// other ways on. A chip only chooses: the button at the edge decides, so no slip of a finger does.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { TextInput } from "../widgets/editor.tsx";
import { empty, type NamedField, named, stepOf } from "../widgets/page.ts";
import { optionWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";

/** A reason chosen: the step it takes, and what the step carries. */
export interface Reason {
  step: string;
  chip: string;
  values: Readonly<Record<string, Value>>;
  missing: boolean; // the step needs words that are not there yet
}

interface Chip {
  step: string;
  chip: string;
  back: boolean; // sends back; else one of the other ways on
  words: string;
  values: Readonly<Record<string, Value>>;
}

interface ReasonsProps {
  view: View;
  page: KindPage;
  chosen: Reason | null;
  choose: (reason: Reason | null) => void;
}

/** Draw the reasons, and under them the words the chosen one may carry. */
export function Reasons({ view, page, chosen, choose }: ReasonsProps) {
  const chips = chipsOf(view, page);
  const settle = (chip: Chip, values: Readonly<Record<string, Value>>): void => {
    const needs = view.offers.find((offer) => offer.step === chip.step)?.needs ?? [];
    choose({ step: chip.step, chip: chip.chip, values, missing: needs.some((name) => empty(values[name])) });
  };
  const press = (chip: Chip): void => (chip.chip === chosen?.chip ? choose(null) : settle(chip, chip.values));
  const others = chips.filter((chip) => !chip.back);
  const current = chips.find((chip) => chip.chip === chosen?.chip);
  return (
    <div class="said reasons">
      <p class="note" id="f-reason">
        {say("review.ask")}
      </p>
      <ChipGroup
        chips={chips.filter((chip) => chip.back)}
        labelledBy="f-reason"
        chosen={chosen}
        press={press}
      />
      {others.length > 0 && (
        <>
          <p class="note" id="f-other">
            {say("review.other")}
          </p>
          <ChipGroup chips={others} labelledBy="f-other" chosen={chosen} press={press} />
        </>
      )}
      {chosen && current && (
        <Texts
          fields={textsOf(view, page, chosen.step)}
          values={chosen.values}
          set={(name, text) => settle(current, { ...chosen.values, [name]: text })}
        />
      )}
    </div>
  );
}

interface GroupProps {
  chips: readonly Chip[];
  labelledBy: string;
  chosen: Reason | null;
  press: (chip: Chip) => void;
}

function ChipGroup({ chips, labelledBy, chosen, press }: GroupProps) {
  return (
    <div class="chips even" role="group" aria-labelledby={labelledBy}>
      {chips.map((chip) => {
        const on = chosen?.chip === chip.chip;
        return (
          <button
            key={chip.chip}
            type="button"
            class={on ? "chip on" : "chip"}
            aria-pressed={on}
            onClick={() => press(chip)}
          >
            {chip.words}
          </button>
        );
      })}
    </div>
  );
}

interface TextsProps {
  fields: readonly NamedField[];
  values: Readonly<Record<string, Value>>;
  set: (name: string, text: Value) => void;
}

/** The words a decision may carry. */
function Texts({ fields, values, set }: TextsProps) {
  return (
    <>
      {fields.map(([name, field]) => (
        <div class="field" key={name}>
          <label for={`r-${name}`}>{pick(field.label)}</label>
          <TextInput
            id={`r-${name}`}
            field={field}
            value={values[name] ?? null}
            set={(text) => set(name, text)}
            hint={say("review.hint")}
          />
        </div>
      ))}
    </>
  );
}

/** One chip for each option of a choice a step needs; a step without one is a chip itself. */
export function chipsOf(view: View, page: KindPage): Chip[] {
  return view.offers
    .filter((offer) => offer.tone !== "go")
    .flatMap(({ step, needs, tone }): Chip[] => {
      const back = tone === "back";
      const choice = named(page, needs).find(([, field]) => field.type === "choice");
      if (!choice)
        return [{ step, chip: step, back, words: pick(stepOf(page, step)?.label ?? {}) || step, values: {} }];
      const [name, field] = choice;
      return field.options.map(({ value }) => ({
        step,
        chip: `${step}/${value}`,
        back,
        words: optionWords(field, value),
        values: { [name]: value },
      }));
    });
}

const textsOf = (view: View, page: KindPage, step: string): NamedField[] => {
  const offer = view.offers.find((each) => each.step === step);
  return named(page, [...(offer?.needs ?? []), ...(offer?.takes ?? [])]).filter(
    ([, field]) => field.type === "text",
  );
};
