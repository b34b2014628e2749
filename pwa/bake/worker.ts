// Builds src/sw.ts to one classic file, sw.js, with the list of files it keeps baked in.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

/** What the phone keeps for a start without network: path asked for, file that answers. */
const KEEP: readonly (readonly [path: string, file: string])[] = [
  ["/", "index.html"],
  ["/manifest.webmanifest", "manifest.webmanifest"],
  ["/icon.svg", "icon.svg"],
  ["/en.json", "en.json"],
];

/** The plugin; it runs only after a build that succeeded, never leaving an empty list behind. */
export function worker(target: string): Plugin {
  let root = "";
  return {
    name: "qianshao:worker",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    writeBundle: {
      order: "post",
      sequential: true,
      async handler(options) {
        const out = options.dir ?? "dist";
        const list = KEEP.map(([path, file]) => [path, digest(readFileSync(join(out, file)))] as const);
        await compile(root, out, target, list);
      },
    },
  };
}

/** One classic script: old kernels know no module workers. */
async function compile(
  root: string,
  out: string,
  target: string,
  list: readonly (readonly [string, string])[],
) {
  const entry = join(root, "src", "sw.ts");
  if (!existsSync(entry)) throw new Error("worker: src/sw.ts is missing");
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define: { __PRECACHE__: JSON.stringify(list), __VERSION__: JSON.stringify(digest(JSON.stringify(list))) },
    build: {
      target,
      outDir: out,
      emptyOutDir: false,
      reportCompressedSize: false,
      lib: { entry, formats: ["iife"], name: "sw", fileName: () => "sw.js" },
    },
  });
}

const digest = (bytes: Buffer | string): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 12);
