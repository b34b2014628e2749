// The ridge at night: one house for each duty of the day, its window lit once the duty is done.
// Decoration only: the sentence above it says the same in numbers.

const FAR = "M-10 118V23l8 2 31 43L65 5l12 4 29 48 32-32 7 1 54 24 46-42 8 2 45 43 48-47 7 3 17 109z";
const NEAR = "M-10 118V57l12 4 30 33 39-33 13 4 44 20 48-22 10 2 57 28 52-28 12 2 39 14 24 37z";
const FRONT = "M-10 118V96l14 2 63 18 46-29 8 4 58 21 57-15 13 1 44 18 47-23 13 2 17 23z";
const HEIGHTS = [85, 85, 67, 78, 89, 71, 72];

/** Draw the ridge with `lit.length` houses. */
export function Ridge({ lit }: { lit: readonly boolean[] }) {
  const gap = 296 / Math.max(1, lit.length - 1);
  return (
    <svg class="ridge" viewBox="0 0 360 118" aria-hidden="true">
      <path d={FAR} fill="var(--hill-2)" />
      <path d={NEAR} fill="var(--hill-3)" opacity=".62" />
      <path d={FRONT} fill="var(--hill-3)" />
      {lit.map((on, index) => (
        <g
          key={index}
          class={on ? "house lit" : "house"}
          transform={`translate(${Math.round(32 + index * gap)} ${HEIGHTS[index % 7]})`}
        >
          <path d="M-11 16V2L0-8 11 2v14z" />
          <rect x="-4" y="2" width="8" height="9" rx="1" />
        </g>
      ))}
    </svg>
  );
}
