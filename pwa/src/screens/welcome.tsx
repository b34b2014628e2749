// The first screen: a code from the grid leader, or a link that carries it. No password, no puzzle.

import { useState } from "preact/hooks";
import { Icon } from "../widgets/icon.tsx";
import { Ridge } from "../widgets/ridge.tsx";
import { useModel } from "../widgets/use-model.ts";
import { whyWords } from "../widgets/why.ts";
import { say } from "../words/say.ts";
import { LanguageChips } from "./me-prefs.tsx";
import { go, route } from "./route.ts";

const ONE_LIT = [false, false, false, true, false, false, false];

/** Sign this phone in with a one-time code. */
export function Welcome({ code }: { code: string }) {
  return (
    <>
      <div class="hill">
        <div class="t">
          <p class="note">{say("app.place")}</p>
          <h1 tabIndex={-1}>{say("app.name")}</h1>
          <p class="lead">{say("enrol.lead")}</p>
        </div>
        <Ridge lit={ONE_LIT} />
      </div>
      <div class="body">
        <CodeForm code={code} />
        <details class="rest">
          <summary>{say("desktop.title")}</summary>
          <DesktopHint />
        </details>
        <LanguageChips />
      </div>
    </>
  );
}

function CodeForm({ code }: { code: string }) {
  const model = useModel();
  const [typed, type] = useState(code);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (!typed.trim()) return setWhy(say("enrol.empty"));
    setBusy(true);
    setWhy("");
    const refusal = await model.enrol(typed.trim());
    setBusy(false);
    if (refusal) setWhy(whyWords(refusal));
    else if (route.value.name === "enrol") go("#/", true); // not if they have gone on already
  };
  return (
    <form class="field" onSubmit={(event) => void enter(event)}>
      <label for="code" class="lead">
        {say("enrol.code")}
      </label>
      <input
        id="code"
        class="box code"
        value={typed}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellcheck={false}
        maxLength={40}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <p class="note">{say("enrol.where")}</p>
      {why && <p role="alert">{why}</p>}
      <button type="submit" class="lamp" aria-disabled={busy}>
        <Icon name="door" />
        {say(busy ? "enrol.busy" : "enrol.go")}
      </button>
    </form>
  );
}

/** How to put the app on the phone's desktop; each browser hides it elsewhere. */
export function DesktopHint() {
  return (
    <ol class="steps">
      {say("desktop.steps")
        .split("|")
        .map((step) => (
          <li key={step}>{step}</li>
        ))}
    </ol>
  );
}
