// Several let through in one tap. They stay on the phone for a moment, and as long as there is no network,
// so that the tap can be taken back.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Model } from "../model.ts";
import { Icon } from "../widgets/icon.tsx";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { buzz } from "./route.ts";
import type { Card } from "./use-risks.ts";

const HELD_MS = 10_000; // long enough to see that the thumb hit the wrong button

const held = signal<readonly string[]>([]); // ops that can still be taken back

/** Send what was held, as soon as there is a network to send it by. */
function later(model: Model, ops: readonly string[]): void {
  setTimeout(() => {
    if (held.value !== ops) return;
    if (!model.net.value.online) return later(model, ops);
    held.value = [];
    void model.syncNow();
  }, HELD_MS);
}

/** Let all of these through. */
async function passAll(model: Model, cards: readonly Card[]): Promise<void> {
  const ops: string[] = [];
  for (const { view } of cards) {
    const through = view.offers.find((offer) => offer.tone === "go" && offer.needs.length === 0);
    const op = through ? await model.take(view.id, through.step, {}, HELD_MS) : "";
    if (op) ops.push(op);
  }
  held.value = ops;
  later(model, ops);
}

/** The button that lets them all through; nothing where there are none. */
export function PassAll({ cards }: { cards: readonly Card[] }) {
  const model = useModel();
  const [busy, setBusy] = useState(false);
  if (cards.length === 0) return null;
  const press = async (): Promise<void> => {
    setBusy(true);
    await passAll(model, cards);
    setBusy(false);
    buzz();
  };
  return (
    <button type="button" class="plain solid wide" disabled={busy} onClick={() => void press()}>
      <Icon name="check" />
      {say("batch.pass", { n: cards.length })}
    </button>
  );
}

/** What was just let through, and the way back. */
export function TakeBack() {
  const model = useModel();
  const [late, setLate] = useState(0);
  const ops = held.value;
  const press = async (): Promise<void> => {
    held.value = [];
    setLate(ops.length - (await model.takeBack(ops)));
  };
  if (ops.length === 0)
    return late > 0 ? (
      <p class="note" role="status">
        {say("batch.late", { n: late })}
      </p>
    ) : null;
  return (
    <div class="row apart said keep" role="status">
      <span class="grow">{say("batch.done", { n: ops.length })}</span>
      <button type="button" class="plain" onClick={() => void press()}>
        <Icon name="undo" />
        {say("undo")}
      </button>
    </div>
  );
}
