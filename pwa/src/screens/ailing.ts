// What is wrong with somebody's phone, as the server tells it.

import type { Phone } from "../model.ts";

/** How many entries of a phone the server lacks. */
export const lacking = ({ made, held }: Phone): number => Math.max(0, made - held);

const MILD = "storage_not_kept"; // true of every phone that has not put the app on its desktop

/** Whether something is wrong with a phone that its person can mend. */
export const ailing = ({ causes }: Phone): boolean => causes.some(([code]) => code !== MILD);

/** Whether somebody should look at a phone: something of it is not here, or may not come. */
export const troubled = (phone: Phone): boolean => ailing(phone) || lacking(phone) > 0;
