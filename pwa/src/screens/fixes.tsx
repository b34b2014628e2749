// What somebody said to be wrong, as a list: old and new on one line, put right in one tap. To leave it as it is
// needs a reason, which the card asks for.

import { Icon } from "../widgets/icon.tsx";
import { stepOf } from "../widgets/page.ts";
import { Row } from "../widgets/row.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { proposalOf } from "./proposal.ts";
import { buzz } from "./route.ts";
import type { Card } from "./use-risks.ts";
import { Whys } from "./whys.tsx";

/** The list; nothing where nobody said so. */
export function Fixes({ cards }: { cards: readonly Card[] }) {
  if (cards.length === 0) return null;
  return (
    <section>
      <h2>
        {say("queue.fixes")} <span class="note">{say("list.count", { n: cards.length })}</span>
      </h2>
      {cards.map((card) => (
        <Fix key={card.view.id} card={card} />
      ))}
    </section>
  );
}

function Fix({ card: { view, page, risk } }: { card: Card }) {
  const model = useModel();
  const world = useWorld();
  const through = view.offers.find((offer) => offer.tone === "go" && offer.needs.length === 0);
  const take = async (): Promise<void> => {
    await model.take(view.id, through?.step ?? "", {});
    buzz();
  };
  const said = proposalOf(view, page, world.kinds);
  const field = said?.field;
  const [old, value] = [said?.old, said?.value].map(
    (each) => (field && valueWords(field, each, world)) || say("correct.empty"),
  );
  return (
    <div>
      <ul class="recs">
        <Row view={view} href={`#/review/${view.id}`} />
      </ul>
      <div class="said keep">
        <p>
          {pick(field?.label ?? {})} <s class="note">{old}</s> <b>{value}</b>
        </p>
        {through && (
          <button type="button" class="chip" onClick={() => void take()}>
            <Icon name="check" />
            {pick(stepOf(page, through.step)?.label ?? {})}
          </button>
        )}
      </div>
      <Whys risk={risk} nowMs={world.nowMs} />
    </div>
  );
}
