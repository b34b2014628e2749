// What went over the link, and how much of it photos may take: the person pays for every byte.

import type { Spent } from "../model.ts";
import { Terms } from "../widgets/terms.tsx";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { Choose } from "./me-prefs.tsx";

const MEGABYTE = 1_000_000;
const CEILINGS = [0, 5, 20, 50] as const;

/** The meter, the ceiling and the originals. */
export function Data() {
  const model = useModel();
  const { photosHeld, originals, knowsFree } = model.net.value;
  const setting = model.prefs.value.originals;
  return (
    <>
      <Spending />
      <div class="field">
        <Choose
          name="ceiling"
          title={say("data.ceiling")}
          options={CEILINGS.map((n) => [n, n ? say("data.mb", { n }) : say("data.none")])}
        />
        <p class="note">{say(knowsFree ? "data.whyWifi" : "data.why")}</p>
      </div>
      <div class="field">
        <Originals />
        <p class="note">{say("data.asked")}</p>
        {originals > 0 && setting !== "no" && <p class="note">{say("data.kept", { n: originals })}</p>}
        {(photosHeld > 0 || (originals > 0 && setting !== "no")) && (
          <button type="button" class="plain wide" onClick={() => void model.sendPhotos()}>
            {say("data.send")}
          </button>
        )}
      </div>
    </>
  );
}

function Spending() {
  const { today, week } = useModel().spent.value;
  const facts: [string, string][] = [
    [say("data.today"), spentWords(today)],
    [say("data.photos"), mbWords(today[2])],
    [say("data.week"), spentWords(week)],
  ];
  return (
    <section class="field">
      <h2>{say("data.title")}</h2>
      <Terms rows={facts} />
      <p class="note">{say("data.about")}</p>
    </section>
  );
}

/** Where the browser does not know of Wi-Fi, what waits for it waits for the person. */
function Originals() {
  const knows = useModel().net.value.knowsFree;
  return (
    <Choose
      name="originals"
      title={say("data.originals")}
      options={[
        ["no", say("data.no")],
        ...(knows ? [["say", say("data.say")] as const] : []),
        ["wifi", say(knows ? "data.wifi" : "data.say")],
        ["any", say("data.any")],
      ]}
    />
  );
}

const spentWords = ([up, down]: Spent): string => say("data.spent", { up: mbWords(up), down: mbWords(down) });

/** Megabytes to a tenth; a little is never nothing. */
export function mbWords(bytes: number): string {
  const tenths = Math.ceil(bytes / (MEGABYTE / 10));
  return say("data.mb", { n: tenths / 10 });
}
