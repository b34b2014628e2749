// Throwing unsent work away is the one thing that is asked twice (rule 12).

import { useState } from "preact/hooks";
import { say } from "../words/say.ts";

/** The way out of a draft. */
export function Discard({ drop }: { drop: () => Promise<void> }) {
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <button type="button" class="quiet" onClick={() => setSure(true)}>
        {say("draft.drop")}
      </button>
    );
  }
  return (
    <div class="said" role="alert">
      <p>{say("draft.sure")}</p>
      <div class="pair">
        <button type="button" class="plain" onClick={() => setSure(false)}>
          {say("draft.keep")}
        </button>
        <button type="button" class="plain act" onClick={() => void drop().then(() => setSure(false))}>
          {say("draft.dropIt")}
        </button>
      </div>
    </div>
  );
}
