// One card to decide: photo, words, place, then let through or send back with a reason that names the
// field. Works offline: the decision is kept on the phone and the next card comes.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Offer, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { useComing } from "../widgets/coming.ts";
import { timeWords, whenWords } from "../widgets/dates.ts";
import { GridMap } from "../widgets/grid-map.tsx";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Flags, StateMark } from "../widgets/mark.tsx";
import { asked, firstOf, stepOf } from "../widgets/page.ts";
import { Shots } from "../widgets/shots.tsx";
import { Sounds } from "../widgets/sounds.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, unitWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Facts } from "./facts.tsx";
import { reviewable } from "./places.ts";
import { type Reason, Reasons } from "./reasons.tsx";
import type { Risk } from "./risk.ts";
import { buzz, go } from "./route.ts";
import { OldAndNew } from "./said-wrong.tsx";
import { Twins } from "./twins.tsx";
import { useReviews } from "./use-risks.ts";
import { Whys } from "./whys.tsx";

const last = signal(""); // what was decided on the card before, told on the next one

/** The card of one record, and on to the next. */
export function Review({ id }: { id: string }) {
  const world = useWorld();
  const view = world.views.get(id);
  const page = view && world.kinds.get(view.kind);
  const cards = useReviews();
  const at = cards.findIndex((card) => card.view.id === id);
  const next = (cards[at + 1] ?? cards[at - 1])?.view;
  if (!view || !page || !reviewable(view, world.kinds))
    return <Decided view={view} page={page} next={cards[0]?.view} />;
  return (
    <>
      <Head
        title={say("queue.review", { n: cards.length })}
        note={say("review.card", { n: at + 1 })}
        back="#/queue"
      />
      <Card
        key={id}
        view={view}
        page={page}
        risk={cards[at]?.risk ?? null}
        after={next ? `#/review/${next.id}` : "#/queue"}
      />
    </>
  );
}

/** Somebody else was first, or it was this person a moment ago. */
function Decided({
  view,
  page,
  next,
}: {
  view: View | undefined;
  page: KindPage | undefined;
  next: View | undefined;
}) {
  const coming = useComing();
  if (!view && coming) return <Head title={coming} back="#/queue" />;
  return (
    <>
      <Head title={say("review.decided")} back="#/queue" />
      <div class="body">
        <div class="blank">
          {view && <StateMark view={view} page={page} />}
          <p>{say("review.decidedWhy")}</p>
        </div>
        <div class="foot">
          {view && (
            <a class="plain" href={`#/story/${view.id}`}>
              {say("review.look")}
            </a>
          )}
          <a class="lamp" href={next ? `#/review/${next.id}` : "#/queue"}>
            {say(next ? "review.next" : "review.back")}
          </a>
        </div>
      </div>
    </>
  );
}

/** The reasons that stand nowhere else on the card: photos and map say their own. */
const beside = (risk: Risk): Risk => ({
  ...risk,
  whys: risk.whys.filter(({ code, flag }) => !flag && code !== "outside" && code !== "emergency"),
});

interface CardProps {
  view: View;
  page: KindPage;
  risk: Risk | null;
  after: string; // hash to go to once decided
}

/** What was decided on the card before. */
const Last = () =>
  last.value ? (
    <p role="status" class="note">
      {last.value}
    </p>
  ) : null;

function Card({ view, page, risk, after }: CardProps) {
  const model = useModel();
  const [reason, setReason] = useState<Reason | null>(null);
  const [why, setWhy] = useState("");
  const through = view.offers.find((offer) => offer.tone === "go") as Offer;
  const label = (step: string): string => pick(stepOf(page, step)?.label ?? {}) || step;
  const decide = async (step: string, values: Readonly<Record<string, Value>>): Promise<void> => {
    last.value = say("review.last", { step: label(step) });
    await model.take(view.id, step, values);
    buzz();
    go(after, true);
  };
  const back = (): void => {
    if (!reason || reason.missing) setWhy(say(reason ? "review.write" : "review.reason"));
    else void decide(reason.step, reason.values);
  };
  const first = view.offers.find((offer) => offer.tone === "back")?.step ?? "";
  return (
    <div class="body tight">
      <Last />
      <What view={view} page={page} />
      <Whys risk={risk && beside(risk)} nowMs={model.nowMs.value} />
      <Twins view={view} page={page} after={() => go(after, true)} />
      <Reasons
        view={view}
        page={page}
        chosen={reason}
        choose={(next) => {
          setWhy("");
          setReason(next);
        }}
      />
      <div class="foot">
        {why && <p role="alert">{why}</p>}
        <div class="ends">
          <button type="button" class="plain" onClick={back}>
            {label(reason?.step ?? first)}
          </button>
          <button type="button" class="lamp" onClick={() => void decide(through.step, {})}>
            <Icon name="check" />
            {label(through.step)}
          </button>
        </div>
      </div>
    </div>
  );
}

/** What there is to see: photo, words, who and when, the place on its grid. */
function What({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const said = asked(page).filter(
    ([, field]) => field.type === "choices" || (field.type === "text" && field.rule !== "log"),
  );
  const quoted = said.filter(([name]) => !page.title.includes(name));
  const quote = quoted.map(([name, field]) => valueWords(field, view.values[name], world)).filter(Boolean);
  const place = firstOf(Object.entries(page.fields), "place");
  const mapped = place && view.values[place[0]];
  const params = {
    who: personWords(view.author, world),
    made: whenWords(view.madeMs, world.nowMs),
    got: view.receivedMs > 0 ? say("review.got", { time: timeWords(view.receivedMs) }) : say("review.notYet"),
  };
  return (
    <>
      <Shots view={view} notes />
      <Sounds keys={view.sounds} />
      <OldAndNew view={view} page={page} />
      <div>
        <b class="lead">{titleWords(view, world)}</b> <Flags view={view} page={page} />
        <p class="note">{say("review.who", params)}</p>
        {quote.length > 0 && <q>{quote.join("\n")}</q>}
        <Facts view={view} page={page} but={[...page.title, ...quoted.map(([name]) => name)]} />
      </div>
      {mapped ? (
        <GridMap place={mapped} area={view.area} />
      ) : (
        place?.[1].ask && <p class="note">{say("review.noPlace", { grid: unitWords(view.area, world) })}</p>
      )}
    </>
  );
}
