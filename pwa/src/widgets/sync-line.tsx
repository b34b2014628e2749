// The status line on top: how the link stands, and help. One sentence, announced politely.

import { Help } from "./head.tsx";
import { Icon } from "./icon.tsx";
import { netWords } from "./net-words.ts";
import { useModel } from "./use-model.ts";

/** Draw the sync line. */
export function SyncLine() {
  const model = useModel();
  const words = netWords(model.net.value, model.nowMs.value, model.me.value?.helpName ?? "");
  return (
    <header class={words.act ? "sync act" : "sync"}>
      <p role="status">
        <Icon name={words.icon} />
        <span>
          {words.plain}
          <b>{words.strong}</b>
        </span>
      </p>
      <Help />
    </header>
  );
}
