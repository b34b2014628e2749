// Choosing by hand the grid, or other unit, that a record belongs to, where the place does not tell it or tells it wrong.

import type { Unit } from "../model.ts";
import { say } from "../words/apart.ts";
import { useWorld } from "./use-model.ts";
import { unitWords } from "./value-words.ts";
import { whichWords } from "./which.ts";

interface GridSelectProps {
  units: readonly Unit[];
  value: number; // 0: not chosen
  set: (unit: number) => void;
}

/** Draw the choice. */
export function GridSelect({ units, value, set }: GridSelectProps) {
  const world = useWorld();
  return (
    <div class="field">
      <label for="f-area">{whichWords(units)}</label>
      <select
        id="f-area"
        class="box"
        value={String(value)}
        onChange={(event) => set(Number(event.currentTarget.value))}
      >
        <option value="0">{say("form.choose")}</option>
        {units.map((unit) => (
          <option key={unit.id} value={String(unit.id)}>
            {unitWords(unit.id, world)}
          </option>
        ))}
      </select>
    </div>
  );
}
