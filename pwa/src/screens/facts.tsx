// What a record says, field by field, as its page orders and names them.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { flagsOf } from "../widgets/page.ts";
import { Terms } from "../widgets/terms.tsx";
import { useWorld } from "../widgets/use-model.ts";
import { valueWords } from "../widgets/value-words.ts";
import { pick } from "../words/say.ts";
import { keptOf } from "./needs-words.ts";
import { mends } from "./proposal.ts";

const DRAWN = ["photos", "place"]; // shown as pictures

const TOLD = ["target", "kind", "field", "sort", "old", "value", "owner_old", "owner_value"]; // as old and new

interface FactsProps {
  view: View;
  page: KindPage;
  but?: readonly string[]; // fields shown elsewhere on the screen
}

/** The filled fields, as a list of terms. */
export function Facts({ view, page, but = page.title }: FactsProps) {
  const world = useWorld();
  const flags = flagsOf(page, view);
  const telling = mends(page) ? TOLD : [];
  const facts = Object.entries(page.fields).flatMap(
    ([name, field]): (readonly [string, string, string?])[] => {
      if (telling.includes(name)) return [];
      const withStep = field.write?.length === 0; // carried by a step: told in the history
      if (withStep || field.retired || DRAWN.includes(field.type) || but.includes(name)) return [];
      if (flags.includes(field)) return []; // stands beside the state
      if (page.identity === "entry" && field.type === "text")
        return view.entry ? keptOf(view.entry, pick(field.label), world) : [];
      if (!field.ask && field.type !== "text" && field.type !== "int") return [];
      const words = valueWords(field, view.values[name], world);
      return words ? [[pick(field.label), words, field.purpose]] : [];
    },
  );
  return <Terms rows={facts} />;
}
