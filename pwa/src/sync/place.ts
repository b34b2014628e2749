// Twin of sync/place.py: read the reasons there. Shared cases: tests/vectors/place.json.

export type Point = readonly [latE7: number, lonE7: number, ...rest: number[]]; // a place value is one too
export type Ring = readonly Point[]; // not closed: the last vertex joins the first

export const METRES_PER_E7 = 0.011131949; // of latitude

/** Each edge of a ring as [start, end]. */
const edges = (ring: Ring): (readonly [Point, Point])[] =>
  ring.map((here, at) => [ring[(at || ring.length) - 1] as Point, here]);

/** Tell whether a point lies in a polygon; a shared edge belongs to exactly one of two neighbours. */
export function inside([lat, lon]: Point, ring: Ring): boolean {
  let odd = false;
  for (const [there, here] of edges(ring)) {
    if (here[0] > lat !== there[0] > lat) {
      const side = (lon - here[1]) * (there[0] - here[0]) - (there[1] - here[1]) * (lat - here[0]);
      if (side < 0 === there[0] > here[0] && side !== 0) odd = !odd;
    }
  }
  return odd;
}

/** Measure the distance of two points, whole metres. */
export const metresApart = (one: Point, other: Point): number =>
  roundHalfUp(METRES_PER_E7 * Math.hypot(other[0] - one[0], (other[1] - one[1]) * squeezeAt(one)));

/** Measure how far a point lies outside a polygon, whole metres; 0 inside or without a polygon. */
export function metresOutside(point: Point, ring: Ring): number {
  if (ring.length < 3 || inside(point, ring)) return 0;
  return roundHalfUp(Math.min(...edges(ring).map(([start, end]) => toEdge(point, start, end))));
}

/** Find the unit a point lies in; 0 if it lies in none. Of several, the lowest id. */
export function gridOf(point: Point, shapes: ReadonlyMap<number, Ring>): number {
  let found = 0;
  for (const [unit, ring] of shapes)
    if ((!found || unit < found) && ring.length > 2 && inside(point, ring)) found = unit;
  return found;
}

/** Round to whole numbers, halves away from zero. */
export const roundHalfUp = (number: number): number =>
  number >= 0 ? Math.floor(number + 0.5) : 0 - Math.floor(0.5 - number);

const squeezeAt = (point: Point): number => Math.cos((point[0] * 1e-7 * Math.PI) / 180);

/** Measure from a point to the nearest point of an edge, metres. */
function toEdge(point: Point, start: Point, end: Point): number {
  const squeeze = squeezeAt(point);
  const ax = (start[1] - point[1]) * squeeze;
  const ay = start[0] - point[0];
  const dx = (end[1] - point[1]) * squeeze - ax;
  const dy = end[0] - point[0] - ay;
  const long = dx * dx + dy * dy;
  const along = long === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / long));
  return Math.hypot(ax + along * dx, ay + along * dy) * METRES_PER_E7;
}
