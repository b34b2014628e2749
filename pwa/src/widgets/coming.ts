// What an empty list says while records of it may still be on their way: never that there are none.

import type { Coming } from "../model.ts";
import { say } from "../words/apart.ts";
import { useModel } from "./use-model.ts";

/** Say that some are still to come, and whether the link is waited for; "" once none are. */
export function comingWords(coming: Coming, online: boolean): string {
  if (!coming) return "";
  return say(coming === "told" && !online ? "coming.off" : "coming.on");
}

/** Say it as things stand now; the caller is drawn again when that changes. */
export function useComing(): string {
  const { coming, net } = useModel();
  return comingWords(coming.value, net.value.online);
}
