// The form of any kind, from its page alone: what the page asks, one below the other, and save.

import { useState } from "preact/hooks";
import type { Me } from "../model.ts";
import { Editor } from "../widgets/editor.tsx";
import { newRecord, useFilling } from "../widgets/filling.ts";
import { GridSelect } from "../widgets/grid-select.tsx";
import { Head, Help } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { missingWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Discard } from "./discard.tsx";
import type { FormProps } from "./draft.tsx";
import { aboutValues, ownUnits } from "./places.ts";
import { go, kept, route } from "./route.ts";

/** A new record of any kind. */
export function KindForm({ page, draft, about }: FormProps) {
  const model = useModel();
  const world = useWorld();
  const units = ownUnits(model.me.value as Me, page, world.units);
  const [area, setArea] = useState(draft?.area || (units.length === 1 ? (units[0]?.id ?? 0) : 0));
  const [why, setWhy] = useState("");
  const filling = useFilling(newRecord(page.name, area, aboutValues(page, world.views.get(about))));
  const save = async (): Promise<void> => {
    const missing = missingWords(
      asked(page).filter(([, field]) => field.required),
      filling.values,
    );
    setWhy(missing);
    if (missing) return;
    if (draft && area !== draft.area) await model.editDraft({ area });
    kept(await filling.send());
  };
  return (
    <>
      <Head title={pick(page.label)} note={draft ? say("draft.kept") : ""} back="#/records">
        {route.value.name === "draft" && <Help />}
      </Head>
      <div class="body">
        {units.length > 1 && <GridSelect units={units} value={area} set={setArea} />}
        {asked(page).map(([name, field]) => (
          <Editor key={name} name={name} field={field} filling={filling} />
        ))}
        <div class="foot">
          {why && <p role="alert">{why}</p>}
          <button type="button" class="lamp" onClick={() => void save()}>
            <Icon name="check" />
            {say("form.save")}
          </button>
        </div>
        {draft && <Discard drop={() => filling.drop().then(() => go("#/", true))} />}
      </div>
    </>
  );
}
