// Builds the screens apart: whatever src/ imports by import(...) becomes one further file, apart-<hash>.js,
// loaded when such a screen is opened. The shell's script stands inside the page, so nothing can import
// from it; what the screens apart need of it, it hands over as one list on globalThis, by place.
//
// 1. Walk the shell's imports: which modules are its own, and which screens it names by import(...).
// 2. Build those screens; whatever they import of the shell's modules is noted and taken from the list.
// 3. Build the shell with the list at the end of its entry, and every import(...) asking for the one file.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { build, type InlineConfig, type Plugin, parseSync, type Rolldown } from "vite";
import { ALONE } from "./after.ts";

const SHELL = "src/main.tsx";
const ENTRY = "\0apart";
const HANDED = "handed:";
const LIST = "globalThis.qianshao"; // what the shell hands over
const ASKING = /\bimport\("\.[^"]+"\)/g;
const ASKED = "__APART__()"; // stands for the import until the end: Vite would wrap it in a preloader
const HASH_DIGITS = 12;

/** Screens apart, built. */
interface Apart {
  readonly path: string; // as the page asks for it; the hash in it pins page and screens together
  readonly code: string;
  readonly modules: readonly string[];
  readonly handed: readonly Handed[];
}

/** One export of a module of the shell. */
interface Handed {
  readonly module: string;
  readonly name: string;
}

/** The plugin; `options` are what shell and screens apart are compiled with alike. */
export function apart(options: Pick<InlineConfig, "oxc" | "define" | "build">): Plugin {
  let root = "";
  let made: Apart;
  return {
    name: "qianshao:apart",
    apply: "build",
    enforce: "pre",
    configResolved(config) {
      root = config.root;
    },
    async buildStart() {
      const common: InlineConfig = { ...options, ...ALONE, root };
      const { own, screens } = await walk(common, join(root, SHELL));
      made = await screened(common, own, screens);
    },
    transform(code, id) {
      if (!id.startsWith(join(root, "src"))) return null;
      const end = id === join(root, SHELL) ? handOver(made.handed) : "";
      return code.replace(ASKING, ASKED) + end;
    },
    generateBundle(_options, bundle) {
      for (const chunk of chunksOf(Object.values(bundle))) {
        const twice = held(chunk).filter((id) => made.modules.includes(id));
        if (twice.length) this.error(`in the shell and apart: ${twice.join(", ")}`);
        chunk.code = chunk.code.replaceAll(ASKED, `import(${quoted(made.path)})`);
      }
      this.emitFile({ type: "asset", fileName: made.path.slice(1), source: made.code });
    },
  };
}

/** The modules of the shell, and the screens it names without importing them. */
async function walk(common: InlineConfig, entry: string) {
  const own = new Set<string>();
  const screens = new Set<string>();
  const plugin: Plugin = {
    name: "qianshao:apart-walk",
    async resolveDynamicImport(source, importer) {
      const found = await this.resolve(String(source), importer);
      if (found) screens.add(found.id);
      return { id: ENTRY, external: true };
    },
    moduleParsed: ({ id }) => void own.add(id),
  };
  await bundled(common, plugin, entry);
  const both = [...screens].filter((id) => own.has(id));
  if (both.length) throw new Error(`apart: the shell imports ${both.join(", ")} also without import()`);
  return { own, screens: [...screens].sort() };
}

/** Build the screens into one file that takes from the shell what the shell has. */
async function screened(
  common: InlineConfig,
  own: ReadonlySet<string>,
  screens: readonly string[],
): Promise<Apart> {
  const names: string[] = [];
  const plugin: Plugin = {
    name: "qianshao:apart-screens",
    enforce: "pre",
    moduleParsed: ({ id, exports }) => void (screens.includes(id) && names.push(...exports)),
    async resolveId(source, importer) {
      if (source === ENTRY) return source;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found && own.has(found.id) ? { id: HANDED + found.id, external: true } : null;
    },
    load: (id) => (id === ENTRY ? screens.map((each) => `export * from ${quoted(each)};`).join("\n") : null),
  };
  const chunk = await bundled(common, plugin, ENTRY);
  const alike = names.filter((name, at) => names.indexOf(name) < at);
  if (alike.length) throw new Error(`apart: two screens export ${alike.join(", ")}`);
  const { code, handed } = taking(chunk.code);
  const digest = createHash("sha256").update(code).digest("hex").slice(0, HASH_DIGITS);
  return { path: `/apart-${digest}.js`, code, modules: held(chunk), handed };
}

/** Replace the imports of what is handed over by one line that takes it from the list. */
function taking(source: string): { code: string; handed: readonly Handed[] } {
  const imports = parseSync("apart.js", source).module.staticImports;
  const bindings = imports.flatMap(({ moduleRequest, entries }) =>
    entries.map(({ importName, localName }) => {
      const name = importName.kind === "Default" ? "default" : importName.name;
      if (!moduleRequest.value.startsWith(HANDED) || !name)
        throw new Error(`apart: cannot take ${importName.kind} of ${moduleRequest.value}`);
      return { module: moduleRequest.value.slice(HANDED.length), name, local: localName.value };
    }),
  );
  const rest = imports.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), source);
  return { code: `const[${bindings.map(({ local }) => local)}]=${LIST};${rest}`, handed: bindings };
}

/** The end of the shell's entry: the list, in the order in which the screens take it. */
function handOver(handed: readonly Handed[]): string {
  const imports = handed.map(
    ({ module, name }, at) => `import { ${name} as handed${at} } from ${quoted(module)};`,
  );
  return `\n${imports.join("\n")}\n${LIST} = [${handed.map((_, at) => `handed${at}`)}];\n`;
}

/** Build in memory; gives the one chunk. */
async function bundled(common: InlineConfig, plugin: Plugin, input: string): Promise<Rolldown.OutputChunk> {
  const built = await build({
    ...common,
    plugins: [plugin],
    build: {
      ...common.build,
      write: false,
      rolldownOptions: { input, preserveEntrySignatures: "strict", output: { codeSplitting: false } },
    },
  });
  const [chunk, ...more] = "output" in built ? chunksOf(built.output) : [];
  if (!chunk || more.length) throw new Error("apart: not one chunk");
  return chunk;
}

const chunksOf = (parts: readonly (Rolldown.OutputAsset | Rolldown.OutputChunk)[]): Rolldown.OutputChunk[] =>
  parts.filter((part) => part.type === "chunk");

/** The modules that have something in a chunk. */
const held = (chunk: Rolldown.OutputChunk): string[] =>
  Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []));

const quoted = (text: string): string => JSON.stringify(text);
