// The model reaches every screen and widget through one context, so that tests can hand in another.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Model } from "../model.ts";
import type { World } from "./value-words.ts";

export const ModelContext = createContext<Model | null>(null);

/** Give the model of the screen being drawn. */
export function useModel(): Model {
  const model = useContext(ModelContext);
  if (!model) throw new Error("no model above this widget");
  return model;
}

/** Everything words refer to, as it is now; the caller is drawn again when any of it changes. */
export function useWorld(): World {
  const model = useModel();
  return {
    kinds: model.kinds.value,
    views: model.views.value,
    people: model.people.value,
    units: model.units.value,
    nowMs: model.nowMs.value,
    me: model.me.value?.person ?? -1,
  };
}
