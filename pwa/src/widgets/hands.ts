// What fingers do to a picture: one moves it or turns the page, two enlarge it, a double tap goes close and
// back. No browser in it: places come in as CSS pixels from the middle of the stage, times as they were.

import { CLOSE, held, type Look, pinched, type Spot, turned, WHOLE, zoomed } from "./pinch.ts";

const TAP_MS = 300; // between the two of a double tap
const TAP_PX = 24; // and from one to the other
const STILL_PX = 12; // a finger that moved less was only put down
const WHEEL = 400; // CSS pixels of a wheel that make it e times as large

interface At extends Spot {
  readonly atMs: number;
}

/** What the fingers act on. */
export interface Held {
  readonly size: () => readonly [width: number, height: number]; // of the stage
  readonly show: (look: Look) => void;
  readonly turn: (by: -1 | 1) => void;
}

export class Hands {
  private readonly down = new Map<number, Spot>();
  private readonly stage: Held;
  private began: At = { x: 0, y: 0, atMs: 0 };
  private tapped: At = { x: 0, y: 0, atMs: -TAP_MS };
  private look: Look = WHOLE;

  constructor(stage: Held) {
    this.stage = stage;
  }

  /** A finger is put down. */
  press(id: number, spot: Spot, atMs: number): void {
    this.down.set(id, spot);
    if (this.down.size === 1) this.began = { ...spot, atMs };
  }

  /** A finger moves. */
  move(id: number, spot: Spot): void {
    const last = this.down.get(id);
    if (!last) return;
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    this.down.set(id, spot);
    const { scale, x, y } = this.look;
    const moved = { scale, x: x + spot.x - last.x, y: y + spot.y - last.y };
    if (other) this.put(pinched(this.look, [last, other], [spot, other]));
    else if (scale > 1) this.settle(moved);
    else this.put({ ...moved, y: 0 });
  }

  /** A finger is lifted: a swipe, a tap, or the end of something else. */
  lift(id: number, spot: Spot, atMs: number): void {
    const alone = this.down.size === 1 && this.down.delete(id);
    this.down.delete(id);
    const dx = spot.x - this.began.x;
    const by = alone && this.look.scale === 1 ? turned(dx, atMs - this.began.atMs, this.stage.size()[0]) : 0;
    this.settle(this.look);
    if (by) this.stage.turn(by);
    else if (alone && Math.hypot(dx, spot.y - this.began.y) < STILL_PX) this.tap(spot, atMs);
  }

  /** The browser took the finger away. */
  drop(id: number): void {
    this.down.delete(id);
    this.settle(this.look);
  }

  /** A wheel turns, over a spot. */
  wheel(spot: Spot, deltaY: number): void {
    this.settle(zoomed(this.look, this.look.scale * Math.exp(-deltaY / WHEEL), spot));
  }

  private tap(spot: Spot, atMs: number): void {
    const { x, y, atMs: lastMs } = this.tapped;
    const twice = atMs - lastMs < TAP_MS && Math.hypot(spot.x - x, spot.y - y) < TAP_PX;
    this.tapped = { ...spot, atMs: twice ? -TAP_MS : atMs };
    if (twice) this.settle(this.look.scale > 1 ? WHOLE : zoomed(WHOLE, CLOSE, spot));
  }

  private settle(look: Look): void {
    this.put(held(look, ...this.stage.size()));
  }

  private put(look: Look): void {
    this.look = look;
    this.stage.show(look);
  }
}
