// Builds beside the app's own, and what runs after it.

import type { InlineConfig, Plugin } from "vite";

/** How a build beside the app's own is run: it reads no settings and copies no files. */
export const ALONE = {
  configFile: false,
  publicDir: false,
  logLevel: "warn",
} as const satisfies InlineConfig;

/** A plugin that works after a build that succeeded; `root` is where the sources are, `out` where the app is. */
export function after(name: string, work: (root: string, out: string) => Promise<void> | void): Plugin {
  let root = "";
  return {
    name: `qianshao:${name}`,
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    writeBundle: {
      order: "post",
      sequential: true,
      handler: ({ dir = "dist" }) => work(root, dir),
    },
  };
}
