// A number out of a few: tapped, not typed.

import type { Field } from "../sync/kind.ts";
import { pick } from "../words/say.ts";
import type { Filling } from "./filling.ts";

const CHIPS = 9; // steps of a scale that is tapped

/** Whether a field is a number out of a few. */
export const isScale = ({ type, low, high }: Field): boolean =>
  type === "int" && low !== null && high !== null && high - low < CHIPS;

/** The numbers, side by side. */
export function Scale({ name, field, filling }: { name: string; field: Field; filling: Filling }) {
  const low = field.low ?? 0;
  return (
    <div class="field">
      <h2 id={`f-${name}`}>{pick(field.label)}</h2>
      <div class="chips even" role="group" aria-labelledby={`f-${name}`}>
        {Array.from({ length: (field.high ?? low) - low + 1 }, (_, at) => low + at).map((each) => {
          const on = filling.values[name] === each;
          return (
            <button
              key={each}
              type="button"
              class={on ? "chip on" : "chip"}
              aria-pressed={on}
              onClick={() => filling.set(name, each)}
            >
              {each}
            </button>
          );
        })}
      </div>
    </div>
  );
}
