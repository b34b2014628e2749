// What waits for review in the order to look at it, and what passed that is looked at afterwards.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Flag, Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { reviewable } from "./places.ts";
import { lookRisk, NEW_BELOW, passedBy, passedOf, pictured, type Risk, riskOf } from "./risk.ts";
import { useQueue } from "./use-queue.ts";

/** A record with what is unusual about it; null while it is not known what was found of its photos. */
export interface Card {
  readonly view: View;
  readonly page: KindPage;
  readonly risk: Risk | null;
}

const ALL = Number.POSITIVE_INFINITY; // what is not known yet comes first

const heaviest = (one: Card, other: Card): number =>
  (other.risk?.points ?? ALL) - (one.risk?.points ?? ALL) || one.view.madeMs - other.view.madeMs;

/** What waits for review, the most unusual first, then the oldest. */
export function useReviews(): readonly Card[] {
  const { kinds } = useWorld();
  const cards = useCards(useQueue().filter((view) => reviewable(view, kinds)));
  return [...cards].sort(heaviest);
}

/** What passed by itself and is looked at afterwards. */
export function useLooks(): readonly Card[] {
  const model = useModel();
  const { views, kinds, nowMs } = useWorld();
  const me = model.me.value as Me;
  const passed = useMemo(() => passedOf(views.values(), kinds, me, nowMs), [views, kinds, me, nowMs]);
  return useCards(passed)
    .flatMap((card) => {
      const risk = card.risk && lookRisk(card.view, card.page, card.risk);
      return risk ? [{ ...card, risk }] : [];
    })
    .sort(heaviest);
}

function useCards(views: readonly View[]): readonly Card[] {
  const world = useWorld();
  const flags = useFlags(views);
  const passed = useMemo(() => passedBy(world.views.values(), world.kinds), [world.views, world.kinds]);
  const fresh = useModel().me.value?.newcomers;
  return views.flatMap((view): Card[] => {
    const page = world.kinds.get(view.kind);
    if (!page) return [];
    const known = pictured(view, page) ? flags.get(view.id) : [];
    const grid = world.units.get(view.area);
    // Who does not look over somebody's work has not their entries either: that there are few says nothing.
    const count = fresh ? (passed.get(view.author) ?? 0) : NEW_BELOW;
    const of = { passed: count, fresh: fresh?.includes(view.author) ?? false, grid };
    const risk = known && riskOf(view, page, { flags: known, ...of });
    return [{ view, page, risk: risk ?? null }];
  });
}

/** What was found of the photos of some records; read again when an exchange may have brought more. */
function useFlags(views: readonly View[]): ReadonlyMap<string, readonly Flag[]> {
  const model = useModel();
  const [flags, show] = useState<ReadonlyMap<string, readonly Flag[]>>(new Map());
  const shown = views.map((view) => [view.id, ...Object.values(view.photos).flat()].join(" ")).join();
  useEffect(() => {
    let live = true;
    const read = views.map(async ({ id }) => {
      const shots = await model.shots(id);
      return [id, shots.flatMap((shot) => shot.flags)] as const;
    });
    void Promise.all(read).then((found) => live && show(new Map(found)));
    return () => {
      live = false;
    };
  }, [shown, model.net.value.lastMs]);
  return flags;
}
