// How the app looks: three looks, three sizes; and which camera takes the photos.

import { say } from "../words/apart.ts";
import { Choose } from "./me-prefs.tsx";

/** Normal, strong light, night. */
export const LookChips = () => (
  <Choose
    name="look"
    title={say("me.look")}
    options={[
      ["light", say("look.light")],
      ["sun", say("look.sun")],
      ["dark", say("look.dark")],
    ]}
  />
);

/** Normal, large, very large. */
export const SizeChips = () => (
  <Choose
    name="size"
    title={say("me.size")}
    options={[
      [20, say("size.20")],
      [24, say("size.24")],
      [30, say("size.30")],
    ]}
  />
);

/** The phone's own camera app, or the camera within the page. */
export const CameraChips = () => (
  <Choose
    name="camera"
    title={say("me.camera")}
    options={[
      ["phone", say("camera.phone")],
      ["page", say("camera.page")],
    ]}
  />
);
