// Builds the phone's app: one HTML file with style and script inlined, one file of screens apart, and one
// service worker; and the verifier's page. Round trips dominate a cold start on a weak link, so the shell is a single answer (docs/adr).

import { defineConfig } from "vite";
import { apart } from "./bake/apart.ts";
import { inline } from "./bake/inline.ts";
import { verifier } from "./bake/verify.ts";
import { worker } from "./bake/worker.ts";
import { zip } from "./bake/zip.ts";

/** The lowest browser kernel promised; the README says so too. */
const TARGET = "chrome87";

/** What shell and screens apart are compiled with alike. */
const COMMON = {
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: { __APP__: JSON.stringify(process.env.APP_VERSION ?? "0.1.0") },
  build: {
    target: TARGET,
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 100_000, // small drawings travel inside the style sheet
    reportCompressedSize: false,
  },
} as const;

export default defineConfig({
  ...COMMON,
  plugins: [apart(COMMON), inline(), worker(TARGET), verifier(COMMON), zip()],
  build: { ...COMMON.build, rolldownOptions: { output: { codeSplitting: false } } },
});
