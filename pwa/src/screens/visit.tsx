// A visit in two taps: how, then how they are; the second tap saves. All answers look alike, and the
// place is asked for at the door only.

import { useEffect, useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { dateWords } from "../widgets/dates.ts";
import { Editor, TextInput } from "../widgets/editor.tsx";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked, empty, firstOf, type NamedField } from "../widgets/page.ts";
import { Options } from "../widgets/tiles.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords } from "../widgets/value-words.ts";
import { pick, say } from "../words/say.ts";
import type { FormProps } from "./draft.tsx";
import { aboutValues } from "./places.ts";
import { kept } from "./route.ts";

const AT_THE_DOOR = "door";
const BY_PHONE = "phone";

/** The form of a visit; `about` is the household. */
export function Visit({ page, draft, about }: FormProps) {
  const world = useWorld();
  const fields = asked(page);
  const target = firstOf(fields, "ref");
  const id = about || String((target && draft?.values[target[0]]) ?? "");
  const view = world.views.get(id);
  const [how, result] = fields.filter(([, field]) => field.type === "choice") as [NamedField, NamedField];
  const filling = useFilling(newRecord(page.name, view?.area ?? 0, aboutValues(page, view)));
  const rest = fields.filter((each) => ![target, how, result].includes(each));
  useLeaving(page, rest);
  return (
    <>
      <Head title={`${pick(page.label)} ${view ? titleWords(view, world) : ""}`.trim()} back="#/today" />
      <div class="body tight">
        <Whom id={id} view={view} />
        <Taps how={how} result={result} filling={filling} phone={view?.values.phone} />
        <More rest={rest} filling={filling} />
      </div>
    </>
  );
}

/** Leaving after the first tap alone leaves no draft behind that would stand in the camera's way. */
function useLeaving(page: KindPage, rest: readonly NamedField[]): void {
  const model = useModel();
  useEffect(
    () => () => {
      const draft = model.draft.peek();
      if (draft?.kind !== page.name || draft.record || draft.photos.length > 0) return;
      if (rest.every(([name]) => empty(draft.values[name]))) void model.dropDraft();
    },
    [],
  );
}

interface TapsProps {
  how: NamedField;
  result: NamedField;
  filling: Filling;
  phone: Value | undefined;
}

/** The two taps. */
function Taps({ how: [how, ways], result: [result, answers], filling, phone }: TapsProps) {
  const model = useModel();
  const [why, setWhy] = useState("");
  const mode = filling.values[how];
  const choose = (way: string): void => {
    setWhy("");
    filling.set(how, way);
    if (way === AT_THE_DOOR) void filling.start().then(() => model.locate());
    else if (filling.fix) void model.editDraft({ fix: null });
  };
  const save = async (answer: string): Promise<void> => {
    if (!mode) return setWhy(say("visit.how"));
    filling.set(result, answer);
    kept(await filling.send());
  };
  const ask = say("visit.result", { ask: pick(answers.label) });
  return (
    <>
      <Ask id="f-how" number={1} done={mode !== undefined} words={pick(ways.label)} />
      <Options field={ways} value={mode} labelledBy="f-how" class="three" pickOne={choose} />
      {mode === BY_PHONE && <Call phone={phone} />}
      {why && <p role="alert">{why}</p>}
      <Ask id="f-result" number={2} done={false} words={ask} />
      <Options
        field={answers}
        value={undefined}
        labelledBy="f-result"
        class="two huge"
        pickOne={(answer) => void save(answer)}
      />
    </>
  );
}

/** Whom the visit is to, and how it went last time. */
function Whom({ id, view }: { id: string; view: View | undefined }) {
  const model = useModel();
  const world = useWorld();
  const due = model.dueVisits.value.find((each) => each.household === id);
  const about = due?.about || (view ? aboutWords(view, world) : "");
  const last =
    due && due.lastMs > 0
      ? say("visit.last", { date: dateWords(due.lastMs, world.nowMs), words: due.lastWords })
      : "";
  if (!about && !last) return null;
  return (
    <p class="said">
      <b>{about}</b>
      <span class="note">{last}</span>
    </p>
  );
}

/** The number to call, once the visit is one by phone. */
function Call({ phone }: { phone: Value | undefined }) {
  if (typeof phone !== "string" || !/^[\d +-]{5,}$/.test(phone)) return null; // a masked number cannot be called
  return (
    <a class="plain" href={`tel:${phone}`}>
      <Icon name="phone" />
      {say("visit.call", { phone })}
    </a>
  );
}

function Ask({ id, number, done, words }: { id: string; number: number; done: boolean; words: string }) {
  return (
    <h2 id={id} class="step">
      <i class={done ? "done" : number > 1 ? "lit" : ""}>{done ? <Icon name="check" /> : number}</i>
      {words}
    </h2>
  );
}

/** What may be added before the second tap; nothing of it has to be. */
function More({ rest, filling }: { rest: readonly NamedField[]; filling: Filling }) {
  const note = firstOf(rest, "text");
  const [open, setOpen] = useState(filling.photos.length > 0);
  const [saying, setSaying] = useState(note !== undefined && !!filling.values[note[0]]);
  const others = rest.filter((each) => each !== note);
  return (
    <>
      <div class="pair">
        {note && (
          <button type="button" class="plain" aria-expanded={saying} onClick={() => setSaying(!saying)}>
            <Icon name="pen" />
            {pick(note[1].label)}
          </button>
        )}
        {others.length > 0 && (
          <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="plus" />
            {say("visit.more")}
          </button>
        )}
      </div>
      {note && saying && (
        <div class="field">
          <label for="f-say" class="away">
            {pick(note[1].label)}
          </label>
          <TextInput
            id="f-say"
            field={note[1]}
            value={filling.values[note[0]] ?? null}
            set={(text) => filling.set(note[0], text)}
            hint={say("visit.note")}
          />
          <p class="note">{say("visit.then")}</p>
        </div>
      )}
      {open &&
        others.map(([name, field]) => <Editor key={name} name={name} field={field} filling={filling} />)}
    </>
  );
}
