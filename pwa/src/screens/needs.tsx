// What needs this person: what was refused, what two people wrote differently, what the secretary has, what
// came too late. One list in plain words; nothing in it goes away by itself.

import type { ComponentChildren } from "preact";
import type { Need } from "../model.ts";
import { useComing } from "../widgets/coming.ts";
import { whenWords } from "../widgets/dates.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Mark, type Shape } from "../widgets/mark.tsx";
import { stepOf } from "../widgets/page.ts";
import { Photo } from "../widgets/photo.tsx";
import { Terms } from "../widgets/terms.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords } from "../widgets/value-words.ts";
import { whyWords } from "../widgets/why.ts";
import { say } from "../words/apart.ts";
import { type Key, pick } from "../words/say.ts";
import { Ask, Asked } from "./needs-ask.tsx";
import { Choices } from "./needs-clash.tsx";
import { entryOf } from "./needs-words.ts";
import { home } from "./route.ts";
import { Lit } from "./saved.tsx";

/** The list. */
export function Needs() {
  const needs = useModel().needs.value;
  const coming = useComing();
  return (
    <>
      <Head title={say("needs.title")} back={home.value} />
      <div class="body">
        {needs.length === 0 && (
          <div class="blank">
            {!coming && <Lit />}
            <p class="lead">{coming || say("needs.none")}</p>
          </div>
        )}
        {needs.map((need) => (
          <Item key={need.id} need={need} />
        ))}
        {needs.length > 0 && <p class="note center">{say("needs.stay")}</p>}
      </div>
    </>
  );
}

const MARKS: Readonly<Record<Need["sort"], readonly [Shape, () => string]>> = {
  refused: ["fail", () => say("needs.refused")],
  clash: ["fail", () => say("clash.title")],
  parked: ["going", () => say("needs.parked")],
  overtaken: ["going", () => say("needs.overtaken")],
};

const BODIES: Readonly<Record<Need["sort"], (props: { need: Need }) => ComponentChildren>> = {
  refused: Refused,
  clash: Choices,
  parked: Parked,
  overtaken: Overtaken,
};

function Item({ need }: { need: Need }) {
  const world = useWorld();
  const found = world.views.get(need.record);
  const view = found?.kind === need.kind ? found : undefined; // an entry kept back bears the name of its record
  const [shape, word] = MARKS[need.sort];
  const Body = BODIES[need.sort];
  const kind = pick(world.kinds.get(need.kind)?.label ?? {}) || need.kind;
  return (
    <section class="side">
      <div class="row apart">
        <Mark shape={shape} word={word()} />
        <span class="note">{whenWords(need.atMs, world.nowMs, true)}</span>
      </div>
      {view ? (
        <a class="row look" href={`#/story/${view.id}`}>
          <b class="grow">{titleWords(view, world)}</b>
          <Icon name="next" />
        </a>
      ) : (
        <b>{kind}</b>
      )}
      <Body need={need} />
    </section>
  );
}

/** An entry the server did not take: the reason, the entry as it was written, and two ways on. */
function Refused({ need }: { need: Need }) {
  const model = useModel();
  return (
    <>
      <p>{whyWords(need.code)}</p>
      <Entry need={need} />
      {need.sentOn ? (
        <Asked need={need} />
      ) : (
        <div class="pair">
          <Ask need={need} word={say("needs.send")} entry={(world) => entryOf(need, world)} />
          <button type="button" class="plain" onClick={() => void model.resend(need.record)}>
            {say("resend")}
          </button>
        </div>
      )}
    </>
  );
}

/** An entry that lies with the secretary. */
function Parked({ need }: { need: Need }) {
  return (
    <>
      <p>{whyWords(need.code)}</p>
      <Entry need={need} />
      <Asked need={need} />
    </>
  );
}

/** What was written, field by field, and the photos that were to go with it. */
function Entry({ need }: { need: Need }) {
  const world = useWorld();
  return (
    <>
      <Terms rows={entryOf(need, world)} />
      {need.photos.length > 0 && (
        <div class="row">
          {need.photos.map((key) => (
            <Photo key={key} id={key} size="thumb" class="thumb" />
          ))}
        </div>
      )}
    </>
  );
}

/** A step that came too late: who was first, and with what. */
function Overtaken({ need }: { need: Need }) {
  const model = useModel();
  const world = useWorld();
  const view = world.views.get(need.record);
  const page = world.kinds.get(need.kind);
  const step = (name: string): string => pick((page && stepOf(page, name)?.label) ?? {}) || name;
  const late = view?.story.find((line) => line.outcome === "overtaken" && line.atMs === need.atMs);
  const first = view?.story.find((line) => line.outcome !== "overtaken" && line.from === late?.from);
  const told = { step: step(need.step), who: personWords(first?.person ?? 0, world) };
  const key: Key | "needs.late" | "needs.lateBy" = first ? "needs.lateBy" : "needs.late";
  return (
    <>
      <p>{say(key, { ...told, other: step(first?.step ?? "") })}</p>
      <button type="button" class="plain wide" onClick={() => void model.putAway(need)}>
        <Icon name="check" />
        {say("needs.seen")}
      </button>
    </>
  );
}
