// What records named here have to say about how it is done: a handbook reaches whoever is to work by it, without a
// network, in the record that names it.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { Icon } from "../widgets/icon.tsx";
import { useWorld } from "../widgets/use-model.ts";
import { titleWords } from "../widgets/value-words.ts";
import { pick } from "../words/say.ts";

const LONG = 1_000; // characters: a text that may be so long is something to work by, and no remark

/** The long texts of the records that this one names, each with the way to its record. */
export function Guides({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const named = Object.entries(page.fields).flatMap(([name, { type }]) =>
    type === "ref" ? [world.views.get(String(view.values[name] ?? ""))] : [],
  );
  return (
    <>
      {named.map(
        (other) => other && <Guide key={other.id} view={other} page={world.kinds.get(other.kind)} />,
      )}
    </>
  );
}

function Guide({ view, page }: { view: View; page: KindPage | undefined }) {
  const world = useWorld();
  const texts = Object.entries(page?.fields ?? {}).filter(
    ([name, { type, high }]) => type === "text" && (high ?? 0) >= LONG && view.values[name],
  );
  if (texts.length === 0) return null;
  return (
    <section>
      {texts.map(([name, field]) => (
        <div key={name} class="said">
          <b>{pick(field.label)}</b>
          <p style="white-space:pre-line">{String(view.values[name])}</p>
        </div>
      ))}
      <a class="quiet" href={`#/story/${view.id}`}>
        {titleWords(view, world)}
        <Icon name="next" />
      </a>
    </section>
  );
}
