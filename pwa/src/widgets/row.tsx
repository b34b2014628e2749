// One record in a list: picture, name, where it stands, how far it came; and, when it did not leave,
// the reason in words with one button.

import type { View } from "../model.ts";
import { say } from "../words/apart.ts";
import { Icon } from "./icon.tsx";
import { DueChip } from "./later.tsx";
import { travels } from "./legs.ts";
import { Flags, StateMark } from "./mark.tsx";
import { Photo } from "./photo.tsx";
import { Relay } from "./relay.tsx";
import { useModel, useWorld } from "./use-model.ts";
import { aboutWords, personWords, shortWhen, titleWords } from "./value-words.ts";
import { whyWords } from "./why.ts";

/** Draw one record of a list. */
export function Row({ view, href }: { view: View; href?: string }) {
  const world = useWorld();
  const page = world.kinds.get(view.kind);
  const key = Object.values(view.photos)[0]?.[0];
  const number = view.number && say("number", { n: view.number });
  const got =
    view.receivedMs > 0 && view.author === world.me
      ? say("story.got", { time: shortWhen(view.receivedMs, world.nowMs) })
      : "";
  const line = [
    view.author === world.me || view.author === 0 ? "" : personWords(view.author, world),
    number,
    got,
    view.author === world.me && view.kept !== "server" ? safeWords(view) : "", // else `got` says it
  ].filter(Boolean);
  const about = aboutWords(view, world);
  return (
    <li class="rec">
      <a href={href ?? `#/story/${view.id}`}>
        {key ? (
          <Photo id={key} size="thumb" class="thumb" />
        ) : (
          <span class="pic none thumb">
            <Icon name={page?.icon ?? "record"} />
          </span>
        )}
        <span class="grow">
          <b>{titleWords(view, world)}</b>
          <span class="top">
            <Flags view={view} page={page} />
            <StateMark view={view} page={page} />
            <span class="note">{shortWhen(view.madeMs, world.nowMs)}</span>
            <DueChip view={view} />
          </span>
          {line.length > 0 && (
            <span class="note parts">
              {line.map((part) => (
                <span key={part}>{part}</span>
              ))}
            </span>
          )}
          {about && <span class="note cut">{about}</span>}
          {travels(page) && <Relay view={view} page={page} />}
        </span>
      </a>
      {view.sent === "fail" && <Failed view={view} />}
    </li>
  );
}

/** Why a record did not leave, and the one thing to do about it. */
export function Failed({ view }: { view: View }) {
  const model = useModel();
  return (
    <div class="failed">
      <span class="grow">{whyWords(view.reason)}</span>
      {view.reason !== "sent_on" && (
        <button type="button" class="plain" onClick={() => void model.resend(view.id)}>
          {say("resend")}
        </button>
      )}
    </div>
  );
}

/** Where what one wrote is safe by now. */
export const safeWords = (view: View): string => say(`kept.${view.kept}`);
