// The verifier's page: choose a file, read what it proves. Nothing here reaches a network, and what stands in
// a bundle is only ever shown as text, or as a picture whose hash was signed.

import { examine, type Verdict } from "./examine.ts";
import "./look.css";
import { type Language, say, sayFault, sayPhoto, sayTime, toLookAt } from "./words.ts";

let language: Language = navigator.language.startsWith("zh") ? "zh" : "en";
let verdict: Verdict | "busy" | null = null;
let pictures: string[] = [];

type Child = Node | string;

/** Make an element. */
function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  look: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.append(...children);
  return element;
}

const fact = (name: string, ...words: readonly Child[]): DocumentFragment => {
  const both = document.createDocumentFragment();
  both.append(made("dt", "", name), made("dd", "", ...words));
  return both;
};

function draw(): void {
  const page = document.getElementById("page");
  for (const url of pictures) URL.revokeObjectURL(url);
  pictures = [];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say(language, "title");
  page?.replaceChildren(head(), ...(crypto.subtle ? [pick(), ...result()] : [unable()]), limits());
}

function head(): HTMLElement {
  const other = made("button", "", say(language, "other"));
  other.type = "button";
  other.addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    draw();
  });
  const lead = made("p", "", say(language, "lead"));
  return made("header", "", made("div", "", made("h1", "", say(language, "title")), other), lead);
}

const unable = (): HTMLElement => made("section", "verdict bad", say(language, "unable"));

function pick(): HTMLElement {
  const input = made("input", "");
  input.type = "file";
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) void look(file);
  });
  return made("label", "pick", input, say(language, "pick"));
}

async function look(file: File): Promise<void> {
  verdict = "busy";
  draw();
  const bytes = new Uint8Array(await file.arrayBuffer());
  verdict = await examine(bytes);
  draw();
  document.querySelector<HTMLElement>(".verdict h2")?.focus();
}

function result(): readonly HTMLElement[] {
  if (!verdict) return [];
  if (verdict === "busy") {
    const words = made("p", "busy", say(language, "busy"));
    words.setAttribute("role", "status");
    return [words];
  }
  return [judged(verdict), ...told(verdict)];
}

function judged({ fault, proof }: Verdict): HTMLElement {
  const key = !fault ? "ok" : fault.why === "alien" ? "alien" : "bad";
  const title = made("h2", "", say(language, key));
  title.tabIndex = -1;
  const box = made("section", fault ? "verdict bad" : "verdict", title);
  if (fault) for (const line of sayFault(language, fault)) box.append(made("p", "", line));
  const count = proof ? toLookAt(proof) : 0;
  if (!fault && count) box.append(made("p", "", say(language, "look", count)));
  return box;
}

function told({ bundle, proof, server }: Verdict): readonly HTMLElement[] {
  if (!bundle || !proof) return [];
  const count = say(language, "entries", proof.entries, proof.photos.length);
  const facts = made("dl", "");
  facts.append(
    fact(say(language, "record"), bundle.index.record, made("br", ""), count),
    fact(say(language, "exported"), sayTime(bundle.exportedMs)),
    fact(say(language, "server"), made("span", "key", server), made("p", "note", say(language, "compare"))),
  );
  const odd = [
    ...proof.gaps.map(([device, first, last]) =>
      say(language, "gap", device, first === last ? first : `${first}–${last}`),
    ),
    ...proof.forks.map(([device, n]) => say(language, "fork", device, n)),
  ].map((line) => made("p", "note", line));
  return [made("section", "", facts, ...odd), ...proof.photos.map((photo) => shown(bundle, photo))];
}

type Shown = NonNullable<Verdict["proof"]>["photos"][number];

function shown(bundle: NonNullable<Verdict["bundle"]>, photo: Shown): HTMLElement {
  const box = made("section", "photo", made("h3", "", say(language, "photo", photo.key)));
  if (photo.screen === "same") {
    const picture = made("img", "");
    picture.alt = "";
    picture.src = URL.createObjectURL(new Blob([bundle.content(`screen/${photo.key}`).slice()]));
    picture.addEventListener("error", () => picture.remove()); // a voice note, or a kind this browser cannot show
    pictures.push(picture.src);
    box.append(picture);
  }
  const facts = made("dl", "");
  facts.append(
    fact(say(language, "received"), sayTime(photo.receivedMs)),
    fact(say(language, "says"), sayTime(photo.takenMs)),
  );
  box.append(facts, made("ul", "", ...sayPhoto(language, photo).map((line) => made("li", "", line))));
  return box;
}

const limits = (): HTMLElement =>
  made(
    "section",
    "",
    made("h2", "", say(language, "limits")),
    made("p", "", say(language, "proves")),
    made("p", "", say(language, "proves_not")),
    made("p", "note", say(language, "keep")),
  );

draw();
