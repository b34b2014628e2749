// What a person should know of their own entries before anything else: what was lost, and what needs them.

import { whenWords } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";

/** Draw it; nothing where there is nothing to tell. */
export function Told() {
  return (
    <>
      <LostNote />
      <NeedsLink />
    </>
  );
}

/** What a damaged store cost, until the person has read it. */
function LostNote() {
  const model = useModel();
  const lost = model.lost.value;
  if (!lost) return null;
  const when = (ms: number): string => (ms ? whenWords(ms, model.nowMs.value, true) : "…");
  const times = { from: when(lost.fromMs), to: when(lost.toMs) };
  return (
    <div class="said" role="alert">
      <p>{say("lost", { n: lost.count, found: lost.found, ...times })}</p>
      <button type="button" class="plain" onClick={() => void model.lostSeen()}>
        {say("lost.ok")}
      </button>
    </div>
  );
}

/** The way to what needs the person, or to what the secretary still has of theirs. */
function NeedsLink() {
  const needs = useModel().needs.value;
  const open = needs.filter((need) => need.open).length;
  if (needs.length === 0) return null;
  return (
    <a class={open ? "todo" : "todo calm"} href="#/needs">
      {open > 0 && (
        <span class="sq">
          <Icon name="bang" />
        </span>
      )}
      <b class="grow">{open ? say("needs.some", { n: open }) : say("needs.with", { n: needs.length })}</b>
      <Icon name="next" />
    </a>
  );
}
