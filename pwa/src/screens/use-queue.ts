// The queue of the signed-in person, as it is now.

import type { Me, View } from "../model.ts";
import { useModel } from "../widgets/use-model.ts";
import { queueOf } from "./places.ts";

/** Give the records that wait for this person; the caller is drawn again when they change. */
export function useQueue(): readonly View[] {
  const model = useModel();
  return queueOf(model.views.value, model.kinds.value, model.me.value as Me, model.nowMs.value);
}
