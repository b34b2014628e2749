import { describe, expect, it, vi } from "vitest";
import { darkroom } from "../../../pwa/src/adapters/darkroom.ts";
import type { Made } from "../../../pwa/src/adapters/developing.ts";

type Answer = Made | null | "fails" | "never";
const JPEG = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])], { type: "image/jpeg" });

/** Workers that answer as they are told, one each. */
function hiring(...answers: Answer[]) {
  const told: unknown[] = [];
  let dismissed = 0;
  const hire = () => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error("no workers here");
    const worker = {
      onmessage: null as ((event: { data: unknown }) => void) | null,
      onerror: null as (() => void) | null,
      postMessage: (message: unknown) => {
        told.push(message);
        if (answer === "never") return;
        queueMicrotask(() =>
          answer === "fails" ? worker.onerror?.() : worker.onmessage?.({ data: answer }),
        );
      },
      terminate: () => {
        dismissed++;
      },
    };
    return worker as unknown as Worker;
  };
  return { hire, told, dismissed: () => dismissed };
}

const made = (type: string): Made => ({
  type,
  developed: {
    key: "k".repeat(22),
    sha256: "",
    screen: new Blob(["small"], { type }),
    preview: "",
    thumb: "",
    original: JPEG,
    originalSha256: "",
    originalSize: JPEG.size,
  },
});

describe("a darkroom", () => {
  it("hires one worker for one photo, ends it, and asks next for what this browser writes", async () => {
    const jpeg = made("image/jpeg");
    const { hire, told, dismissed } = hiring(jpeg, jpeg);
    const room = darkroom(hire);
    expect(await room.develop(JPEG)).toBe(jpeg.developed);
    await room.develop(JPEG);
    expect(told.map((each) => (each as [Blob, string])[1])).toEqual(["image/webp", "image/jpeg"]);
    expect(dismissed()).toBe(2);
  });

  it("passes on what is no photo, and what is to be taken as it is", async () => {
    const { hire, told } = hiring(null, made(""));
    const room = darkroom(hire);
    expect(await room.develop(JPEG)).toBeNull();
    expect(await room.develop(JPEG, true)).toBeTruthy();
    expect(told).toEqual([
      [JPEG, "image/webp", false],
      [JPEG, "image/webp", true],
    ]);
  });

  it("takes the file as it is when a worker does not come back from it", async () => {
    vi.useFakeTimers();
    const { hire, told, dismissed } = hiring("never", made(""));
    const found = darkroom(hire).develop(JPEG);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await found).toBeTruthy();
    expect(told.map((each) => (each as [Blob, string, boolean])[2])).toEqual([false, true]);
    expect(dismissed()).toBe(2);
    vi.useRealTimers();
  });

  it("does it in the page where there are no workers, or they cannot draw", async () => {
    for (const room of [darkroom(hiring("fails").hire), darkroom(hiring().hire)])
      expect((await room.develop(JPEG))?.screen.size).toBe(JPEG.size); // nothing draws here: it is as it was
  });
});
