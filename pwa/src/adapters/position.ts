// Where the phone is: each better fix for a while, as the browser finds them. Asking may be refused, and
// nothing waits for the answer.

import type { Fix, Position } from "../ports.ts";

const LOOK_MS = 15_000; // then the last fix stands
const GOOD_CM = 1_500; // no better is to be had outdoors; stop and spare the battery
const RECENT_MS = 60_000; // the browser's own last fix may be so old

export function browserPosition(geolocation: Geolocation | undefined = navigator.geolocation): Position {
  return {
    watch(found) {
      if (!geolocation) return () => undefined;
      let best = Number.POSITIVE_INFINITY;
      const stop = (): void => {
        geolocation.clearWatch(watch);
        clearTimeout(timer);
      };
      const see = (position: GeolocationPosition): void => {
        const fix = fixOf(position);
        if (fix.accuracyCm > best) return;
        best = fix.accuracyCm;
        found(fix);
        if (best <= GOOD_CM) stop();
      };
      const options = { enableHighAccuracy: true, timeout: LOOK_MS, maximumAge: RECENT_MS };
      const watch = geolocation.watchPosition(see, () => undefined, options);
      const timer = setTimeout(stop, LOOK_MS);
      return stop;
    },
  };
}

/** Degrees to whole 1e-7 degrees. Only satellites give a height, so one tells the source. */
export const fixOf = ({ coords, timestamp }: GeolocationPosition): Fix => ({
  latE7: Math.round(coords.latitude * 1e7),
  lonE7: Math.round(coords.longitude * 1e7),
  accuracyCm: Math.round(coords.accuracy * 100),
  atMs: Math.round(timestamp),
  source: coords.altitude === null ? 1 : 0,
});
