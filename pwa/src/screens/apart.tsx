// The screens that are not in the shell: one line each. They travel in one file of their own (bake/apart.ts),
// fetched when the phone is idle and kept by the worker, so that the first load need not wait for them.

import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { useModel } from "../widgets/use-model.ts";
import { type Key, say } from "../words/say.ts";
import { home } from "./route.ts";

const fetches: (() => Promise<boolean>)[] = [];

/** A screen that is fetched; `title` stands in its head until it is here. */
function apart<Props extends object>(title: Key, load: () => Promise<FunctionComponent<Props>>) {
  const found = signal<FunctionComponent<Props> | null>(null);
  const missing = signal(false); // there is no network, and the worker has not kept the file yet
  const bring = async (): Promise<boolean> => {
    found.value = await load().catch(() => found.peek());
    missing.value = !found.value;
    return !missing.value;
  };
  fetches.push(bring);
  return function Apart(props: Props) {
    const Screen = found.value;
    const late = useRef(!Screen);
    useEffect(() => {
      if (!Screen) void bring();
      else if (late.current) document.querySelector("h1")?.focus({ preventScroll: true });
    }, [Screen]);
    return Screen ? <Screen {...props} /> : <Coming title={title} missing={missing.value} bring={bring} />;
  };
}

export const Check = apart("list.new", () => import("./check.tsx").then((file) => file.Check));
export const ClashCard = apart("clash.title", () => import("./clash.tsx").then((file) => file.ClashCard));
export const Correct = apart("saved.add", () => import("./correct.tsx").then((file) => file.Correct));
export const Cover = apart("photo.cover", () => import("./cover.tsx").then((file) => file.Cover));
export const Devices = apart("devices.title", () => import("./devices.tsx").then((file) => file.Devices));
export const Edit = apart("saved.add", () => import("./edit.tsx").then((file) => file.Edit));
export const Find = apart("place.records", () => import("./answers.tsx").then((file) => file.Find));
export const Gallery = apart("photo", () => import("./gallery.tsx").then((file) => file.Gallery));
export const KindForm = apart("list.new", () => import("./kind-form.tsx").then((file) => file.KindForm));
export const KindList = apart("place.records", () => import("./kind-list.tsx").then((file) => file.KindList));
export const MeScreen = apart("place.me", () => import("./me.tsx").then((file) => file.MeScreen));
export const Needs = apart("needs.title", () => import("./needs.tsx").then((file) => file.Needs));
export const Patrol = apart("place.today", () => import("./patrol.tsx").then((file) => file.Patrol));
export const Queue = apart("place.queue", () => import("./queue.tsx").then((file) => file.Queue));
export const Records = apart("place.records", () => import("./records.tsx").then((file) => file.Records));
export const Review = apart("place.review", () => import("./review.tsx").then((file) => file.Review));
export const Story = apart("place.records", () => import("./story.tsx").then((file) => file.Story));
export const Team = apart("place.today", () => import("./team.tsx").then((file) => file.Team));
export const Today = apart("place.today", () => import("./today.tsx").then((file) => file.Today));
export const Visit = apart("place.today", () => import("./visit.tsx").then((file) => file.Visit));

/** Fetch them all as soon as the phone has nothing better to do. */
export function fetchApart(): void {
  self.requestIdleCallback?.(() => {
    for (const bring of fetches) void bring();
  });
}

interface ComingProps {
  title: Key;
  missing: boolean;
  bring: () => Promise<boolean>;
}

/** In place of a screen that is not here yet: its head, and what to do if it cannot come. */
function Coming({ title, missing, bring }: ComingProps) {
  const { net } = useModel();
  // With a network and yet without its file, an update has left this page behind: it begins anew.
  const again = async (): Promise<void> => {
    if (!(await bring()) && net.value.online) location.reload();
  };
  return (
    <>
      <Head title={say(title)} back={home.value} />
      {missing && (
        <div class="body">
          <p class="blank">{say("apart.missing")}</p>
          <button type="button" class="plain wide" onClick={() => void again()}>
            <Icon name="undo" />
            {say("apart.again")}
          </button>
        </div>
      )}
    </>
  );
}
