// Drawing grids without tiles: from degrees to a small flat picture, and what a fix says about a border.
// A town is a few kilometres wide, so a plane with one scale for longitude is exact to centimetres.

import { inside, METRES_PER_E7, type Point, type Ring } from "../sync/place.ts";

export type Spot = readonly [x: number, y: number]; // metres east and south of the origin

/** Make the projection whose origin is this place. */
export function plane([latE7, lonE7]: Point): (point: Point) => Spot {
  const narrow = Math.cos((latE7 / 1e7) * (Math.PI / 180));
  return ([lat, lon]) => [(lon - lonE7) * METRES_PER_E7 * narrow, (latE7 - lat) * METRES_PER_E7];
}

/** Metres from a point to the nearest border of a ring. */
export function toBorder(ring: readonly Spot[], [x, y]: Spot): number {
  let least = Infinity;
  for (const [[ax, ay], [bx, by]] of edges(ring)) {
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length2
      ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2))
      : 0;
    least = Math.min(least, Math.hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y));
  }
  return least;
}

/** What a fix says about its grid: how far from the line, on which side, and whether that is certain. */
export interface Standing {
  within: boolean;
  metres: number; // to the line
  sure: boolean; // the line is farther off than the fix is wrong
}

/** Judge a fix against the border of a grid; null when the grid has no shape. */
export function standing(shape: Ring, fix: Point, accuracyCm: number): Standing | null {
  if (shape.length < 3) return null;
  const to = plane(fix);
  const metres = toBorder(shape.map(to), [0, 0]);
  return { within: inside(fix, shape), metres, sure: metres * 100 > accuracyCm };
}

/** Half the width of a near view, in metres: shows the accuracy ring and the nearest line. */
export const nearView = (accuracyM: number, borderM: number): number =>
  Math.max(60, 3 * accuracyM, 1.5 * (Math.min(borderM, 2_000) + accuracyM));

/** An SVG path of a ring. */
export const outline = (ring: readonly Spot[]): string =>
  `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;

/** The box round points: [left, top, width, height], with a margin as a share of its size. */
export function box(points: readonly Spot[], margin = 0.06): [number, number, number, number] {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  const width = Math.max(1, Math.max(...xs) - left);
  const height = Math.max(1, Math.max(...ys) - top);
  return [left - width * margin, top - height * margin, width * (1 + 2 * margin), height * (1 + 2 * margin)];
}

const edges = (ring: readonly Spot[]): [Spot, Spot][] =>
  ring.map((point, index) => [point, ring[(index + 1) % ring.length] as Spot]);
