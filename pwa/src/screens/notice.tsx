// What a worker shows at the door: who asks, what for, by which law, and whom to ask about it. All of it is
// said by the kind pages that people are asked for, and by the directory.

import type { KindPage } from "../sync/kind.ts";
import { asked } from "../widgets/page.ts";
import { Opener, SHEET, useSheet } from "../widgets/sheet.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { unitWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";

const PERSONAL = 2; // sensitivity from which a field is about a person

/** The button that opens the card of what a page asks, and of what goes with it; nothing where no page says why. */
export function NoticeDoor({ page }: { page: KindPage }) {
  const pages = together(page, [...useWorld().kinds.values()]).filter((each) => each.notice);
  if (!pages.length) return null;
  return (
    <Opener chosen={false} words={say("notice.open")}>
      {(close) => <Card pages={pages} close={close} />}
    </Opener>
  );
}

/** The pages that are asked at one door: what this one is about, itself, and what else is about the same. */
export function together(page: KindPage, all: readonly KindPage[]): readonly KindPage[] {
  const about = (each: KindPage): string[] => Object.values(each.fields).map(({ refers }) => refers);
  const own = about(page);
  const rank = (each: KindPage): number =>
    own.includes(each.name)
      ? 0
      : each === page
        ? 1
        : about(each).some((name) => name && around(name))
          ? 2
          : 3;
  const around = (name: string): boolean =>
    name === page.name || (own.includes(name) && !!all.find((each) => each.name === name)?.notice);
  return all.filter((each) => rank(each) < 3).sort((one, other) => rank(one) - rank(other));
}

function Card({ pages, close }: { pages: readonly KindPage[]; close: () => void }) {
  const model = useModel();
  const world = useWorld();
  const { sheet, back } = useSheet(close);
  const me = model.me.value;
  const units = (me?.grants ?? []).map(({ unit }) => unitWords(unit, world));
  const bases = new Set(pages.map((page) => pick(page.notice?.basis ?? {})));
  return (
    <dialog ref={sheet} style={SHEET} aria-label={say("notice.title")}>
      <div class="body">
        <h2 tabIndex={-1}>{say("notice.title")}</h2>
        <p>
          {say("notice.who", {
            town: me?.townName ?? "",
            units: [...new Set(units)].join(say("listGap")),
            name: me?.name ?? "",
          })}
        </p>
        {pages.map((page) => (
          <Asks key={page.name} page={page} />
        ))}
        <h3>{say("notice.basis")}</h3>
        {[...bases].map((words) => (
          <p key={words}>{words}</p>
        ))}
        <h3>{say("notice.rights")}</h3>
        <p>{say("notice.ask", { name: me?.helpName ?? "", phone: me?.helpPhone ?? "" })}</p>
        <button type="button" class="plain wide" onClick={back}>
          {say("notice.close")}
        </button>
      </div>
    </dialog>
  );
}

/** What is asked for a kind of record: all of it together, and what needs a reason of its own. */
function Asks({ page }: { page: KindPage }) {
  const fields = asked(page).filter(([, { sensitivity, type }]) => sensitivity >= PERSONAL && type !== "ref");
  const plain = fields.filter(([, { purpose }]) => !purpose).map(([, { label }]) => pick(label));
  return (
    <section>
      <h3>{pick(page.label)}</h3>
      <p>{pick(page.notice?.why ?? {})}</p>
      <ul>
        {plain.length > 0 && <li>{plain.join(say("listGap"))}</li>}
        {fields.map(
          ([name, { label, purpose }]) =>
            purpose && (
              <li key={name}>
                <b>{pick(label)}</b> <span class="note">{purpose}</span>
              </li>
            ),
        )}
      </ul>
    </section>
  );
}
