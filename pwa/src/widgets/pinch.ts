// Where a picture stands under two fingers: how large, and how far from its middle. Pure geometry, in CSS
// pixels from the middle of the stage.

/** How a picture is looked at. */
export interface Look {
  readonly scale: number; // 1: all of it is seen
  readonly x: number;
  readonly y: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Look = { scale: 1, x: 0, y: 0 };
export const CLOSE = 2.5; // what a double tap comes to
const SCALE_MAX = 6; // 1600 px on a 360 px screen: finer is nothing there
const TURN = 0.18; // of the width: a swipe as long turns the page
const FLICK = 0.4; // px a millisecond: so does a shorter one as quick

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** Keep the picture on the stage: no further than its edge. */
export function held({ scale, x, y }: Look, width: number, height: number): Look {
  const now = Math.max(1, Math.min(SCALE_MAX, scale));
  if (now === 1) return WHOLE;
  return {
    scale: now,
    x: within(x, (width * (now - 1)) / 2),
    y: within(y, (height * (now - 1)) / 2),
  };
}

/** Make it larger or smaller, so that what lies under a spot stays there. */
export function zoomed(look: Look, scale: number, { x, y }: Spot): Look {
  const now = Math.max(1, Math.min(SCALE_MAX, scale));
  const by = now / look.scale;
  return { scale: now, x: x - (x - look.x) * by, y: y - (y - look.y) * by };
}

/** What two fingers that moved make of it. */
export function pinched(look: Look, before: readonly [Spot, Spot], after: readonly [Spot, Spot]): Look {
  const was = middle(before);
  const is = middle(after);
  const moved = { ...look, x: look.x + is.x - was.x, y: look.y + is.y - was.y };
  return zoomed(moved, (look.scale * apart(after)) / Math.max(1, apart(before)), is);
}

/** Which way a swipe turns the page: 1 on, -1 back, 0 not at all. */
export function turned(dx: number, ms: number, width: number): -1 | 0 | 1 {
  const far = Math.abs(dx) > width * TURN || Math.abs(dx) / Math.max(1, ms) > FLICK;
  if (!far || Math.abs(dx) < 12) return 0;
  return dx < 0 ? 1 : -1;
}

const middle = ([a, b]: readonly [Spot, Spot]): Spot => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const apart = ([a, b]: readonly [Spot, Spot]): number => Math.hypot(a.x - b.x, a.y - b.y);
