// The name of a field; of one that says what it is for, a tap on its name tells.

import { useState } from "preact/hooks";
import { say } from "../words/apart.ts";

const TERM = "font:inherit;color:inherit;min-height:48px;text-align:start";
const ASK = "font-weight:400;font-size:var(--t-note);text-decoration:underline";

/** Draw a name, and on request the reason; `why` is "" where none is given. */
export function Why({ term, why }: { term: string; why: string }) {
  const [open, setOpen] = useState(false);
  if (!why) return <>{term}</>;
  return (
    <>
      <button type="button" style={TERM} aria-expanded={open} onClick={() => setOpen(!open)}>
        {term} <small style={ASK}>{say("why.ask")}</small>
      </button>
      {open && (
        <span class="note" role="status" style="display:block">
          {why}
        </span>
      )}
    </>
  );
}
