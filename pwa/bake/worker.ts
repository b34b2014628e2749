// Builds src/journal-worker.ts, src/darkroom-worker.ts and src/sw.ts to one classic file each, journal.js,
// darkroom.js and sw.js, the last with the list of files it keeps baked in.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";
import { ALONE, after } from "./after.ts";

/** What the phone keeps for a start without network: path asked for, file that answers. */
const KEEP: readonly (readonly [path: string, file: string])[] = [
  ["/", "index.html"],
  ["/manifest.webmanifest", "manifest.webmanifest"],
  ["/icon.svg", "icon.svg"],
  ["/en.json", "en.json"],
  ["/journal.js", "journal.js"],
  ["/darkroom.js", "darkroom.js"],
];
const APART = /^apart-\w+\.js$/; // named by its hash, as bake/apart.ts does

/** The plugin; it runs only after a build that succeeded, never leaving an empty list behind. */
export function worker(target: string): Plugin {
  return after("worker", async (root, out) => {
    for (const name of ["journal", "darkroom"]) await compile(root, out, target, `${name}-worker`, name, {});
    const apart = readdirSync(out).filter((file) => APART.test(file));
    const keep = [...KEEP, ...apart.map((file) => [`/${file}`, file] as const)];
    const list = keep.map(([path, file]) => [path, digest(readFileSync(join(out, file)))] as const);
    await compile(root, out, target, "sw", "sw", {
      __PRECACHE__: JSON.stringify(list),
      __VERSION__: JSON.stringify(digest(JSON.stringify(list))),
    });
  });
}

/** One classic script: old kernels know no module workers. */
async function compile(
  root: string,
  out: string,
  target: string,
  source: string,
  name: string,
  define: Record<string, string>,
) {
  const entry = join(root, "src", `${source}.ts`);
  if (!existsSync(entry)) throw new Error(`worker: ${entry} is missing`);
  await build({
    ...ALONE,
    root,
    define,
    build: {
      target,
      outDir: out,
      emptyOutDir: false,
      reportCompressedSize: false,
      lib: { entry, formats: ["iife"], name, fileName: () => `${name}.js` },
    },
  });
}

const digest = (bytes: Buffer | string): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 12);
