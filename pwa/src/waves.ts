// Which piece of which photo goes up next. Pure. Photos come in waves: the preview went with the report's own
// words; the screen size comes next, an emergency's first; an original only when it was asked for, or when
// the person's setting lets it go.

import type { PhotoRow, Piece } from "./ports.ts";
import { type Ration, rationed, untilMidnight } from "./ration.ts";

/** One piece to carry. */
export interface Task {
  readonly photo: PhotoRow;
  readonly part: Piece["part"];
  readonly rank: number; // a lower one goes first
}

/** The next piece, and how long until there may be another one: -1 if nothing waits for time. */
export interface Choice {
  readonly task: Task | null;
  readonly restMs: number;
}

/** Choose what goes up next of a person's photos that the server was told of. */
export function choose(photos: readonly PhotoRow[], ration: Ration): Choice {
  const tasks = photos
    .flatMap((photo) => taskOf(photo, ration))
    .sort((a, b) => a.rank - b.rank || a.photo.takenMs - b.photo.takenMs);
  const waits = tasks.map(({ photo, part }) =>
    Math.max(photo.laterMs - ration.nowMs, rationed(photo, part, ration) ? untilMidnight(ration.nowMs) : 0),
  );
  const later = waits.filter((wait) => wait > 0);
  return {
    task: tasks[waits.findIndex((wait) => wait <= 0)] ?? null,
    restMs: later.length ? Math.min(...later) : -1,
  };
}

function taskOf(photo: PhotoRow, ration: Ration): readonly Task[] {
  if (photo.state === "announced") return [{ photo, part: "screen", rank: photo.urgent ? 0 : 1 }];
  if (photo.state !== "verified" || !photo.original || !mayGo(photo, ration)) return [];
  return [{ photo, part: "original", rank: photo.urgent ? 2 : 3 }];
}

/** Whether an original may go. Where the browser does not know of Wi-Fi, it waits to be asked for. */
function mayGo(
  { wanted = false }: PhotoRow,
  { prefs: { originals = "wifi" }, free = false }: Ration,
): boolean {
  return originals !== "no" && (wanted || originals === "any" || (originals === "wifi" && free));
}
