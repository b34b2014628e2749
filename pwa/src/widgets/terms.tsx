// What is known of a thing, as a list of terms, each with what is said of it.

/** Draw the list; nothing where nothing is known. */
export function Terms({ rows }: { rows: readonly (readonly [term: string, words: string])[] }) {
  if (rows.length === 0) return null;
  return (
    <dl class="facts">
      {rows.map(([term, words]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
