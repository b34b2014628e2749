// "有事叫我": being called while the app is closed. It says before the tap what it can do and what it cannot.

import { useEffect, useState } from "preact/hooks";
import type { Reach } from "../model.ts";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";

const CHOICES = [
  [true, "reach.yes"],
  [false, "reach.no"],
] as const;
const WORDS = {
  none: "reach.none",
  denied: "reach.denied",
  closed: "reach.closed",
  offline: "reach.offline",
  failed: "reach.failed",
  asking: "reach.asking",
} as const;

/** Two chips, what comes of them, and where it does not work. */
export function ReachChips() {
  const model = useModel();
  const [stands, setStands] = useState<Reach | "asking" | "">("");
  useEffect(() => void model.reach().then(setStands), [model]);
  const choose = (want: boolean): void => {
    setStands("asking");
    void model.reach(want).then(setStands);
  };
  const words = stands && stands in WORDS ? WORDS[stands as keyof typeof WORDS] : "";
  const open = stands !== "none" && stands !== "closed";
  return (
    <section class="field" aria-labelledby="reach">
      <h2 id="reach">{say("reach.title")}</h2>
      {open && (
        <div class="chips">
          {CHOICES.map(([want, key]) => (
            <button
              key={key}
              type="button"
              class={(stands === "on") === want ? "chip on" : "chip"}
              aria-pressed={(stands === "on") === want}
              disabled={stands === "" || stands === "asking"}
              onClick={() => choose(want)}
            >
              {say(key)}
            </button>
          ))}
        </div>
      )}
      <p role="status" class="note">
        {words && say(words)}
      </p>
      <p class="note">{say("reach.why")}</p>
    </section>
  );
}
