// The top of a screen: the way back and the one h1. Focus lands on the h1 after every route change.

import type { ComponentChildren } from "preact";
import { say } from "../words/say.ts";
import { Icon } from "./icon.tsx";
import { useModel } from "./use-model.ts";

interface HeadProps {
  title: string;
  note?: string;
  back?: string; // hash to go back to
  onBack?: () => void;
  children?: ComponentChildren; // what stands at the right end
}

/** The head of a screen. */
export function Head({ title, note, back, onBack, children }: HeadProps) {
  return (
    <header class={back ? "head" : "head nob"}>
      {back && (
        <a class="b" href={back} aria-label={say("back")} onClick={onBack}>
          <Icon name="back" />
        </a>
      )}
      <h1 tabIndex={-1}>{title}</h1>
      {note && <span class="note">{note}</span>}
      {children}
    </header>
  );
}

/** Help stands in the same corner of every screen: it calls the person who helps (rule 10). */
export function Help() {
  const me = useModel().me.value;
  return (
    <a class="help" href={me?.helpPhone ? `tel:${me.helpPhone}` : "#/me"}>
      <Icon name="phone" />
      {say("help")}
    </a>
  );
}
