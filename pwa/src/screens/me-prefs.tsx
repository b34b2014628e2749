// How the app looks and speaks: three looks, three sizes, two languages. One tap each; nothing switches
// by itself.

import type { Prefs } from "../model.ts";
import { useModel } from "../widgets/use-model.ts";
import { type Key, say } from "../words/say.ts";

interface ChooseProps<Name extends keyof Prefs> {
  name: Name;
  title: Key;
  options: readonly (readonly [Prefs[Name], string])[];
}

function Choose<Name extends keyof Prefs>({ name, title, options }: ChooseProps<Name>) {
  const model = useModel();
  const now = model.prefs.value[name];
  return (
    <div class="field">
      <h2 id={`p-${name}`}>{say(title)}</h2>
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

/** Normal, strong light, night. */
export const LookChips = () => (
  <Choose
    name="look"
    title="me.look"
    options={[
      ["light", say("look.light")],
      ["sun", say("look.sun")],
      ["dark", say("look.dark")],
    ]}
  />
);

/** Normal, large, very large. */
export const SizeChips = () => (
  <Choose
    name="size"
    title="me.size"
    options={[
      [20, say("size.20")],
      [24, say("size.24")],
      [30, say("size.30")],
    ]}
  />
);

/** Each language by its own name. */
export const LanguageChips = () => (
  <Choose
    name="language"
    title="me.language"
    options={[
      ["zh-CN", "中文"],
      ["en", "English"],
    ]}
  />
);
