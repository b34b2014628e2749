// Distances and accuracies as people say them.

import { say } from "../words/say.ts";

/** "120 米", "1.4 公里", "12 公里"; no finer than a phone can know. */
export function metresWords(metres: number): string {
  if (metres < 100) return say("metres", { n: Math.round(metres) });
  if (metres < 995) return say("metres", { n: Math.round(metres / 10) * 10 });
  const tenths = Math.round(metres / 100);
  return say("kilometres", {
    n:
      tenths < 100 && tenths % 10 > 0 ? `${Math.floor(tenths / 10)}.${tenths % 10}` : Math.round(tenths / 10),
  });
}

/** "误差约 12 米" from the accuracy of a place value, in centimetres. */
export const accuracyWords = (accuracyCm: number): string =>
  say("accuracy", { distance: metresWords(Math.max(1, Math.ceil(accuracyCm / 100))) });
