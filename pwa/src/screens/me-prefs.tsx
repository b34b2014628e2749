// One preference: its few values side by side, one tap each; nothing switches by itself. The language can
// be chosen before signing in.

import type { Prefs } from "../model.ts";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/say.ts";

interface ChooseProps<Name extends keyof Prefs> {
  name: Name;
  title: string;
  options: readonly (readonly [Prefs[Name], string])[];
}

/** Choose one value of a preference. */
export function Choose<Name extends keyof Prefs>({ name, title, options }: ChooseProps<Name>) {
  const model = useModel();
  const now = model.prefs.value[name];
  return (
    <div class="field">
      <h2 id={`p-${name}`}>{title}</h2>
      <div class="chips" role="group" aria-labelledby={`p-${name}`}>
        {options.map(([value, words]) => (
          <button
            key={String(value)}
            type="button"
            class={now === value ? "chip on" : "chip"}
            aria-pressed={now === value}
            onClick={() => void model.setPrefs({ [name]: value })}
          >
            {words}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Each language by its own name. */
export const LanguageChips = () => (
  <Choose
    name="language"
    title={say("me.language")}
    options={[
      ["zh-CN", "中文"],
      ["en", "English"],
    ]}
  />
);
