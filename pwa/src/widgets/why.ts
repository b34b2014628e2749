// Why something was refused, in plain words.

import { say, sayIf } from "../words/say.ts";

/** A refusal code in plain words; an unknown one is shown as it is, so that it can be told on the phone. */
export const whyWords = (code: string): string => sayIf(`why.${code}`) || say("why.other", { code });
