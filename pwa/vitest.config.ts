// Unit tests of the phone's app. They live in tests/pwa, outside this folder, so whatever package a
// test names is looked up from here.

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Resolve packages named in tests/ as if the test stood in this folder. */
function packages(): Plugin {
  return {
    name: "qianshao:packages",
    enforce: "pre",
    resolveId(id, importer, options) {
      if (!importer?.startsWith(here("../tests/")) || /^[./\0]|^node:/.test(id)) return null;
      return this.resolve(id, here("vitest.config.ts"), { ...options, skipSelf: true });
    },
  };
}

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: { __APP__: '"test"' },
  root: here(".."),
  cacheDir: here("node_modules/.vite"),
  plugins: [packages()],
  test: { include: ["tests/pwa/**/*.test.{ts,tsx}"], environment: "node", watch: false },
});
