// The week's questions, for who keeps the answers: what was answered and is not written up, what was answered
// late, what did not help, what is to be looked at again. A tap leads to each; signing off says who looked and
// at how much.

import { useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { type Week as Found, weekOf } from "../widgets/answers.ts";
import { useComing } from "../widgets/coming.ts";
import { dayOf, dayWords } from "../widgets/dates.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { stepOf } from "../widgets/page.ts";
import { Row } from "../widgets/row.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { creatable } from "./begin.ts";
import { REVIEW } from "./registry.ts";
import { buzz } from "./route.ts";

/** The page by which a person signs a week off; undefined for who does not. */
export function useReviewPage(): KindPage | undefined {
  const { kinds } = useWorld();
  const me = useModel().me.value as Me;
  return creatable(me, kinds).find(({ name }) => name === REVIEW);
}

function useWeek(): Found {
  const { views, kinds, nowMs } = useWorld();
  const signed = [...views.values()].filter(({ kind }) => kind === REVIEW).map(({ madeMs }) => madeMs);
  return weekOf(views, kinds, nowMs, dayOf(nowMs), Math.max(0, ...signed));
}

/** The screen. */
export function Week() {
  const week = useWeek();
  const { nowMs } = useWorld();
  const page = useReviewPage();
  const coming = useComing();
  const { open, late, low, stale } = week;
  return (
    <>
      <Head title={say("week.title")} note={dayWords(nowMs)} back="#/find" />
      <div class="body flush">
        {coming && <p class="note">{coming}</p>}
        <Part title={say("week.open", { n: open.length })} views={open} write />
        <Part title={say("week.late", { n: late.length })} views={late} />
        <Part title={say("week.low", { n: low.length })} views={low} />
        <Part title={say("week.stale", { n: stale.length })} views={stale} />
      </div>
      {page && !coming && <SignOff page={page} week={week} />}
    </>
  );
}

function Part({ title, views, write = false }: { title: string; views: readonly View[]; write?: boolean }) {
  const coming = useComing();
  if (coming && views.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="recs">
        {views.map((view) => (
          <>
            <Row key={view.id} view={view} />
            {write && (
              <li key={`${view.id}-up`} class="row">
                <WriteUp view={view} />
              </li>
            )}
          </>
        ))}
      </ul>
    </section>
  );
}

/** The way from a question that was answered to a text that all will find. */
export function WriteUp({ view }: { view: View }) {
  const { kinds } = useWorld();
  const me = useModel().me.value as Me;
  const page = kinds.get(view.kind);
  const step = view.offers.some((offer) => offer.step === page?.answers?.publish)
    ? stepOf(page as KindPage, page?.answers?.publish ?? "")
    : undefined;
  const made = kinds.get(page?.fields[step?.needs[0] ?? ""]?.refers ?? "");
  if (!made || !creatable(me, kinds).includes(made)) return null;
  return (
    <a class="plain wide" href={`#/new/${made.name}/${view.id}`}>
      <Icon name={made.icon} />
      {say("week.write", { kind: pick(made.label) })}
    </a>
  );
}

/** Who looked at the week, and at how much of what: it is kept as a record. */
function SignOff({ page, week }: { page: KindPage; week: Found }) {
  const model = useModel();
  const { views, me, nowMs } = useWorld();
  const [busy, setBusy] = useState(false);
  const today = dayOf(nowMs);
  const done = [...views.values()].some(
    (view) => view.kind === page.name && view.author === me && view.values.week === today,
  );
  if (done)
    return (
      <p class="center" role="status">
        {say("week.done")}
      </p>
    );
  const sign = async (): Promise<void> => {
    setBusy(true);
    const { open, written, late, low, stale } = week;
    const counts = { written_up: written.length, left: open.length, breaches: late.length };
    await model.create(page.name, { week: today, ...counts, low: low.length, stale: stale.length });
    setBusy(false);
    buzz();
  };
  return (
    <div class="foot bar-top">
      <button type="button" class="lamp" disabled={busy} onClick={() => void sign()}>
        <Icon name="check" />
        {say("week.sign")}
      </button>
    </div>
  );
}

/** The way to the week's list, for who signs it off. */
export function WeekLink() {
  const page = useReviewPage();
  const { open } = useWeek();
  if (!page) return null;
  return (
    <a class="todo calm" href="#/find/week">
      <Icon name={page.icon} />
      <b class="grow">{open.length ? say("week.link", { n: open.length }) : say("week.title")}</b>
      <Icon name="next" />
    </a>
  );
}
