// Kinds that deserve a better screen than the one their page gives them. Everything else is drawn by
// the generic list, form and story. This is the only file of the interface that names kinds.

import type { ComponentType } from "preact";
import { Check, Correct, Patrol, Visit } from "./apart.tsx";
import { Draft, type FormProps } from "./draft.tsx";

interface Better {
  form: ComponentType<FormProps>;
  camera: boolean; // the large button of the home screen starts it
}

export const BETTER: Readonly<Record<string, Better>> = {
  incident: { form: Draft, camera: true },
  visit: { form: Visit, camera: false },
  place_check: { form: Check, camera: false },
  patrol: { form: Patrol, camera: false },
  correction: { form: Correct, camera: false },
};

/** The kinds the camera may start, best first. */
export const CAMERAS: readonly string[] = Object.keys(BETTER).filter((name) => BETTER[name]?.camera);

/** The field by which a report names the visit or the check that found it. */
export const ORIGIN = "found_at";

/** The kind that puts right what is wrong in a register: somebody moved, or died. */
export const CORRECTION = "correction";

/** The kind of what is small and near by, and the field that says who took it on. */
export const ERRAND = "micro_task";
export const TAKER = "taker";

/** The kind by which who keeps the answers signs a week of questions off. */
export const REVIEW = "weekly_review";

/** The kind that thanks somebody, in points. */
export const THANKS = "points";
