// All records of one kind, from its page alone: search, list, and a new one where the page allows.

import { useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useComing } from "../widgets/coming.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Seek } from "../widgets/seek.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords, type World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { creatable } from "./begin.ts";
import { Paged } from "./records.tsx";

const SEARCH_FROM = 8; // fewer rows are found faster by eye

/** The list of a kind; `state` keeps to one state of its workflow. */
export function KindList({ page, state }: { page: KindPage; state: string }) {
  const model = useModel();
  const world = useWorld();
  const [sought, seek] = useState("");
  const coming = useComing();
  const all = [...world.views.values()].filter(
    (view) => view.kind === page.name && (!state || view.state === state),
  );
  const views = (
    sought.trim() ? all.filter((view) => textOf(view, world).includes(sought.trim())) : all
  ).sort((a, b) => b.madeMs - a.madeMs);
  const label = (state && page.workflow.states[state]?.label) || page.label;
  const may = page.identity === "device" && creatable(model.me.value as Me, world.kinds).includes(page);
  return (
    <>
      <Head title={pick(label)} note={coming ? "" : say("list.count", { n: all.length })} back="#/records" />
      <div class="body flush">
        {all.length >= SEARCH_FROM && <Seek label={say("list.seek")} value={sought} set={seek} />}
        <Paged
          key={sought}
          views={views}
          none={coming || say(sought.trim() ? "list.none" : "records.none")}
        />
      </div>
      {may && (
        <div class="foot bar-top">
          <a class="lamp" href={`#/new/${page.name}`}>
            <Icon name="plus" />
            {say("list.new")}
          </a>
        </div>
      )}
    </>
  );
}

const textOf = (view: View, world: World): string =>
  `${titleWords(view, world)} ${aboutWords(view, world)} ${view.number}`;
