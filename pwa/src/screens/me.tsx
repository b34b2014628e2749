// The person's own place: how it looks, what is on this phone, whom to call, and leaving.

import { useState } from "preact/hooks";
import type { Me as MeValue } from "../model.ts";
import { waitWords, whenWords } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { Terms } from "../widgets/terms.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { unitWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { Data } from "./me-data.tsx";
import { CameraChips, LookChips, SizeChips } from "./me-looks.tsx";
import { LanguageChips } from "./me-prefs.tsx";
import { ReachChips } from "./me-reach.tsx";
import { PhonesLink } from "./phones-link.tsx";
import { DesktopHint } from "./welcome.tsx";

/** "我的". */
export function MeScreen() {
  const model = useModel();
  const world = useWorld();
  const me = model.me.value as MeValue;
  const units = [...new Set(me.grants.map((grant) => grant.unit))].map(
    (unit) => unitWords(unit, world) || me.townName,
  );
  return (
    <>
      <header class="head nob">
        <h1 tabIndex={-1}>{me.name}</h1>
      </header>
      <div class="body">
        <p class="note">{[...new Set(units)].join(say("listGap"))}</p>
        {me.helpPhone && (
          <a class="plain wide" href={`tel:${me.helpPhone}`}>
            <Icon name="phone" />
            {say("me.call", { name: me.helpName })}
          </a>
        )}
        <PhonesLink />
        <LookChips />
        <SizeChips />
        <LanguageChips />
        <CameraChips />
        <ReachChips />
        <Phone />
        <Data />
        <details>
          <summary>{say("desktop.title")}</summary>
          <DesktopHint />
        </details>
        <Leave />
      </div>
    </>
  );
}

/** What lies on this phone, and how long ago it was in touch. */
function Phone() {
  const model = useModel();
  const net = model.net.value;
  const now = model.nowMs.value;
  const facts: [string, string][] = [
    [say("me.waiting"), say("me.records", { n: net.waiting })],
    [say("me.photos"), say("photoCount", { n: net.photosWaiting })],
    [say("me.last"), net.lastMs > 0 ? whenWords(net.lastMs, now) : say("me.never")],
    [say("me.version"), model.version],
  ];
  if (net.oldestMs > 0) facts.splice(1, 0, [say("me.oldest"), waitWords(now - net.oldestMs)]);
  return (
    <section class="field">
      <h2>{say("me.phone")}</h2>
      <Terms rows={facts} />
      {model.otherTab.value && <p class="note">{say("me.otherTab")}</p>}
      {model.update.value ? (
        <button type="button" class="lamp" onClick={() => model.applyUpdate()}>
          {say("update.now")}
        </button>
      ) : (
        <button type="button" class="plain wide" onClick={() => void model.syncNow()}>
          <Icon name="up" />
          {say("me.send")}
        </button>
      )}
    </section>
  );
}

/** Leaving forgets this phone; never while something lies on it that the server lacks. */
function Leave() {
  const model = useModel();
  const [sure, setSure] = useState(false);
  const waiting = model.net.value.waiting + model.net.value.photosWaiting;
  if (waiting > 0) return <p class="note">{say("me.notYet", { n: waiting })}</p>;
  if (!sure) {
    return (
      <button type="button" class="quiet" onClick={() => setSure(true)}>
        {say("me.leave")}
      </button>
    );
  }
  return (
    <div class="said" role="alert">
      <p>{say("me.leaveWhy")}</p>
      <div class="pair">
        <button type="button" class="plain" onClick={() => setSure(false)}>
          {say("me.stay")}
        </button>
        <button type="button" class="plain act" onClick={() => void model.leave()}>
          {say("me.leaveIt")}
        </button>
      </div>
    </div>
  );
}
