// Kinds that deserve a better screen than the one their page gives them. Everything else is drawn by
// the generic list, form and story. This is the only file of the interface that names kinds.

import type { ComponentType } from "preact";
import { Draft, type FormProps } from "./draft.tsx";
import { Visit } from "./visit.tsx";

interface Better {
  form: ComponentType<FormProps>;
  camera: boolean; // the large button of the home screen starts it
  due: boolean; // the due list of the day opens it
}

export const BETTER: Readonly<Record<string, Better>> = {
  incident: { form: Draft, camera: true, due: false },
  visit: { form: Visit, camera: false, due: true },
};

const which = (use: "camera" | "due"): string[] => Object.keys(BETTER).filter((name) => BETTER[name]?.[use]);

/** The kinds the camera may start, best first. */
export const CAMERAS: readonly string[] = which("camera");

/** The kinds the due list may open, best first. */
export const DUE: readonly string[] = which("due");
