// The camera within the page, for those who chose it: nothing covers the page, so nothing kills it. One
// large shutter; the lens is let go as soon as the page is out of sight.

import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../words/apart.ts";
import { Icon } from "./icon.tsx";
import { useModel } from "./use-model.ts";

const WISHES: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1920 } },
};
const QUALITY = 0.92; // of the JPEG that counts as the original

const OVER = "position:fixed;inset:0;z-index:9;display:flex;flex-direction:column;background:#000";
const SIGHT = "flex:1;min-height:0;width:100%;object-fit:contain";
const BELOW =
  "display:grid;grid-template-columns:1fr auto 1fr;align-items:center;gap:8px;margin-top:auto;padding:12px 16px 20px";
const ROUND =
  "width:84px;height:84px;border-radius:50%;background:var(--lamp);border:6px solid #fff;box-shadow:0 0 0 3px #000";

interface PageCameraProps {
  taken: (photo: Blob) => void;
  close: () => void;
}

/** Show what the lens sees, over everything. */
export function PageCamera({ taken, close }: PageCameraProps) {
  const model = useModel();
  const { video, missing, torch } = useLens(close);
  const shoot = async (): Promise<void> => {
    const photo = video.current && (await shot(video.current));
    if (!photo) return;
    navigator.vibrate?.(60);
    taken(photo);
    close();
  };
  const useOther = (): void => void model.setPrefs({ camera: "phone" }).then(close);
  return (
    <div style={OVER} role="dialog" aria-modal="true" aria-label={say("lens.title")}>
      {missing ? (
        <div class="body" style="background:var(--ground)">
          <p role="alert">{say("lens.missing")}</p>
          <button type="button" class="plain wide" onClick={useOther}>
            <Icon name="camera" />
            {say("lens.other")}
          </button>
        </div>
      ) : (
        <video ref={video} style={SIGHT} autoplay muted playsInline />
      )}
      <div style={BELOW}>
        <button type="button" class="plain" style="justify-self:start" onClick={close}>
          {say("back")}
        </button>
        {!missing && (
          <button type="button" style={ROUND} aria-label={say("photo.take")} onClick={() => void shoot()} />
        )}
        {torch.has ? (
          <button
            type="button"
            class="plain"
            style="justify-self:end"
            aria-pressed={torch.on}
            onClick={torch.flip}
          >
            {say(torch.on ? "lens.dark" : "lens.torch")}
          </button>
        ) : (
          <span />
        )}
      </div>
    </div>
  );
}

/** The stream while the page is in sight, and its torch if it has one. */
function useLens(close: () => void) {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [missing, setMissing] = useState(false);
  const [on, setOn] = useState(false);
  useEffect(() => {
    const opened = opening();
    opened.then(setStream, () => setMissing(true));
    const hidden = (): void => void (document.visibilityState === "hidden" && close());
    document.addEventListener("visibilitychange", hidden);
    addEventListener("hashchange", close);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("hashchange", close);
      void opened.then(stop, () => undefined);
    };
  }, []);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  const track = stream?.getVideoTracks()[0];
  const has = Boolean((track?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch);
  const flip = (): void => {
    const wish = { advanced: [{ torch: !on } as MediaTrackConstraintSet] };
    void track?.applyConstraints(wish).then(
      () => setOn(!on),
      () => undefined,
    );
  };
  return { video, missing, torch: { has, on, flip } };
}

const opening = async (): Promise<MediaStream> => navigator.mediaDevices.getUserMedia(WISHES);

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** One picture of what is seen now. */
function shot(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  if (!canvas.width) return Promise.resolve(null);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((made) => canvas.toBlob(made, "image/jpeg", QUALITY));
}
