// Asking the secretary: a few words, and the entry goes along spelled out. And what came of it.

import { useState } from "preact/hooks";
import type { Need, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { askingOf } from "../widgets/asking.ts";
import { Icon } from "../widgets/icon.tsx";
import { StateMark } from "../widgets/mark.tsx";
import { stepOf } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, type World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { noteOf } from "./needs-words.ts";
import { buzz } from "./route.ts";

const TEXT_MAX = 300; // as the page of notes has it
const ENTRY_MAX = 2000;

interface AskProps {
  need: Need;
  word: string; // on the button that opens it
  entry: (world: World) => readonly (readonly string[])[]; // labels and words
}

/** The button, and then the words; what is not written is said by the entry itself. */
export function Ask({ need, word, entry }: AskProps) {
  const model = useModel();
  const world = useWorld();
  const [open, setOpen] = useState(false);
  const [text, write] = useState("");
  if (!open) {
    return (
      <button type="button" class="plain wide" onClick={() => setOpen(true)}>
        <Icon name="quarrel" />
        {word}
      </button>
    );
  }
  const send = async (): Promise<void> => {
    const spelled = noteOf(need, entry(world), world).slice(0, ENTRY_MAX);
    await model.sendOn(need, text.trim() || say("needs.please"), spelled);
    buzz();
  };
  const id = `ask-${need.id}`;
  return (
    <div class="said field wide">
      <label for={id}>{say("needs.say")}</label>
      <textarea
        id={id}
        class="box"
        rows={2}
        maxLength={TEXT_MAX}
        value={text}
        placeholder={say("needs.please")}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <button type="button" class="plain solid" onClick={() => void send()}>
        {say("needs.send")}
      </button>
    </div>
  );
}

/** Where the note stands; once it is answered, the answer, and the way to put the entry away. */
export function Asked({ need }: { need: Need }) {
  const model = useModel();
  const world = useWorld();
  const view = world.views.get(need.sentOn);
  const page = view && world.kinds.get(view.kind);
  const answer = view && page ? answerOf(view, page, world) : "";
  return (
    <div class="said">
      <a class="row apart look" href={`#/story/${need.sentOn}`}>
        <b>{say("needs.sent")}</b>
        {view && <StateMark view={view} page={page} />}
      </a>
      {answer && <p>{answer}</p>}
      {need.open && need.field === "" && (
        <button type="button" class="plain wide" onClick={() => void model.putAway(need)}>
          <Icon name="check" />
          {say("needs.seen")}
        </button>
      )}
    </div>
  );
}

/** Who dealt with it last: in their words, or else in those of the step they took; "" if nobody did. */
function answerOf(view: View, page: KindPage, world: World): string {
  const line = [...view.story]
    .reverse()
    .find((each) => each.to === view.state && each.outcome !== "overtaken");
  if (!line?.step || !line.person) return "";
  const reason = askingOf(page, view)?.question || pick(stepOf(page, line.step)?.label ?? {});
  return say("story.asks", { who: personWords(line.person, world), reason });
}
