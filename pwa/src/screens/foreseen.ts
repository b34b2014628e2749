// Before anything is sent: whether what this phone holds around a record shows that the server will refuse it, in
// the server's words. Nothing is shown where the phone cannot know.

import type { View } from "../model.ts";
import { type Around, foreseen, unborn } from "../sync/around.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Named, Value } from "../sync/value.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { whyWords } from "../widgets/why.ts";

const WHOLE = "parent"; // the field in which parts name the whole

/** Ask of a step on a record, or of a new one; gives the words of the refusal, "" where none is foreseen. */
export function useForeseen(
  page: KindPage,
): (guards: readonly string[], values: Named<Value>, on?: View) => string {
  const model = useModel();
  const world = useWorld();
  const around: Around = {
    kinds: world.kinds,
    find: (id) => model.record(id),
    naming: (id) =>
      [...world.views.values()]
        .filter(({ values }) => values[WHOLE] === id)
        .flatMap((view) => model.record(view.id) ?? []),
  };
  return (guards, values, on) => {
    const record = (on && model.record(on.id)) ?? unborn(page, values);
    const asked = {
      kind: page,
      record,
      step: { name: "" },
      person: world.me,
      nowMs: world.nowMs,
      units: world.units,
    };
    const no = foreseen(guards, { ...asked, sets: values }, around);
    return no ? whyWords(no) : "";
  };
}
