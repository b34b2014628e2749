// The stage a photo is looked at on: fingers move and enlarge it, a swipe turns to the next, a double tap
// goes close and back. The picture sharpens where it lies: every size has the same box.

import { useEffect, useRef, useState } from "preact/hooks";
import type { PhotoSize } from "../model.ts";
import { Hands } from "./hands.ts";
import { type Look, type Spot, WHOLE } from "./pinch.ts";
import { useModel } from "./use-model.ts";

const SIZES: readonly PhotoSize[] = ["preview", "small", "screen"];

/** How clear a photo is by now: place in SIZES, -1 for nothing. */
export interface Sharpness {
  readonly url: string;
  readonly at: number;
  readonly over: boolean; // nothing better comes
}

/** Follow a photo as it sharpens; begins anew after each exchange that may have brought more. */
export function useSharp(id: string): Sharpness {
  const model = useModel();
  const [now, show] = useState<Sharpness & { id: string }>({ id, url: "", at: -1, over: false });
  const heardMs = model.net.value.lastMs;
  useEffect(() => {
    let live = true;
    let best = -1;
    const asked = SIZES.map(async (size, at) => {
      const url = await model.photoUrl(id, size);
      if (!live || !url || at < best) return;
      best = at;
      show({ id, url, at, over: false });
    });
    void Promise.all(asked).then(() => {
      if (live)
        show((seen) => (seen.id === id ? { ...seen, over: true } : { id, url: "", at: -1, over: true }));
    });
    return () => {
      live = false;
    };
  }, [id, heardMs]);
  return now.id === id ? now : { url: "", at: -1, over: false };
}

export const CLEAR = SIZES.length - 1;

interface StageProps {
  url: string;
  soft: boolean;
  alt: string;
  turn: (by: -1 | 1) => void;
}

/** The style of a box that takes the room there is, and of a photo that fills one, uncut. */
export const FRAME = { position: "relative", flex: "1", minHeight: "0", overflow: "hidden" } as const;
export const FILL = {
  position: "absolute",
  inset: "0",
  width: "100%",
  height: "100%",
  objectFit: "contain",
} as const;

/** One photo under the fingers. */
export function Stage({ url, soft, alt, turn }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const [look, show] = useState<Look>(WHOLE);
  const turning = useRef(turn);
  turning.current = turn;
  const [hands] = useState(() => {
    const size = () => [box.current?.clientWidth ?? 1, box.current?.clientHeight ?? 1] as const;
    return new Hands({ size, show, turn: (by) => turning.current(by) });
  });
  const { scale, x, y } = look;
  return (
    <div
      ref={box}
      class="stage"
      style={{ ...FRAME, touchAction: "none" }}
      data-scale={scale.toFixed(2)}
      {...listeners(hands, box)}
    >
      {url && (
        <img
          src={url}
          alt={alt}
          draggable={false}
          style={{
            ...FILL,
            transform: `translate(${x}px,${y}px) scale(${scale})`,
            filter: soft ? "blur(6px)" : "none",
            userSelect: "none",
          }}
        />
      )}
    </div>
  );
}

/** Bring what the browser tells of fingers to the hands. */
function listeners(hands: Hands, box: { readonly current: HTMLDivElement | null }) {
  const spotOf = ({ clientX, clientY }: MouseEvent): Spot => {
    const { left, top, width, height } = (box.current as HTMLElement).getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  };
  return {
    onPointerDown: (event: PointerEvent): void => {
      box.current?.setPointerCapture?.(event.pointerId);
      hands.press(event.pointerId, spotOf(event), event.timeStamp);
    },
    onPointerMove: (event: PointerEvent): void => hands.move(event.pointerId, spotOf(event)),
    onPointerUp: (event: PointerEvent): void => hands.lift(event.pointerId, spotOf(event), event.timeStamp),
    onPointerCancel: (event: PointerEvent): void => hands.drop(event.pointerId),
    onWheel: (event: WheelEvent): void => hands.wheel(spotOf(event), event.deltaY),
  };
}
