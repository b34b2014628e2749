// Builds the verifier's page, verify.html: one file that needs nothing else and reaches nothing, so that it
// can be saved and opened anywhere. Its policy stands in the page itself, by the hashes of what is inlined.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type InlineConfig, type Plugin } from "vite";
import { ALONE, after } from "./after.ts";

const PAGE = "verify.html";
const ENTRY = "src/verify/page.ts";

/** The plugin; `options` are what the app is compiled with. */
export function verifier(options: Pick<InlineConfig, "define" | "build">): Plugin {
  return after("verifier", async (root, out) => {
    const { script, style } = await compile(options, root);
    const page = readFileSync(join(root, PAGE), "utf8").replace(/\n\s+/g, "\n");
    const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src blob:; base-uri 'none'; form-action 'none'`;
    const whole = page
      .replace('Policy" content="', (before) => before + policy)
      .replace("<style>", (tag) => tag + style)
      .replace('<script type="module">', (tag) => tag + script);
    writeFileSync(join(out, PAGE), whole);
  });
}

/** Compile script and style, made safe to stand inside an HTML tag. */
async function compile(options: Pick<InlineConfig, "define" | "build">, root: string) {
  const built = await build({
    ...options,
    ...ALONE,
    root,
    build: { ...options.build, write: false, rolldownOptions: { input: join(root, ENTRY) } },
  });
  const parts = "output" in built ? built.output : [];
  const texts = { script: "", style: "" };
  for (const part of parts) {
    if (part.type === "chunk") texts.script += part.code;
    else if (part.fileName.endsWith(".css")) texts.style += String(part.source);
  }
  if (!texts.script || !texts.style) throw new Error("verifier: no script or no style");
  return { script: safe(texts.script), style: safe(texts.style) };
}

const safe = (text: string): string => text.trim().replace(/<(?=\/script|\/style|!--)/gi, "\\x3c");
const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
