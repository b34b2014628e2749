// After the shutter: photo, place, what it is, a few words, send. Sending always works, even with
// nothing chosen; everything is on the phone already.

import { useEffect, useState } from "preact/hooks";
import type { Draft as DraftValue, Me } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { accuracyWords } from "../widgets/distance.ts";
import { Editor, TextInput, Toggle, toggled } from "../widgets/editor.tsx";
import { type Filling, newRecord, useFilling } from "../widgets/filling.ts";
import { Head, Help } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { GridSelect, later, VoiceNote } from "../widgets/later.tsx";
import { alarms, asked, firstOf, type NamedField } from "../widgets/page.ts";
import { Options } from "../widgets/tiles.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { unitWords } from "../widgets/value-words.ts";
import { pick, say } from "../words/say.ts";
import { Discard } from "./discard.tsx";
import { Shots } from "./draft-shots.tsx";
import { ownUnits } from "./places.ts";
import { go, kept } from "./route.ts";

const AlikeCard = later(() => import("./alike-card.tsx").then((file) => file.AlikeCard));

/** What every form of a new record is given. */
export interface FormProps {
  page: KindPage;
  draft: DraftValue | null; // the draft of this kind, if one is begun
  about: string; // id of the record it is about, "" if none
}

/** The form behind the camera, laid out by the types of the page's fields. */
export function Draft({ page, draft }: FormProps) {
  const model = useModel();
  const filling = useFilling(newRecord(page.name, draft?.area ?? 0));
  useEffect(() => {
    if (!draft) void filling.start().then(() => model.locate());
  }, []);
  const { photos, voice, matter, flags, note, phrases, rest } = partsOf(page);
  return (
    <>
      <Head title={say("place.report")} note={say("draft.kept")} back="#/">
        <Help />
      </Head>
      <div class="body tight">
        {photos && <Shots name={photos[0]} filling={filling} lost={draft?.cameraOpen ?? false} />}
        <Where page={page} draft={draft} filling={filling} rest={rest} />
        <div class="row ask">
          {matter && <h2 id="f-what">{say("draft.what")}</h2>}
          {flags.map((flag) => alarms(flag[1]) && <Flag key={flag[0]} named={flag} filling={filling} />)}
        </div>
        {matter && <Choice named={matter} filling={filling} />}
        {note && <Note named={note} voice={voice} filling={filling} />}
        {phrases && <Phrases named={phrases} filling={filling} />}
        {flags.map((flag) => !alarms(flag[1]) && <Flag key={flag[0]} named={flag} filling={filling} />)}
        <AlikeCard page={page} filling={filling} />
        <div class="foot">
          <button type="button" class="lamp tall" onClick={() => void filling.send().then(kept)}>
            <Icon name="up" />
            {say("place.report")}
          </button>
        </div>
        <Discard drop={() => filling.drop().then(() => go("#/", true))} />
      </div>
    </>
  );
}

/** Which field plays which part of the form: the first of its type does. */
function partsOf(page: KindPage) {
  const fields = asked(page);
  const [photos, matter, note] = [
    firstOf(fields, "photos"),
    firstOf(fields, "choice"),
    firstOf(fields, "text"),
  ];
  const phrases = firstOf(fields, "choices");
  const flags = fields.filter(([, field]) => field.type === "flag");
  const voice = fields.find(([, field]) => field.holds === "sound");
  const shown = [photos, voice, matter, note, phrases, firstOf(fields, "place"), ...flags];
  return {
    photos,
    voice,
    matter,
    flags,
    note,
    phrases,
    rest: fields.filter((each) => !shown.includes(each)),
  };
}

interface PartProps {
  named: NamedField;
  filling: Filling;
}

function Flag({ named: [name, field], filling }: PartProps) {
  const on = filling.values[name] === true;
  const icon = alarms(field) ? "siren" : "";
  return <Toggle on={on} flip={() => filling.set(name, !on)} label={pick(field.label)} icon={icon} />;
}

function Phrases({ named: [name, field], filling }: PartProps) {
  const value = filling.values[name] ?? [];
  return (
    <Options
      field={field}
      value={value}
      label={pick(field.label)}
      class="even"
      pickOne={(one) => filling.set(name, toggled(value, one))}
    />
  );
}

function Choice({ named: [name, field], filling }: PartProps) {
  const value = filling.values[name];
  return (
    <Options
      field={field}
      value={value}
      labelledBy="f-what"
      pickOne={(one) => filling.set(name, value === one ? null : one)}
    />
  );
}

/** A few words, written or spoken: the one beside the other. */
function Note({ named: [name, field], voice, filling }: PartProps & { voice: NamedField | undefined }) {
  return (
    <div class="words">
      <label for="f-note" class="away">
        {pick(field.label)}
      </label>
      <TextInput
        id="f-note"
        field={field}
        value={filling.values[name] ?? null}
        set={(text) => filling.set(name, text)}
        hint={say("draft.note")}
      />
      {voice && <VoiceNote name={voice[0]} filling={filling} />}
    </div>
  );
}

interface WhereProps {
  page: KindPage;
  draft: DraftValue | null;
  filling: Filling;
  rest: readonly NamedField[];
}

/** Place and grid, found by itself; changed by hand where it is wrong or missing. */
function Where({ page, draft, filling, rest }: WhereProps) {
  const model = useModel();
  const world = useWorld();
  const [open, setOpen] = useState(false);
  const units = ownUnits(model.me.value as Me, page, world.units);
  const grid = unitWords(draft?.area ?? 0, world);
  const words = rest.flatMap(([name, field]) =>
    field.type === "text" ? [String(filling.values[name] ?? "")] : [],
  );
  const fix = draft?.fix ? accuracyWords(draft.fix.accuracyCm) : say("place.seeking");
  return (
    <>
      <div class="row where">
        <Icon name="pin" />
        <span class="grow">
          <b>{grid || say("place.unknown")}</b>
          <span class="note">{[...words, fix].filter(Boolean).join(" · ")}</span>
        </span>
        <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
          {say(open ? "done" : "change")}
        </button>
      </div>
      {open && (
        <div class="said">
          <GridSelect
            units={units}
            value={draft?.area ?? 0}
            set={(area) => void filling.start().then(() => model.editDraft({ area }))}
          />
          {rest.map(([name, field]) => (
            <Editor key={name} name={name} field={field} filling={filling} />
          ))}
          <button type="button" class="plain" onClick={() => model.locate()}>
            <Icon name="pin" />
            {say("place.again")}
          </button>
        </div>
      )}
    </>
  );
}
