// Folds the style sheet and the script into index.html and writes csp.json, the hashes by which the
// server's Content-Security-Policy lets exactly these two run.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";

const SCRIPT = /<script\b[^>]*\bsrc="\.?\/?([^"]+)"[^>]*><\/script>/g;
const STYLE = /<link\b[^>]*\brel="stylesheet"[^>]*\bhref="\.?\/?([^"]+)"[^>]*>/g;
const VITE_NOTE = /\/\*\$vite\$:\d+\*\//g;
const HEAD_END = "</head>";
const BODY_END = "</body>";

/** The plugin; it runs last, when Vite has written its tags into the page. */
export function inline(): Plugin {
  return {
    name: "qianshao:inline",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        this.emitFile({ type: "asset", fileName: "csp.json", source: fold(bundle) });
        // The second language stays out of the shell: most never need it, and the first load waits for every byte.
        this.emitFile({ type: "asset", fileName: "en.json", source: readFileSync("src/words/en.json") });
      },
    },
  };
}

/** Replace the tags of `index.html` by what they point at, drop those files, and give the hashes as JSON. */
function fold(bundle: Rolldown.OutputBundle): string {
  const page = bundle["index.html"];
  if (page?.type !== "asset") throw new Error("inline: the build made no index.html");
  const source = String(page.source);
  const script = taken(bundle, source, SCRIPT);
  const style = taken(bundle, source, STYLE);
  const html = source.replace(SCRIPT, "").replace(STYLE, "").replace(/\n\s+/g, "\n");
  page.source = place(html, style, script);
  return `${JSON.stringify({ script: hashes(script), style: hashes(style) })}\n`;
}

/** Put style into the head and script at the end of the body, where the root element exists. */
function place(html: string, style: string, script: string): string {
  const sheet = style ? `<style>${style}</style>` : "";
  const code = script ? `<script type="module">${script}</script>` : "";
  return html.replace(HEAD_END, () => sheet + HEAD_END).replace(BODY_END, () => code + BODY_END);
}

/** Remove from the bundle what the tags point at, and give it as one text. */
function taken(bundle: Rolldown.OutputBundle, html: string, tag: RegExp): string {
  return [...html.matchAll(tag)].map(([, file = ""]) => take(bundle, file)).join("\n");
}

/** Remove one file from the bundle and give its text, made safe to stand inside an HTML tag. */
function take(bundle: Rolldown.OutputBundle, file: string): string {
  const part = bundle[file];
  if (!part) throw new Error(`inline: the page names ${file}, which the build did not make`);
  delete bundle[file];
  const text = part.type === "chunk" ? part.code : String(part.source);
  return text
    .replace(VITE_NOTE, "")
    .trim()
    .replace(/<(?=\/script|\/style|!--)/gi, "\\x3c");
}

/** As a Content-Security-Policy spells it; an empty text is no source. */
const hashes = (text: string): string[] =>
  text ? [`'sha256-${createHash("sha256").update(text).digest("base64")}'`] : [];
