// Why a record should be looked at, in plain words: what is so, never what it means, and never of a person.

import { metresWords } from "../widgets/distance.ts";
import { Icon } from "../widgets/icon.tsx";
import { flagWords } from "../widgets/photo-words.ts";
import { say } from "../words/apart.ts";
import type { Risk, Why } from "./risk.ts";

const SAID = ["emergency", "level_1", "level_2", "new_person", "sample"] as const;

/** One reason; "" for what this version has no words for. */
export function whyWords({ code, flag, figure }: Why, nowMs: number): string {
  if (flag) return flagWords(flag, nowMs);
  if (code === "outside") return say("risk.outside", { far: metresWords(figure) });
  const known = SAID.find((each) => each === code);
  return known ? say(`risk.${known}`) : "";
}

interface WhysProps {
  risk: Risk | null;
  nowMs: number;
}

/** The reasons, one below the other; nothing where there is none. */
export function Whys({ risk, nowMs }: WhysProps) {
  const words = (risk?.whys ?? []).map((why) => whyWords(why, nowMs)).filter(Boolean);
  if (words.length === 0) return null;
  return (
    <div class="said keep">
      {words.map((each) => (
        <p key={each} class="note parts">
          <Icon name="eye" /> {each}
        </p>
      ))}
    </div>
  );
}
