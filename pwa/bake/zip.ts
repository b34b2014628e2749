// Writes a .br and a .gz twin beside every text file of the build: the server never compresses the shell.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { after } from "./after.ts";

const TEXT = /\.(html|js|css|svg|webmanifest)$|^en\.json$/; // csp.json stays on the server

/** The plugin; it stands last in the list, after the service worker has been written. */
export function zip(): Plugin {
  return after("zip", (_root, out) => {
    for (const file of texts(out)) twins(file);
  });
}

function texts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return texts(path);
    return TEXT.test(entry.name) ? [path] : [];
  });
}

function twins(file: string): void {
  const raw = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  writeFileSync(`${file}.br`, brotliCompressSync(raw, { params }));
  writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }));
}
