// Filling in a form: every change goes to the draft on the phone before anything else happens, so that
// a page killed behind the camera loses nothing (rule 21). There is one draft; while another record
// lies in it, a form keeps its answers by itself and leaves photos until that one is sent.

import { useRef, useState } from "preact/hooks";
import type { Beside, Draft, Fix, Model, PhotoSource, Sending } from "../model.ts";
import type { Value } from "../sync/value.ts";
import { empty } from "./page.ts";
import { useModel } from "./use-model.ts";
import { whyWords } from "./why.ts";

type Values = Readonly<Record<string, Value>>;

/** What a form fills: a new record, an existing one, or a step on one. */
export interface Goal {
  kind: string;
  record: string; // "" for a new one
  step: string; // "" for none
  area: number; // 0: found by place
  values: Values; // said beforehand, sent along
  base: Values; // on the record already: shown, and sent only once changed
}

/** The goal of a form for a new record. */
export const newRecord = (kind: string, area: number, values: Values = {}): Goal => ({
  kind,
  record: "",
  step: "",
  area,
  values,
  base: {},
});

/** A form under way. */
export interface Filling {
  values: Values;
  photos: Draft["photos"];
  fix: Fix | null;
  begun: boolean; // the draft is this form's
  blocked: boolean; // another record lies in the draft
  trouble: string; // why the last photo was not taken in
  start: () => Promise<void>;
  set: (name: string, value: Value) => void;
  opening: () => void;
  addPhoto: (file: Blob, field: string, source: PhotoSource) => Promise<boolean>;
  addSound: (file: Blob, field: string, over: boolean) => Promise<void>;
  dropPhoto: (key: string) => Promise<void>;
  send: (beside?: Beside) => Promise<string>;
  drop: () => Promise<void>; // back to how it was
}

/** Whether a draft holds anything a person would miss. */
export const held = (draft: Draft | null): boolean =>
  draft !== null && (draft.photos.length > 0 || Object.values(draft.values).some((value) => !empty(value)));

/** Whether a draft belongs to this form: same record and step, and about the same thing. */
export function draftFits(draft: Sending | null, goal: Goal): boolean {
  if (draft?.kind !== goal.kind || draft.record !== goal.record || draft.step !== goal.step) return false;
  return Object.entries(goal.values).every(([name, value]) =>
    [value, undefined].includes(draft.values[name]),
  );
}

/** Follow and fill the draft of a form. */
export function useFilling(goal: Goal): Filling {
  const model = useModel();
  const draft = model.draft.value;
  const mine = draftFits(draft, goal) ? draft : null;
  const blocked = !mine && held(draft);
  const [said, show] = useState<Values>({ ...goal.values, ...mine?.values });
  const latest = useRef(said);
  const started = useRef<Promise<void> | null>(mine ? Promise.resolve() : null);

  const begin = async (): Promise<void> => {
    await model.startDraft(goal.kind, goal.area || undefined, goal.record ? goal : undefined);
    await model.editDraft({ values: latest.current });
  };
  const start = async (): Promise<void> => {
    if (blocked) return;
    started.current ??= begin();
    await started.current;
  };
  const set = (name: string, value: Value): void => {
    const { [name]: _, ...rest } = latest.current;
    latest.current = empty(value) && empty(goal.base[name]) ? rest : { ...rest, [name]: value };
    show(latest.current);
    if (!blocked) void start().then(() => model.editDraft({ values: latest.current }));
  };
  const send = async (beside?: Beside): Promise<string> => {
    const drafted = blocked ? null : started.current;
    started.current = null;
    await drafted;
    return sendForm(model, goal, latest.current, drafted !== null, beside);
  };
  const drop = async (): Promise<void> => {
    started.current = null;
    latest.current = goal.values;
    show(latest.current);
    if (mine) await model.dropDraft();
  };
  const shown = { values: { ...goal.base, ...said }, fix: mine?.fix ?? null, begun: mine !== null, blocked };
  return { ...shown, start, set, send, drop, ...photosOf(model, mine, start) };
}

/** The photos of a draft, and what the camera does to them. */
function photosOf(model: Model, mine: Draft | null, start: () => Promise<void>) {
  return {
    photos: mine?.photos ?? [],
    trouble: mine?.trouble ? whyWords(mine.trouble) : "",
    opening: (): void => void start().then(() => model.editDraft({ cameraOpen: true })),
    addPhoto: async (file: Blob, field: string, source: PhotoSource): Promise<boolean> => {
      await start();
      return (await model.addPhoto(file, field, source)) === "";
    },
    addSound: async (file: Blob, field: string, over: boolean): Promise<void> => {
      await start();
      await model.addSound(file, field, over);
    },
    dropPhoto: (key: string): Promise<void> => model.dropPhoto(key),
  };
}

/** Send what a form says: by its draft, if that is there still, for another tab may have taken it away. */
export async function sendForm(
  model: Model,
  goal: Goal,
  said: Values,
  drafted: boolean,
  beside?: Beside,
): Promise<string> {
  if (!drafted) return sendPlain(model, goal, said, beside);
  await model.editDraft({ values: said });
  const sent = await model.sendDraft((draft) => draftFits(draft, goal), beside);
  return sent || sendPlain(model, goal, said, beside);
}

/** Send a form that has no draft of its own. */
async function sendPlain(model: Model, goal: Goal, said: Values, beside?: Beside): Promise<string> {
  if (goal.step) await model.take(goal.record, goal.step, said);
  else if (!goal.record) return model.create(goal.kind, said, goal.area || undefined, beside);
  else if (Object.keys(said).length > 0) await model.edit(goal.record, said);
  return goal.record;
}
