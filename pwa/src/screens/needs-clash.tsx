// What two people wrote differently, side by side and at the same size: the app has no right to prefer one.

import type { Need, View } from "../model.ts";
import { whenWords } from "../widgets/dates.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Ask, Asked } from "./needs-ask.tsx";

type Choice = View["clashes"][number]["choices"][number];

/** The values, each with who wrote it and when; take one, or ask. */
export function Choices({ need }: { need: Need }) {
  const model = useModel();
  const world = useWorld();
  const field = world.kinds.get(need.kind)?.fields[need.field];
  const clash = world.views.get(need.record)?.clashes.find((each) => each.field === need.field);
  if (!clash || !field) return null;
  const who = ({ person }: Choice): string => (person ? personWords(person, world) : say("someone"));
  const words = ({ value }: Choice): string => valueWords(field, value, world) || say("clash.empty");
  const entry = clash.choices.map((choice) => [`${pick(field.label)}，${who(choice)}`, words(choice)]);
  return (
    <>
      <p>{pick(field.label)}</p>
      <div class="pair">
        {clash.choices.map((choice) => (
          <div key={choice.stamp.join()} class="field sides">
            <span class="note">
              {who(choice)} {whenWords(choice.atMs, world.nowMs, true)}
              {choice.person === world.me && !choice.mine && say("clash.device")}
            </span>
            <b class="grow">{words(choice)}</b>
            <button
              type="button"
              class="plain solid"
              onClick={() => void model.settle(need.record, need.field, choice.value)}
            >
              {takeWords(choice, clash.choices, who(choice))}
            </button>
          </div>
        ))}
      </div>
      {need.sentOn ? <Asked need={need} /> : <Ask need={need} word={say("needs.ask")} entry={() => entry} />}
    </>
  );
}

/** Mine and theirs where there are just the two; else by name. */
function takeWords(choice: Choice, choices: readonly Choice[], who: string): string {
  if (choice.mine) return say("clash.mine");
  const two = choices.length === 2 && choices.some((each) => each.mine);
  return two ? say("clash.theirs") : say("clash.whose", { who });
}
