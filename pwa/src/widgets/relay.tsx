// The relay line: a record is a message passed from post to post. It stands in place of a spinner.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { type Key, say } from "../words/say.ts";
import { legs, travels } from "./legs.ts";

const POSTS: readonly Key[] = ["post.phone", "post.village", "post.town"];

/** Draw how far a record has come; `wide` fills the line. */
export function Relay({
  view,
  page,
  wide = false,
}: {
  view: View;
  page: KindPage | undefined;
  wide?: boolean;
}) {
  const posts = legs(view, page).slice(0, travels(page) ? 3 : 2);
  const reached = POSTS[posts.lastIndexOf("on")] as Key;
  return (
    <span
      class={wide ? "relay w" : "relay"}
      role="img"
      aria-label={say("post.reached", { post: say(reached) })}
    >
      {posts.map((post, index) => (
        <>
          {index > 0 && <span class={`leg ${post}`} />}
          <span class={`st ${post}`}>
            <b />
            {say(POSTS[index] as Key)}
          </span>
        </>
      ))}
    </span>
  );
}
