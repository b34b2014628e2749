// Adding to a record, or changing what one may still change: the fields this person may write.

import { useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { Editor } from "../widgets/editor.tsx";
import { type Filling, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import type { NamedField } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { titleWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { ageWords, fresh } from "./call-parts.tsx";
import { Discard } from "./discard.tsx";
import { writable } from "./places.ts";
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
          <Once key={named[0]} view={view} named={named} filling={filling} />
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

interface OnceProps {
  view: View;
  named: NamedField;
  filling: Filling;
}

/** A field's editor; of one that was asked lately, its value and age, and the editor only if asked for. */
function Once({ view, named, filling }: OnceProps) {
  const model = useModel();
  const world = useWorld();
  const [open, setOpen] = useState(!fresh(model, view, named));
  const [name, field] = named;
  if (open) return <Editor name={name} field={field} filling={filling} must={false} />;
  return (
    <div class="row apart">
      <span>
        {pick(field.label)} <b>{valueWords(field, view.values[name], world)}</b>
        <span class="note"> {ageWords(model.writtenMs(view.id, name), world.nowMs)}</span>
      </span>
      <button type="button" class="chip" onClick={() => setOpen(true)}>
        {say("change")}
      </button>
    </div>
  );
}
