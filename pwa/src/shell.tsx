// The whole app as one component: sync line, the screen the address names, and the bar. Everything it
// shows comes from the model; main.tsx makes that and mounts this.

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Draft as DraftValue, Me, Model } from "./model.ts";
import {
  ClashCard,
  Cover,
  Devices,
  Edit,
  Find,
  fetchApart,
  Gallery,
  KindForm,
  KindList,
  MeScreen,
  Needs,
  Queue,
  Records,
  Review,
  Story,
  Team,
  Today,
} from "./screens/apart.tsx";
import { Home } from "./screens/home.tsx";
import { type Place, placesOf, type Reach, reachOf } from "./screens/places.ts";
import { BETTER, CAMERAS } from "./screens/registry.ts";
import { home, type Route, route, routeOf } from "./screens/route.ts";
import { Saved } from "./screens/saved.tsx";
import { useQueue } from "./screens/use-queue.ts";
import { Welcome } from "./screens/welcome.tsx";
import { Icon } from "./widgets/icon.tsx";
import { SyncLine } from "./widgets/sync-line.tsx";
import { ModelContext, useModel, useWorld } from "./widgets/use-model.ts";
import { say, speak } from "./words/say.ts";

/** The app round a model. */
export function App({ model }: { model: Model }) {
  return (
    <ModelContext.Provider value={model}>
      <Shell />
    </ModelContext.Provider>
  );
}

function Shell() {
  const model = useModel();
  usePrefs();
  useRoute();
  const me = model.me.value;
  if (!model.ready.value) return <div class="app hill" />;
  const { name, args } = route.value;
  if (!me) {
    return (
      <div class="app">
        <main>
          <Welcome key={args[0]} code={name === "enrol" ? (args[0] ?? "") : ""} />
        </main>
      </div>
    );
  }
  return <Signed me={me} />;
}

const FULL = ["draft", "saved", "review", "cover", "photos"]; // help stands in their head, and nothing else is in the way
const WITH_BAR = ["report", "today", "team", "queue", "records", "me", "list"];

function Signed({ me }: { me: Me }) {
  const kinds = useModel().kinds.value;
  const reach = reachOf(me, kinds, CAMERAS);
  const places = placesOf(reach);
  const first = places[0] as Place;
  const known = [...WITH_BAR, ...FULL, "new", "edit", "story", "clash", "needs", "devices", "find"];
  const here = known.includes(route.value.name) ? route.value : routeOf(first.hash);
  const bar = WITH_BAR.includes(here.name);
  const path = `#/${[here.name, ...here.args].join("/")}`;
  useEffect(fetchApart, []);
  useEffect(() => {
    if (bar) home.value = path;
  }, [path]);
  return (
    <div class="app">
      {!FULL.includes(here.name) && <SyncLine />}
      <main key={path}>
        <Screen here={here} reach={reach} first={first.hash} />
      </main>
      {bar && <Bar places={places} here={here.name} />}
    </div>
  );
}

interface ScreenProps {
  here: Route;
  reach: Reach;
  first: string;
}

function Screen({ here: { name, args }, reach, first }: ScreenProps) {
  const { kinds, views } = useWorld();
  const [id = "", more = ""] = args;
  const sheet = kinds.get(reach.sheet);
  const team = kinds.get(reach.team);
  const page = kinds.get(id);
  const view = views.get(id);
  const of = view && kinds.get(view.kind);
  if (name === "report" && reach.report) return <Home kind={reach.report} />;
  if (name === "today" && sheet) return <Today page={sheet} report={reach.report} />;
  if (name === "team" && team) return <Team page={team} />;
  if (name === "queue") return <Queue report={reach.report} first={first === "#/queue"} />;
  if (name === "records") return <Records filter={id} />;
  if (name === "me") return <MeScreen />;
  if (name === "list" && page) return <KindList page={page} state={more} />;
  if (name === "draft") return <DraftScreen />;
  if (name === "new" && page) return <NewScreen kind={id} about={more} />;
  if (name === "cover") return <Cover id={id} />;
  if (name === "saved") return <Saved id={id} report={reach.report} />;
  if (name === "needs") return <Needs />;
  if (name === "devices") return <Devices />;
  if (name === "find") return <Find part={id} />;
  if (name === "photos") return <Gallery id={id} first={more} />;
  if (name === "review") return <Review id={id} />;
  if (name === "edit") return <EditScreen id={id} />;
  if (name === "clash" && view && of) return <ClashCard view={view} page={of} name={more} />;
  return <Story id={id} />;
}

/** The draft, in the form of its kind; a draft that answers a step is answered in the record's story. */
function DraftScreen() {
  const draft = useModel().draft.value;
  const shown = useRef<DraftValue | null>(draft);
  if (draft) shown.current = draft; // stays while it is being sent, until the next screen comes
  if (!shown.current) return <Records filter="drafts" />;
  const { record, step } = shown.current;
  if (record && step) return <Story id={record} />;
  if (record) return <EditScreen id={record} />;
  return <Form kind={shown.current.kind} draft={shown.current} about="" />;
}

function EditScreen({ id }: { id: string }) {
  const { kinds, views } = useWorld();
  const view = views.get(id);
  const page = view && kinds.get(view.kind);
  return view && page ? <Edit view={view} page={page} /> : <Story id={id} />;
}

/** A new record of a kind; if one of this kind is begun already, that one. */
function NewScreen({ kind, about }: { kind: string; about: string }) {
  const draft = useModel().draft.value;
  const same =
    draft?.kind === kind && !draft.record && (!about || Object.values(draft.values).includes(about));
  const begun = same ? draft : null;
  return <Form kind={kind} draft={begun} about={about} />;
}

function Form({ kind, draft, about }: { kind: string; draft: DraftValue | null; about: string }) {
  const page = useModel().kinds.value.get(kind);
  const Made = BETTER[kind]?.form ?? KindForm;
  return page ? <Made page={page} draft={draft} about={about} /> : null;
}

function Bar({ places, here }: { places: readonly Place[]; here: string }) {
  const world = useWorld();
  const late = [...world.views.values()].filter((view) => view.sent !== "done").length;
  const queue = useQueue().length;
  return (
    <nav class="bar" aria-label={say("bar")}>
      {places.map(({ hash, icon, word }) => {
        const on = hash === `#/${here}`;
        const count = hash === "#/records" ? late : hash === "#/queue" ? queue : 0;
        return (
          <a key={hash} href={hash} class={on ? "on" : ""} aria-current={on ? "page" : undefined}>
            <Icon name={icon} />
            {say(word)}
            {count > 0 && <em>{count > 99 ? "99+" : count}</em>}
          </a>
        );
      })}
    </nav>
  );
}

/** Look, size and language are set on the document, so that style and screen readers follow. */
function usePrefs(): void {
  const model = useModel();
  useSignalEffect(() => {
    const prefs = model.prefs.value;
    const root = document.documentElement;
    root.dataset.look = prefs.look;
    root.dataset.size = String(prefs.size);
    root.lang = prefs.language;
    void speak(prefs.language);
  });
}

/** Follow the address; on every change the screen begins at its top, and its h1 takes the focus. */
function useRoute(): void {
  useEffect(() => {
    const follow = (): void => {
      route.value = routeOf(location.hash);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const path = `${route.value.name}/${route.value.args.join("/")}`;
  const began = useRef(path);
  useEffect(() => {
    const title = document.querySelector("h1");
    if (title) document.title = title.textContent || document.title;
    if (began.current === path) return;
    began.current = path;
    scrollTo(0, 0);
    title?.focus({ preventScroll: true });
  }, [path]);
}
