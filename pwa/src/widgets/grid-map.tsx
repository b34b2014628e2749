// A grid drawn from its polygon: villages tinted, own grid in heavy ink, the fix with its accuracy as
// a dashed ring. No tiles, no network (rule 13 of the look).

import { useState } from "preact/hooks";
import type { Unit } from "../model.ts";
import type { Value } from "../sync/value.ts";
import { say } from "../words/apart.ts";
import { metresWords } from "./distance.ts";
import { Icon } from "./icon.tsx";
import { box, nearView, outline, plane, type Spot, standing } from "./map.ts";
import { useWorld } from "./use-model.ts";
import { unitWords } from "./value-words.ts";

const TINTS = "abcd";

/** Draw a place value on the map of a grid, with what it means in words. */
export function GridMap({ place, area }: { place: Value; area: number }) {
  const world = useWorld();
  const [near, zoom] = useState(true);
  const grid = world.units.get(area);
  const [lat, lon, accuracyCm] = (Array.isArray(place) ? place : []) as number[];
  if (!grid || grid.shape.length < 3 || lat === undefined || lon === undefined) return null;
  const judged = standing(grid.shape, [lat, lon], accuracyCm ?? 0);
  const sure = judged?.within && judged.sure;
  return (
    <div class="place">
      <Drawing
        grid={grid}
        units={[...world.units.values()]}
        fix={[lat, lon, (accuracyCm ?? 0) / 100]}
        near={near}
      />
      <div class="grow">
        <span class="mark">
          <Icon name={sure ? "pin" : "eye"} />
          {sure ? unitWords(area, world) : say("flag.look")}
        </span>
        <p class="note ink">{standingWords(grid, lat, lon, accuracyCm ?? 0)}</p>
        <button type="button" class="chip" aria-pressed={!near} onClick={() => zoom(!near)}>
          <Icon name="pin" />
          {say(near ? "map.whole" : "map.near")}
        </button>
      </div>
    </div>
  );
}

/** What a fix says about the border of its grid, claiming no more than it can. */
export function standingWords(grid: Unit, latE7: number, lonE7: number, accuracyCm: number): string {
  const judged = standing(grid.shape, [latE7, lonE7], accuracyCm);
  if (!judged) return "";
  const params = {
    metres: metresWords(Math.max(1, Math.round(judged.metres))), // as the server tells them in a flag
    accuracy: metresWords(Math.max(1, accuracyCm / 100)),
  };
  if (judged.within) return say(judged.sure ? "flag.in" : "flag.inEdge", params);
  return say(judged.sure ? "flag.out" : "flag.outEdge", params);
}

interface DrawingProps {
  grid: Unit;
  units: readonly Unit[];
  fix: readonly [latE7: number, lonE7: number, accuracyM: number];
  near: boolean;
}

function Drawing({ grid, units, fix: [lat, lon, accuracyM], near }: DrawingProps) {
  const to = plane([lat, lon]);
  const ringOf = (unit: Unit): Spot[] => unit.shape.map(to);
  const own = ringOf(grid);
  const half = nearView(accuracyM, standing(grid.shape, [lat, lon], 0)?.metres ?? 0);
  const view = near ? [-half, -half, 2 * half, 2 * half] : box([...own, [0, 0]]);
  const px = Math.max(view[2] as number, view[3] as number) / 160; // metres per drawn point
  const parents = [...new Set(units.filter((unit) => unit.tier === 5).map((unit) => unit.parent))];
  return (
    <svg class="map" viewBox={view.join(" ")} role="img" aria-label={say("map", { grid: grid.name })}>
      {units.map((unit) =>
        unit.tier === 5 && unit.shape.length > 2 ? (
          <path
            key={unit.id}
            d={outline(ringOf(unit))}
            class={`g ${TINTS[parents.indexOf(unit.parent) % 4]}`}
          />
        ) : null,
      )}
      {units.map((unit) =>
        unit.tier === 4 && unit.shape.length > 2 ? (
          <path key={unit.id} d={outline(ringOf(unit))} class="village" />
        ) : null,
      )}
      <path d={outline(own)} class="own" />
      <circle r={Math.max(accuracyM, 9 * px)} class="ring" />
      <circle r={5.5 * px} class="dot" />
    </svg>
  );
}
