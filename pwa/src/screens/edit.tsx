// Adding to a record, or changing what one may still change: the fields this person may write.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { Asked } from "./asked.tsx";
import { writable } from "./begin.ts";
import { Discard } from "./discard.tsx";
import { buzz, go } from "./route.ts";

/** The form that edits a record. */
export function Edit({ view, page }: { view: View; page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const fields = writable(page, view, model.me.value as Me, world.units);
  const base = fields.filter(([, field]) => field.rule !== "log" && field.type !== "photos");
  const filling = useFilling({
    kind: page.name,
    record: view.id,
    step: "",
    area: view.area,
    values: {},
    base: Object.fromEntries(base.map(([name]) => [name, view.values[name] ?? null])),
  });
  const save = async (): Promise<void> => {
    await filling.send();
    buzz();
    go(`#/story/${view.id}`, true);
  };
  return (
    <>
      <Head title={titleWords(view, world)} note={say("saved.add")} back={`#/story/${view.id}`} />
      <div class="body">
        {fields.length === 0 && <p class="blank">{say("edit.none")}</p>}
        {fields.map((named) => (
          <Asked key={named[0]} named={named} filling={filling} view={view} must={false} />
        ))}
        {fields.length > 0 && (
          <div class="foot">
            <button type="button" class="lamp" onClick={() => void save()}>
              <Icon name="check" />
              {say("form.save")}
            </button>
          </div>
        )}
        {filling.begun && <Discard drop={filling.drop} />}
      </div>
    </>
  );
}
