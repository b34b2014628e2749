// A sheet to choose from that covers a form and leaves it as it was: a box to search in, below it what there
// is. The phone's own way back closes it too.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { say } from "../words/apart.ts";
import { Icon } from "./icon.tsx";

export const SHEET =
  "position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none;margin:0;padding:0;border:0;overflow:auto;background:var(--ground);color:var(--ink)";
const TOP =
  "position:sticky;top:0;z-index:2;background:var(--ground);padding:4px 16px 8px;border-bottom:var(--bw) solid var(--mist-2)";
export const LINE = "width:100%;min-height:60px;justify-content:space-between;text-align:start";
export const HEADING = "font-weight:700;min-height:60px;padding:16px 0";
export const LIST = "display:grid;gap:8px;list-style:none;margin:0;padding:0";

interface OpenerProps {
  chosen: boolean;
  words: string; // what was chosen, or what there is to choose
  children: (close: () => void) => ComponentChildren; // the sheet
}

/** The button that opens a sheet, and has the focus again when it closes. */
export function Opener({ chosen, words, children }: OpenerProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current && !open) button.current?.focus();
    opened.current = open;
  }, [open]);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={chosen ? "plain solid" : "plain wide"}
        style="min-height:48px"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {chosen && <Icon name="check" />}
        {words}
      </button>
      {open && children(() => setOpen(false))}
    </>
  );
}

interface SheetProps {
  title: string;
  find: string; // what the box is for, for who cannot see it
  hint: string;
  close: () => void;
  children: (query: string, leave: () => void) => ComponentChildren;
}

/** Draw the sheet; what is in it leaves it by the second function it is given. */
export function Sheet({ title, find, hint, close, children }: SheetProps) {
  const id = useId();
  const [query, setQuery] = useState("");
  const { sheet, back } = useSheet(close);
  const leave = (): void => {
    close();
    back();
  };
  return (
    <dialog
      ref={sheet}
      style={SHEET}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        back();
      }}
    >
      <form
        role="search"
        style={TOP}
        onSubmit={(event) => {
          event.preventDefault();
          (document.activeElement as HTMLElement | null)?.blur(); // the keyboard makes room for what was found
        }}
      >
        <div class="row" style="min-height:56px;margin-bottom:6px">
          <h2 id={id} tabIndex={-1} class="grow" style="font-size:1.2rem">
            {title}
          </h2>
          <button type="button" class="plain" style="min-height:48px" onClick={back}>
            {say("more.close")}
          </button>
        </div>
        <input
          class="box"
          type="search"
          enterkeyhint="search"
          autocomplete="off"
          aria-label={find}
          placeholder={hint}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </form>
      <div class="body">{children(query.trim(), leave)}</div>
    </dialog>
  );
}

/** Open over everything, with the phone's own way back as one way out. */
export function useSheet(close: () => void) {
  const sheet = useRef<HTMLDialogElement>(null);
  const last = useRef(close);
  last.current = close;
  useEffect(() => {
    sheet.current?.showModal();
    sheet.current?.querySelector<HTMLElement>("h2")?.focus();
    history.pushState(null, "", location.href);
    const back = (): void => last.current();
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  return { sheet, back: () => history.back() };
}
