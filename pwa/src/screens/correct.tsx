// Something on a record is not so: which field, and what it should be. A photo and a word may go with it. It
// works without a network, and what the record says stands until somebody decides.

import { useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { Field, KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { Editor } from "../widgets/editor.tsx";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked } from "../widgets/page.ts";
import { useWorld } from "../widgets/use-model.ts";
import { titleWords, valueWords } from "../widgets/value-words.ts";
import { Why } from "../widgets/why.tsx";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Asked } from "./asked.tsx";
import { Discard } from "./discard.tsx";
import type { FormProps } from "./draft.tsx";
import { correctable, proposing } from "./proposal.ts";
import { buzz, go, home } from "./route.ts";

/** Say that a record is wrong; without a record there is nothing to say. */
export function Correct({ page, draft, about }: FormProps) {
  const world = useWorld();
  const target = world.views.get(about || String(draft?.values.target ?? ""));
  const kind = target && world.kinds.get(target.kind);
  if (!target || !kind || correctable(kind).length === 0)
    return (
      <>
        <Head title={say("correct.title")} back={home.value} />
        <p class="blank">{say("correct.none")}</p>
      </>
    );
  return <Saying page={page} target={target} kind={kind} />;
}

interface SayingProps {
  page: KindPage; // of the correction
  target: View;
  kind: KindPage; // of the record
}

function Saying({ page, target, kind }: SayingProps) {
  const world = useWorld();
  const filling = useFilling(newRecord(page.name, target.area, { target: target.id }));
  const [name, choose] = useState(String(filling.values.field ?? ""));
  const [value, setValue] = useState<Value | undefined>(undefined);
  const [why, setWhy] = useState("");
  const field = kind.fields[name];
  const title = titleWords(target, world);
  const put = (chosen: string, next: Value | undefined): void => {
    choose(chosen);
    setValue(next);
    setWhy("");
    for (const [each, said] of Object.entries(proposing(target, kind, chosen, next, title)))
      if (each !== "target") filling.set(each, said);
  };
  const send = async (): Promise<void> => {
    const lacking = field?.type === "place" ? !filling.fix : value === undefined || value === null;
    const same = !lacking && JSON.stringify(value) === JSON.stringify(target.values[name]);
    setWhy(!field || lacking ? say("correct.missing") : same ? say("correct.same") : "");
    if (!field || lacking || same) return;
    await filling.send();
    buzz();
    go(`#/story/${target.id}`, true);
  };
  return (
    <>
      <Head title={say("correct.title")} note={title} back={`#/story/${target.id}`} />
      <div class="body">
        <Which target={target} kind={kind} chosen={name} choose={(each) => put(each, undefined)} />
        {field && (
          <Wanted field={field} name={name} value={value} filling={filling} set={(next) => put(name, next)} />
        )}
        {field &&
          asked(page).map(([each, own]) => (
            <Asked key={each} named={[each, own]} filling={filling} must={false} />
          ))}
        <div class="foot">
          {why && <p role="alert">{why}</p>}
          <button type="button" class="lamp" onClick={() => void send()}>
            <Icon name="check" />
            {say("correct.send")}
          </button>
        </div>
        {filling.begun && (
          <Discard drop={() => filling.drop().then(() => go(`#/story/${target.id}`, true))} />
        )}
      </div>
    </>
  );
}

interface WhichProps {
  target: View;
  kind: KindPage;
  chosen: string;
  choose: (name: string) => void;
}

/** The fields that may be wrong, each with what it says. */
function Which({ target, kind, chosen, choose }: WhichProps) {
  const world = useWorld();
  return (
    <div class="field">
      <h2 id="f-which">{say("correct.which")}</h2>
      <div class="chips even" role="group" aria-labelledby="f-which">
        {correctable(kind).map(([name, field]) => (
          <button
            key={name}
            type="button"
            class={name === chosen ? "chip on" : "chip"}
            aria-pressed={name === chosen}
            onClick={() => choose(name)}
          >
            {pick(field.label)}
          </button>
        ))}
      </div>
      {chosen && (
        <p class="note">
          {say("correct.now")}{" "}
          <b class="ink">
            {valueWords(kind.fields[chosen] as Field, target.values[chosen], world) || say("correct.empty")}
          </b>
        </p>
      )}
    </div>
  );
}

interface WantedProps {
  field: Field;
  name: string;
  value: Value | undefined;
  filling: Filling;
  set: (value: Value) => void;
}

/** What the field should say, in its own editor, and who will decide. */
function Wanted({ field, name, value, filling, set }: WantedProps) {
  const own = { ...filling, values: { [name]: value ?? null }, set: (_: string, next: Value) => set(next) };
  const label = <Why term={say("correct.new")} why={field.purpose} />;
  return (
    <>
      <Editor key={name} name={name} field={field} filling={own} label={label} must={false} />
      {field.type === "place" && <p class="note">{say("correct.place")}</p>}
      <p class="note">{say(field.correct === "owner" ? "correct.owner" : "correct.own")}</p>
    </>
  );
}
