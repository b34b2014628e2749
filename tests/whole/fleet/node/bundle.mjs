// Bundles main.ts with the app's sources into one file, by the bundler that builds the app:
//   node bundle.mjs <out> [<file> <old> <new>]
// The second form plants a bug: in that file, which text becomes which.

import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const { rolldown } = await import(pathToFileURL(`${root}pwa/node_modules/rolldown/dist/index.mjs`).href);
const [out, file, old, changed] = process.argv.slice(2);

const planted = {
  name: "planted",
  load(id) {
    if (id !== root + file) return null;
    return readFileSync(id, "utf8").replace(old, () => changed);
  },
};

const bundle = await rolldown({
  input: `${root}tests/whole/fleet/node/main.ts`,
  platform: "node",
  resolve: { alias: { "@preact/signals": `${root}pwa/node_modules/@preact/signals` } },
  plugins: file ? [planted] : [],
  transform: { define: { __APP__: '"fleet"' } },
});
await bundle.write({ file: out, format: "esm", codeSplitting: false });
