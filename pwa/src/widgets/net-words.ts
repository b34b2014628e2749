// The sync line: the one sentence about the link, in plain words. Offline is never a fault (rule 16).

import type { Net } from "../model.ts";
import { say } from "../words/say.ts";
import { DAY_MS, whenWords } from "./dates.ts";

export interface NetWords {
  icon: string;
  plain: string;
  strong: string;
  act: boolean; // a person must do something: the only red there is
}

/** Say how the link stands. */
export function netWords(net: Net, nowMs: number, helpName: string): NetWords {
  const words = (icon: string, plain: string, strong = "", act = false): NetWords => ({
    icon,
    plain,
    strong,
    act,
  });
  if (net.waiting > 0 && net.oldestMs > 0 && nowMs - net.oldestMs > DAY_MS) {
    const strong = say("net.call", { name: helpName || say("leader") });
    return words("bang", say("net.old", { n: net.waiting }), strong, true);
  }
  if (net.sending > 0) {
    return words(
      "up",
      say("net.sending"),
      say("net.part", { n: net.sending, of: Math.max(net.waiting, net.sending) }),
    );
  }
  if (!net.online) {
    return net.waiting > 0
      ? words("nonet", say("net.off"), say("net.kept", { n: net.waiting }))
      : words("nonet", say("net.offEmpty"));
  }
  if (net.waiting > 0) return words("up", say("net.queued"), say("net.kept", { n: net.waiting }));
  if (net.photosHeld > 0)
    return words(
      "album",
      say("net.capped"),
      say(net.knowsFree ? "net.cappedWifi" : "net.cappedDay", { n: net.photosHeld }),
    );
  if (net.photosWaiting > 0) return words("up", say("net.words"), say("net.media"));
  if (net.lastMs > 0) return words("net", say("net.done"), whenWords(net.lastMs, nowMs, true));
  return words("net", say("net.quiet"));
}
