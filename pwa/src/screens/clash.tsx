// Two people wrote two things. Both stand here at the same size and in the same colour, because the
// app has no right to prefer one; what is not taken is kept.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { whenWords } from "../widgets/dates.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { go } from "./route.ts";

type Choice = View["clashes"][number]["choices"][number];

interface ClashProps {
  view: View;
  page: KindPage;
  name: string; // of the field
}

/** Settle one field of a record. */
export function ClashCard({ view, page, name }: ClashProps) {
  const model = useModel();
  const world = useWorld();
  const clash = view.clashes.find((each) => each.field === name);
  const field = page.fields[name];
  const back = `#/story/${view.id}`;
  if (!clash || !field) return <Settled back={back} />;
  const take = async (value: Value): Promise<void> => {
    await model.settle(view.id, name, value);
    go(back, true);
  };
  const words = clash.choices.map((choice) => valueWords(field, choice.value, world));
  const joined = words.join("\n");
  const fits = field.type === "text" && joined.length <= (field.high ?? 2000);
  return (
    <>
      <Head title={say("clash.title")} back={back} />
      <div class="body">
        <p>
          <b>
            {titleWords(view, world)} · {pick(field.label)}
          </b>
          <br />
          {say("clash.why")}
        </p>
        {clash.choices.map((choice, index) => (
          <Side
            key={choice.stamp.join()}
            choice={choice}
            words={words[index] ?? ""}
            others={clash.choices.filter((each) => !each.mine).length}
            take={take}
          />
        ))}
        <Ways back={back} both={fits ? () => void take(joined) : null} />
      </div>
    </>
  );
}

function Settled({ back }: { back: string }) {
  return (
    <>
      <Head title={say("clash.settled")} back={back} />
      <p class="blank">{say("clash.kept")}</p>
    </>
  );
}

/** The ways that take neither side: keep both as one text, or leave it open. */
function Ways({ back, both }: { back: string; both: (() => void) | null }) {
  return (
    <div class="foot still">
      {both && (
        <button type="button" class="plain" onClick={both}>
          {say("clash.both")}
        </button>
      )}
      <a class="plain" href={back}>
        {say("clash.leave")}
      </a>
      <p class="note center">{say("clash.kept")}</p>
    </div>
  );
}

interface SideProps {
  choice: Choice;
  words: string;
  others: number; // how many are not mine: with one, it is "theirs", else it needs a name
  take: (value: Value) => Promise<void>;
}

function Side({ choice, words, others, take }: SideProps) {
  const world = useWorld();
  const who = choice.person ? personWords(choice.person, world) : say("someone"); // the system fills in nothing
  const label = choice.mine
    ? say("clash.mine")
    : others === 1
      ? say("clash.theirs")
      : say("clash.whose", { who });
  const device = choice.person === world.me && !choice.mine ? say("clash.device") : "";
  return (
    <section class="side">
      <div class="row">
        <span class="face">
          <Icon name="me" />
        </span>
        <span class="grow">
          <b>{who}</b>
          <span class="note">{whenWords(choice.atMs, world.nowMs) + device}</span>
        </span>
      </div>
      <p class="big-word">{words || say("clash.empty")}</p>
      <button type="button" class="plain solid" onClick={() => void take(choice.value)}>
        {label}
      </button>
    </section>
  );
}
