// Covering faces and number plates before anything is sent: draw over them with a finger. The photo that
// goes on has nothing of them, and the original is not kept. Faces are only pointed out where the browser
// itself finds them; nothing is sent anywhere for that, and nothing is covered without a tap.

import { useEffect, useRef, useState } from "preact/hooks";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { type Mosaic, mosaicOf, squaresAlong } from "../widgets/mosaic.ts";
import { useModel } from "../widgets/use-model.ts";
import { whyWords } from "../widgets/why.ts";
import { say } from "../words/apart.ts";
import { buzz } from "./route.ts";

const FINGER = 22; // CSS px from its middle
const SHEET =
  "display:block;max-width:100%;max-height:calc(100vh - 15rem);margin:0 auto;border-radius:8px;touch-action:none";
const FACE = 0.1; // of a found face's edge, added around it

type Point = readonly [x: number, y: number];
type Stroke = ReadonlySet<number>; // squares

interface Finder {
  detect(image: CanvasImageSource): Promise<readonly { readonly boundingBox: DOMRectReadOnly }[]>;
}
declare const FaceDetector: (new () => Finder) | undefined;

/** Draw over a photo of the draft. */
export function Cover({ id }: { id: string }) {
  const model = useModel();
  const photo = model.draft.value?.photos.find(({ key }) => key === id);
  const sheet = useSheet(photo?.previewUrl ?? "");
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState("");
  const done = async (): Promise<void> => {
    if (busy || !photo) return;
    if (!sheet.strokes) return history.back();
    setBusy(true);
    const picture = await sheet.picture();
    const code = picture ? await model.coverPhoto(id, picture) : "not_saved";
    setBusy(false);
    if (code) return setWhy(whyWords(code));
    buzz();
    history.back();
  };
  return (
    <>
      <Head title={say("cover.title")} back="#/draft" />
      <div class="body tight">
        <canvas ref={sheet.canvas} style={SHEET} role="img" aria-label={say("photo")} {...sheet.finger} />
        <p class="note">{say("cover.how")}</p>
        {sheet.faces.length > 0 && (
          <button type="button" class="chip" onClick={sheet.coverFaces}>
            {say("cover.faces", { n: sheet.faces.length })}
          </button>
        )}
        {why && <p role="alert">{why}</p>}
        <div class="foot">
          <div class="ends">
            <button type="button" class="plain" disabled={!sheet.strokes} onClick={sheet.undo}>
              <Icon name="undo" />
              {say("cover.undo")}
            </button>
            <button type="button" class="lamp" aria-disabled={busy} onClick={() => void done()}>
              <Icon name="check" />
              {say("done")}
            </button>
          </div>
        </div>
      </div>
    </>
  );
}

/** The photo on a canvas, and what the finger does to it. */
function useSheet(url: string) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useRef<HTMLImageElement | null>(null);
  const mosaic = useRef<Mosaic | null>(null);
  const strokes = useRef<Stroke[]>([]);
  const [count, setCount] = useState(0);
  const [faces, setFaces] = useState<readonly DOMRectReadOnly[]>([]);
  const add = (stroke: Stroke): void => {
    strokes.current.push(stroke);
    paint(canvas.current, mosaic.current, stroke);
    setCount(strokes.current.length);
  };
  useEffect(() => {
    if (!url) return;
    const source = new Image();
    source.onload = () => {
      image.current = source;
      mosaic.current = laid(canvas.current, source);
      void facesIn(source).then(setFaces);
    };
    source.src = url;
  }, [url]);
  return {
    canvas,
    faces,
    strokes: count,
    finger: fingerOn(canvas, mosaic, strokes, add, () => setCount(strokes.current.length)),
    undo: (): void => {
      strokes.current.pop();
      laid(canvas.current, image.current);
      for (const stroke of strokes.current) paint(canvas.current, mosaic.current, stroke);
      setCount(strokes.current.length);
    },
    coverFaces: (): void => {
      for (const face of faces) if (mosaic.current) add(squaresOf(mosaic.current, face));
      setFaces([]);
    },
    picture: (): Promise<Blob | null> =>
      new Promise((made) => (canvas.current ? canvas.current.toBlob(made, "image/png") : made(null))),
  };
}

interface Ref<T> {
  current: T;
}

/** A finger's way over the canvas is one stroke. */
function fingerOn(
  canvas: Ref<HTMLCanvasElement | null>,
  mosaic: Ref<Mosaic | null>,
  strokes: Ref<Stroke[]>,
  add: (stroke: Stroke) => void,
  lifted: () => void,
) {
  const last = useRef<Point | null>(null);
  const onPointerDown = (event: PointerEvent): void => {
    if (!mosaic.current || !event.isPrimary) return;
    canvas.current?.setPointerCapture(event.pointerId);
    last.current = null;
    add(new Set());
    onPointerMove(event, true);
  };
  const onPointerMove = (event: PointerEvent, down = last.current !== null): void => {
    const [sheet, squares, stroke] = [
      canvas.current,
      mosaic.current,
      strokes.current[strokes.current.length - 1],
    ];
    if (!down || !sheet || !squares || !stroke) return;
    const box = sheet.getBoundingClientRect();
    const scale = sheet.width / box.width;
    const here: Point = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    const touched = squaresAlong(squares, last.current ?? here, here, FINGER * scale);
    for (const square of touched) (stroke as Set<number>).add(square);
    paint(sheet, squares, touched);
    last.current = here;
  };
  const onPointerUp = (): void => {
    last.current = null;
    lifted();
  };
  return {
    onPointerDown,
    onPointerMove: (event: PointerEvent) => onPointerMove(event),
    onPointerUp,
    onPointerCancel: onPointerUp,
  };
}

/** Lay the photo on the canvas; gives its squares. */
function laid(canvas: HTMLCanvasElement | null, image: HTMLImageElement | null): Mosaic | null {
  const pen = canvas?.getContext("2d");
  if (!canvas || !pen || !image) return null;
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  pen.drawImage(image, 0, 0);
  return mosaicOf(pen.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
}

function paint(canvas: HTMLCanvasElement | null, mosaic: Mosaic | null, squares: Stroke): void {
  const pen = canvas?.getContext("2d");
  if (!pen || !mosaic) return;
  const { edge, across, colours } = mosaic;
  for (const square of squares) {
    pen.fillStyle = `rgb(${colours.subarray(square * 3, square * 3 + 3).join()})`;
    pen.fillRect((square % across) * edge, Math.floor(square / across) * edge, edge, edge);
  }
}

/** Faces, where the browser has a finder of its own; none where it has not. */
async function facesIn(image: HTMLImageElement): Promise<readonly DOMRectReadOnly[]> {
  if (typeof FaceDetector === "undefined") return [];
  const found = await new FaceDetector().detect(image).catch(() => []);
  return found.map(({ boundingBox }) => boundingBox);
}

/** The squares of a face, and a little around it. */
function squaresOf(mosaic: Mosaic, { left, top, width, height }: DOMRectReadOnly): Stroke {
  const radius = (Math.max(width, height) / 2) * (1 + FACE);
  const middle: Point = [left + width / 2, top + height / 2];
  return squaresAlong(mosaic, middle, middle, radius);
}
