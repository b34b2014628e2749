// The form of any kind, from its page alone: what the page asks, one below the other, and save. Where the page says
// so, what was answered before stands under what is typed, and what somebody has in hand is proposed.

import { useEffect, useState } from "preact/hooks";
import type { Me, Unit, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { path } from "../sync/permit.ts";
import { toldBy } from "../widgets/answers.ts";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { GridSelect } from "../widgets/grid-select.tsx";
import { Head, Help } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { GUARD, namingWords } from "../widgets/nameless.ts";
import { asked, empty, firstOf, stepOf } from "../widgets/page.ts";
import { postOf } from "../widgets/plate.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { missingWords, type World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Before } from "./answers.tsx";
import { Asked } from "./asked.tsx";
import { aboutValues } from "./begin.ts";
import { Discard } from "./discard.tsx";
import type { FormProps } from "./draft.tsx";
import { useForeseen } from "./foreseen.ts";
import { NoticeDoor } from "./notice.tsx";
import { ownUnits } from "./places.ts";
import { handed, PlateEditor, usePlate } from "./plate.tsx";
import { go, kept, route } from "./route.ts";

/** A new record of any kind. */
export function KindForm({ page, draft, about }: FormProps) {
  const model = useModel();
  const world = useWorld();
  const me = model.me.value as Me;
  const units = ownUnits(me, page, world.units);
  // What it is about lies somewhere: there, if it may be made there; else in the only unit there is.
  const there = units.find(({ id }) => id === world.views.get(about)?.area) ?? above(me, units, world);
  const [area, setArea] = useState(
    draft?.area || (there?.id ?? (units.length === 1 ? (units[0]?.id ?? 0) : 0)),
  );
  const filling = useFilling(newRecord(page.name, area, aboutValues(page, world.views.get(about))));
  const at = area || postOf(Number(filling.values[page.plate?.whose ?? ""]), model.staff.value, units);
  const { why, save } = useSaving(page, filling, async () => {
    if (draft && at !== draft.area) await model.editDraft({ area: at });
  });
  const chosen = usePlate(page, filling);
  useWritingUp(page, world.views.get(about), filling);
  const [first = ""] = page.answers?.look ?? [];
  const text = firstOf(asked(page), "text")?.[0]; // what is proposed stands before what is typed
  return (
    <>
      <Head title={pick(page.label)} note={draft ? say("draft.kept") : ""} back="#/records">
        {route.value.name === "draft" && <Help />}
      </Head>
      <div class="body">
        {units.length > 1 && <GridSelect units={units} value={at} set={setArea} />}
        {asked(page).map(([name, field]) => (
          <>
            {page.plate && name === text && <PlateEditor page={page} filling={filling} chosen={chosen} />}
            <Asked key={name} named={[name, field]} filling={filling} />
            {name === first && <Before page={page} filling={filling} />}
          </>
        ))}
        {page.notice && <NoticeDoor page={page} />}
        <div class="foot">
          {why && <p role="alert">{why}</p>}
          <button type="button" class="lamp" onClick={() => void save(chosen)}>
            <Icon name="check" />
            {say("form.save")}
          </button>
        </div>
        {draft && <Discard drop={() => filling.drop().then(() => go("#/", true))} />}
      </div>
    </>
  );
}

/** What may be filed with any unit, and none of them is the person's own, goes first to the one they are beneath. */
function above({ grants }: Me, units: readonly Unit[], world: World): Unit | undefined {
  if (units.some(({ id }) => grants.some((grant) => grant.unit === id))) return undefined;
  return units.find(({ id }) => grants.some((grant) => path(grant.unit, world.units).includes(id)));
}

/** Save the form, unless something is missing or may not stand there; then what follows from it. */
function useSaving(page: KindPage, filling: Filling, before: () => Promise<void>) {
  const model = useModel();
  const world = useWorld();
  const [why, setWhy] = useState("");
  const foresees = useForeseen(page);
  const save = async (chosen: ReturnType<typeof usePlate>): Promise<void> => {
    const must = asked(page).filter(([, field]) => field.required);
    const missing = missingWords(must, filling.values);
    const no =
      missing ||
      (page.guards.includes(GUARD) ? namingWords(page, filling.values) : "") ||
      foresees(page.guards, filling.values);
    setWhy(no);
    if (no) return;
    await before();
    const { values } = filling;
    const id = await filling.send(handed(world, page, values, chosen));
    const up = writtenUp(page, values, world);
    if (up) await model.take(up.view.id, up.step, { [up.field]: id });
    kept(id);
  };
  return { why, save };
}

/** A text that is written from a question begins with what was asked and answered, and can be changed. */
function useWritingUp(page: KindPage, about: View | undefined, filling: Filling): void {
  const { kinds } = useWorld();
  const source = about && kinds.get(about.kind);
  const [title = ""] = page.answers?.look ?? [];
  const [text = ""] = page.answers?.tell ?? [];
  useEffect(() => {
    if (!source?.answers || !page.answers || filling.begun) return;
    const high = page.fields[title]?.high ?? 60;
    filling.set(
      title,
      [...String(about?.values[source.answers.look[0] ?? ""] ?? "")].slice(0, high).join(""),
    );
    filling.set(text, toldBy(about as View, source).join("\n"));
    for (const name of page.about)
      if (!empty(about?.values[name])) filling.set(name, about?.values[name] ?? null);
  }, []);
}

/** The question that a new text was written from, with the step that says so. */
function writtenUp(page: KindPage, values: Filling["values"], world: World) {
  for (const [name, { type }] of Object.entries(page.fields)) {
    const view = type === "ref" ? world.views.get(String(values[name] ?? "")) : undefined;
    const source = view && world.kinds.get(view.kind);
    const step = source && stepOf(source, source.answers?.publish ?? "");
    const [field = ""] = step?.needs ?? [];
    if (
      view &&
      step &&
      source.fields[field]?.refers === page.name &&
      view.offers.some((o) => o.step === step.name)
    )
      return { view, step: step.name, field };
  }
  return null;
}
