// Where the person is, from the part of the address after #. Nothing but this reads the address.

import { signal } from "@preact/signals";

export interface Route {
  name: string;
  args: readonly string[];
}

/** Read a hash: "#/story/ab.7" is the screen story with one argument. */
export function routeOf(hash: string): Route {
  const [name = "", ...args] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(plainOf);
  return { name, args };
}

/** Undo the escapes of an address; one that is broken stays as it is. */
function plainOf(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address now; the shell keeps it so. */
export const route = signal<Route>(routeOf(typeof location === "undefined" ? "" : location.hash));

/** The place to go back to: the last one on the bar. */
export const home = signal("#/");

/** Tell the hand that the record is on the phone, and show it. */
export function kept(record: string): void {
  buzz();
  go(`#/saved/${record}`, true);
}

/** A short buzz: done. */
export const buzz = (): void => {
  navigator.vibrate?.(60);
};

/** Go somewhere; `instead` leaves no way back to where one was, as after sending. */
export function go(hash: string, instead = false): void {
  if (instead) location.replace(hash);
  else location.hash = hash;
}
