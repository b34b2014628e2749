// What is known of a thing, as a list of terms, each with what is said of it.

import { Why } from "./why.tsx";

const LINE = 18; // characters: what is longer stands under its term, as wide as the screen

/** Draw the list; nothing where nothing is known. */
export function Terms({ rows }: { rows: readonly (readonly [term: string, words: string, why?: string])[] }) {
  if (rows.length === 0) return null;
  return (
    <dl class="facts">
      {rows.map(([term, words, why = ""]) => (
        <div key={term}>
          <dt>
            <Why term={term} why={why} />
          </dt>
          <dd style={words.length > LINE ? "flex-basis:100%" : undefined}>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
