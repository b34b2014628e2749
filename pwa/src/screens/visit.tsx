// A visit in two taps: how, then how they are; the second tap saves. All answers look alike, and the
// place is asked for at the door only. The second time nobody answers, the form says whom else to try.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { nearDay } from "../widgets/dates.ts";
import { TextInput } from "../widgets/editor.tsx";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked, empty, firstOf, type NamedField } from "../widgets/page.ts";
import { Options } from "../widgets/tiles.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Asked } from "./asked.tsx";
import { aboutValues } from "./begin.ts";
import { Also, AnotherDay, Correct, Known, reportFrom, useLeaving, useTarget } from "./call-parts.tsx";
import { callsOn, missesOf } from "./calls.ts";
import type { FormProps } from "./draft.tsx";
import { KindForm } from "./kind-form.tsx";
import { Members } from "./members.tsx";
import { NoticeDoor } from "./notice.tsx";
import { CAMERAS } from "./registry.ts";
import { kept } from "./route.ts";

const AT_THE_DOOR = "door";
const BY_PHONE = "phone";

/** The form of a visit; `about` is the household. Without one, the plain form asks for it. */
export function Visit(props: FormProps) {
  const view = useTarget(props);
  return view ? <Taken {...props} view={view} /> : <KindForm {...props} />;
}

function Taken({ page, view }: FormProps & { view: View }) {
  const world = useWorld();
  const fields = asked(page);
  const target = firstOf(fields, "ref");
  const [how, result] = fields.filter(([, field]) => field.type === "choice") as [NamedField, NamedField];
  const filling = useFilling(newRecord(page.name, view.area, aboutValues(page, view)));
  const rest = fields.filter((each) => ![target, how, result].includes(each));
  useLeaving(page, rest);
  return (
    <>
      <Head title={`${pick(page.label)} ${titleWords(view, world)}`} back="#/today" />
      <div class="body tight">
        <Whom view={view} page={page} />
        <Taps how={how} result={result} filling={filling} view={view} />
        <More rest={rest} filling={filling}>
          <AnotherDay view={view} page={page} />
        </More>
        <div class="said">
          <Members view={view} />
          <Known view={view} />
          <Correct view={view} />
          <NoticeDoor page={page} />
        </div>
      </div>
    </>
  );
}

interface TapsProps {
  how: NamedField;
  result: NamedField;
  filling: Filling;
  view: View;
}

/** The two taps. */
function Taps({ how: [how, ways], result: [result, answers], filling, view }: TapsProps) {
  const model = useModel();
  const [why, setWhy] = useState("");
  const [also, setAlso] = useState(false);
  const finish = useSaving(result, filling, view);
  const mode = filling.values[how];
  const choose = (way: string): void => {
    setWhy("");
    filling.set(how, way);
    if (way === AT_THE_DOOR) void filling.start().then(() => model.locate());
    else if (filling.fix) void model.editDraft({ fix: null });
  };
  const ask = say("visit.result", { ask: pick(answers.label) });
  return (
    <>
      <Ask id="f-how" number={1} done={mode !== undefined} words={pick(ways.label)} />
      <Options field={ways} value={mode} labelledBy="f-how" class="three" pickOne={choose} />
      {mode === BY_PHONE && <Call phone={view.values.phone} />}
      {why && <p role="alert">{why}</p>}
      <Ask id="f-result" number={2} done={false} words={ask} />
      <Options
        field={answers}
        value={undefined}
        labelledBy="f-result"
        class="two huge"
        pickOne={(answer) => (mode ? void finish(answer, also) : setWhy(say("visit.how")))}
      />
      <Also on={also} flip={() => setAlso(!also)} />
    </>
  );
}

/** Save the visit with an answer, and go on to a report if one was asked for. */
function useSaving(result: string, filling: Filling, view: View) {
  const model = useModel();
  return async (answer: string, also: boolean): Promise<void> => {
    filling.set(result, answer);
    const id = await filling.send();
    if (!(also && (await reportFrom(model, CAMERAS[0] ?? "", id, view)))) kept(id);
  };
}

/** Whom the visit is to, how it went last time, and whom else to try where nobody answered then. */
function Whom({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const about = aboutWords(view, world);
  const calls = callsOn(world.views, page, view.id);
  const [last] = calls;
  const misses = missesOf(calls, page);
  const words = last ? wordsOf(last, page, world) : "";
  return (
    <div class="said">
      <b>{about}</b>
      {last && (
        <span class="note">{say("visit.last", { date: nearDay(last.madeMs, world.nowMs), words })}</span>
      )}
      {misses > 0 && <Other view={view} misses={misses} />}
    </div>
  );
}

/** The choices a visit insists on, in words. */
const wordsOf = (view: View, page: KindPage, world: ReturnType<typeof useWorld>): string =>
  Object.entries(page.fields)
    .filter(([, field]) => field.type === "choice" && field.required)
    .map(([name, field]) => valueWords(field, view.values[name], world))
    .join(say("listGap"));

/** Whom else to try, with the number to call if one is among the words. */
function Other({ view, misses }: { view: View; misses: number }) {
  const other = String(view.values.other_contact ?? "");
  const phone = /[\d-]{5,}/.exec(other)?.[0];
  return (
    <p role="status">
      {say(other ? "visit.other" : "visit.missed", { n: misses, other })}
      <Call phone={phone} />
    </p>
  );
}

/** The number to call. */
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

interface MoreProps {
  rest: readonly NamedField[];
  filling: Filling;
  children: ComponentChildren;
}

/** What may be added before the second tap; nothing of it has to be. */
function More({ rest, filling, children }: MoreProps) {
  const note = firstOf(rest, "text");
  const others = rest.filter((each) => each !== note);
  const [open, setOpen] = useState(filling.photos.length > 0);
  const [saying, setSaying] = useState(note !== undefined && !empty(filling.values[note[0]]));
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
        {children}
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
      {open && others.map((each) => <Asked key={each[0]} named={each} filling={filling} />)}
    </>
  );
}
