// The queue of the signed-in person, as it is now.

import type { Me, View } from "../model.ts";
import { useModel } from "../widgets/use-model.ts";
import { type Queues, queuesOf } from "./places.ts";

/** Give what waits for this person, and what they may do for others; the caller is drawn again when it changes. */
export function useQueues(): Queues {
  const { views, kinds, me, units, nowMs } = useModel();
  return queuesOf(views.value, kinds.value, me.value as Me, units.value, nowMs.value);
}

/** Give the records that wait for this person. */
export const useQueue = (): readonly View[] => useQueues().me;
