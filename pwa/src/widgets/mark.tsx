// A state is a shape, a sign and a word: never a colour alone.

import type { Sent, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Icon } from "./icon.tsx";
import { flagsOf, toneOf } from "./page.ts";

export type Shape = "wait" | "send" | "fail" | "done" | "going";

const SIGNS: Record<Shape, string> = {
  wait: "up",
  send: "dots",
  fail: "bang",
  done: "check",
  going: "clock",
};

/** One state mark. */
export function Mark({ shape, word }: { shape: Shape; word: string }) {
  return (
    <span class={`mark ${shape}`}>
      <i>
        <Icon name={SIGNS[shape]} />
      </i>
      {word}
    </span>
  );
}

const SENT: Record<Sent, () => string> = {
  wait: () => say("item.wait"),
  send: () => say("item.send"),
  fail: () => say("item.fail"),
  done: () => say("item.done"),
};

/** What is marked on a record that is not done yet: 很急. */
export function Flags({ view, page }: { view: View; page: KindPage | undefined }) {
  return (
    <>
      {page && flagsOf(page, view).map((field) => <Mark key={field} shape="fail" word={pick(field.label)} />)}
    </>
  );
}

/** Where a record stands: first whether it has left the phone, and once it has, its own state. */
export function StateMark({ view, page }: { view: View; page: KindPage | undefined }) {
  if (view.sent !== "done" || !page) return <Mark shape={view.sent} word={SENT[view.sent]()} />;
  const tone = toneOf(page, view.state);
  const shape = tone === "done" ? "done" : tone === "act" ? "fail" : "going";
  return <Mark shape={shape} word={pick(page.workflow.states[view.state]?.label ?? {}) || view.state} />;
}
