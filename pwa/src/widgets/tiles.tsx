// Choosing among a few: picture tiles where the page has pictures, chips where it has words only.
// Of a long list only what stands under no heading is drawn here; the rest is behind one more button.
// A chosen one is filled and carries a tick or a heavier edge: never a tint alone.

import type { Field } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { Icon } from "./icon.tsx";
import { More } from "./later.tsx";
import { optionWords } from "./value-words.ts";

interface PickProps {
  field: Field;
  value: Value | undefined; // one option, or a list of them
  pickOne: (option: string) => void;
  labelledBy?: string; // id of the heading, or
  label?: string; // the words, where the screen shows no heading
  class?: string;
}

/** Draw the options of a choice; the caller decides what a tap does. */
export function Options(props: PickProps) {
  const { field, value, pickOne, labelledBy, label, class: look = "" } = props;
  const pictures = field.options.some((option) => option.icon);
  const chosen = Array.isArray(value) ? value : [value];
  return (
    <>
      <div
        role="group"
        aria-labelledby={labelledBy}
        aria-label={label}
        class={`${pictures ? "tiles" : "chips"} ${look}`}
      >
        {field.options.map((option) => {
          const on = chosen.includes(option.value);
          return (
            !(option.family || option.retired) && (
              <button
                key={option.value}
                type="button"
                class={`${pictures ? "tile" : "chip"}${on ? " on" : ""}`}
                aria-pressed={on}
                onClick={() => pickOne(option.value)}
              >
                {option.icon && <Icon name={option.icon} />}
                <span>{optionWords(field, option.value)}</span>
              </button>
            )
          );
        })}
      </div>
      {field.listed && <More {...props} />}
    </>
  );
}
