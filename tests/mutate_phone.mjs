// Breaks modules of pwa/src/sync in every small way their syntax tree offers, and runs tests/pwa/sync on each
// break: in this one process and its workers, with a small stand-in for vitest, because starting vitest for
// each of some hundred mutants takes minutes. Called by tests/mutate_phone.py; prints JSON.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKERS = 2;
const SECONDS_MAX = 5; // a mutant that runs on for ever is dead

// --- the breaks

const SWAPS = {
  "<": ["<=", ">"],
  "<=": ["<", ">"],
  ">": [">=", "<"],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["+"],
  "%": ["*"],
  "**": ["*"],
  "&&": ["||"],
  "||": ["&&"],
  "++": ["--"],
  "--": ["++"],
};
const CALLS = { min: "max", max: "min", some: "every", every: "some" };
const DROPPED = ["sort", "filter", "reverse"];
const WRAPPERS = ["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"];

/** Give every [text, other text] this node may be mistaken for; `text` is the source. */
function variants(node, text) {
  const of = (each) => text.slice(each.start, each.end);
  const around = (operator) => `${of(node.left)} ${operator} ${of(node.right)}`;
  switch (node.type) {
    case "BinaryExpression":
      return (SWAPS[node.operator] ?? []).map(around);
    case "LogicalExpression":
      return [...(SWAPS[node.operator] ?? []).map((operator) => `(${around(operator)})`), of(node.left), of(node.right)];
    case "UnaryExpression":
      return node.operator === "!" ? [of(node.argument)] : [];
    case "UpdateExpression":
      return [of(node).replace(node.operator, SWAPS[node.operator][0])];
    case "Literal":
      return literals(node.value);
    case "ConditionalExpression":
      return [of(node.consequent), of(node.alternate)].map((each) => `(${each})`);
    case "IfStatement":
      return ["true", "false"].map((test) => `if (${test}) ${text.slice(node.consequent.start, node.end)}`);
    case "ReturnStatement":
      return node.argument ? ["return undefined;"] : [];
    case "ArrowFunctionExpression":
      return node.expression ? [`${text.slice(node.start, node.body.start)}undefined`] : [];
    case "ExpressionStatement":
      return [";"];
    case "ContinueStatement":
      return [";", "break;"];
    case "ForOfStatement":
      return [`${text.slice(node.start, node.right.start)}[]${text.slice(node.right.end, node.end)}`];
    case "SpreadElement":
      return [node.parent.type === "ObjectExpression" ? "...{}" : "...[]"];
    case "CallExpression":
      return calls(node.callee, of, text.slice(node.callee.end, node.end));
  }
  return [];
}

function literals(value) {
  if (typeof value === "boolean") return [String(!value)];
  if (typeof value === "number") return [`(${value + 1})`, `(${value - 1})`];
  return typeof value === "string" ? [JSON.stringify(`${value}?`)] : [];
}

function calls(callee, of, rest) {
  if (callee.type !== "MemberExpression" || callee.computed) return [];
  const name = callee.property.name;
  if (DROPPED.includes(name)) return [of(callee.object)];
  return name in CALLS ? [`${of(callee.object)}.${CALLS[name]}${rest}`] : [];
}

/** Walk what runs, each node with its parent: not types, imports, nor the texts of errors that are bugs. */
function* walk(node, parent) {
  if (!node || typeof node !== "object") return;
  if (Array.isArray(node)) {
    for (const each of node) yield* walk(each, parent);
    return;
  }
  if (typeof node.type !== "string" || node.type === "ImportDeclaration" || node.type === "ThrowStatement") return;
  if (node.type.startsWith("TS")) {
    if (WRAPPERS.includes(node.type)) yield* walk(node.expression, node);
    return;
  }
  const placed = Object.assign(node, { parent });
  yield placed;
  for (const [name, each] of Object.entries(node)) if (name !== "parent") yield* walk(each, placed);
}

const oneLine = (text) => text.replace(/\s+/g, " ");
const isExpression = (node) => /Expression$/.test(node.type) && !/Function/.test(node.type);

/** Make every break of a module: the line it is on, what it changes, and the module's whole source with it. */
function mutants(stem, parseSync) {
  const file = `pwa/src/sync/${stem}.ts`;
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...walk(parseSync(file, text).program, null)].flatMap((node) =>
    variants(node, text).map((other) => {
      const told = node.parent && isExpression(node.parent) ? node.parent : node;
      const before = text.slice(told.start, told.end);
      const after = text.slice(told.start, node.start) + other + text.slice(node.end, told.end);
      const source = text.slice(0, node.start) + other + text.slice(node.end);
      const from = text.lastIndexOf("\n", node.start) + 1;
      const line = text.slice(from, text.indexOf("\n", node.start)).trim();
      return { stem, file, line, change: oneLine(`${before} -> ${after}`), source };
    }),
  );
}

// --- running the tests on a break

/** Tell whether two values are equal as vitest's toEqual has it: what is undefined is not there. */
function equal(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (one instanceof Map || one instanceof Set) {
    return other.constructor === one.constructor && equal([...one], [...other]);
  }
  const names = (each) => Object.keys(each).filter((name) => each[name] !== undefined);
  const mine = names(one);
  return mine.length === names(other).length && mine.every((name) => equal(one[name], other[name]));
}

const threw = (call, text) => {
  try {
    call();
  } catch (fault) {
    return text === undefined || String(fault.message).includes(text);
  }
  return false;
};

/** Judge a value as vitest would; a matcher not known here fails, and with it the unbroken run. */
function expect(got) {
  const check = (good) => {
    if (!good) throw new Error("not as expected");
  };
  return {
    toBe: (want) => check(Object.is(got, want)),
    toEqual: (want) => check(equal(got, want)),
    toBeDefined: () => check(got !== undefined),
    toThrow: (text) => check(threw(got, text)),
    rejects: {
      toThrow: async (text) => {
        const fault = await got.then(
          () => null,
          (each) => each,
        );
        check(fault && (text === undefined || String(fault.message).includes(text)));
      },
    },
  };
}

/** Stand in for vitest: gather the tests a file declares. */
function standIn(tests) {
  const it = (_, test) => tests.push(test);
  it.each = (cases) => (_, test) => tests.push(...cases.map((each) => () => test(each)));
  const describe = (_, declare) => declare();
  return { describe, it, test: it, expect };
}

/** Load a test file on code given by path, and give its tests. */
async function load(test, codes) {
  const tests = [];
  const modules = new Map();
  const vitest = standIn(tests);
  const stub = new vm.SyntheticModule(Object.keys(vitest), function () {
    for (const [name, each] of Object.entries(vitest)) this.setExport(name, each);
  });
  const open = (path) => {
    if (!modules.has(path)) {
      const initializeImportMeta = (meta) => Object.assign(meta, { url: pathToFileURL(path).href });
      modules.set(path, new vm.SourceTextModule(codes.get(path), { identifier: path, initializeImportMeta }));
    }
    return modules.get(path);
  };
  const link = (name, from) =>
    name === "vitest" ? stub : name.startsWith("node:") ? builtIn(name) : open(join(dirname(from.identifier), name));
  const root = open(test);
  await root.link(link);
  await root.evaluate();
  return tests;
}

async function builtIn(name) {
  const names = await import(name);
  return new vm.SyntheticModule(Object.keys(names), function () {
    for (const [each, value] of Object.entries(names)) this.setExport(each, value);
  });
}

/** Tell whether every test of a module passes on code given; the one that failed last is asked first. */
async function lives(stem, codes, last) {
  try {
    const tests = await load(join(ROOT, `tests/pwa/sync/${stem}.test.ts`), codes);
    const order = [...tests.keys()];
    if (last.has(stem)) order.unshift(last.get(stem));
    for (const place of order) {
      last.set(stem, place);
      await tests[place]();
    }
    last.delete(stem);
    return true;
  } catch {
    return false;
  }
}

async function work({ codes, jobs }) {
  const last = new Map();
  for (const { index, stem, path, code } of jobs) {
    parentPort.postMessage({ index, starts: true });
    parentPort.postMessage({ index, lived: await lives(stem, new Map(codes).set(path, code), last) });
  }
}

// --- sharing the work

/** Run jobs in a worker; one that a job keeps too long is ended, and another goes on behind that job. */
function share(codes, jobs, heard) {
  return new Promise((resolve, reject) => {
    if (!jobs.length) return resolve();
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { codes, jobs },
      execArgv: ["--experimental-vm-modules", "--no-warnings"],
    });
    let timer;
    worker.on("message", ({ index, starts, lived }) => {
      clearTimeout(timer);
      if (!starts) return heard(index, lived);
      timer = setTimeout(async () => {
        await worker.terminate();
        heard(index, false);
        resolve(share(codes, jobs.slice(jobs.findIndex((job) => job.index === index) + 1), heard));
      }, SECONDS_MAX * 1000);
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const files = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, folder, name));

async function main(stems) {
  const require = createRequire(join(ROOT, "pwa/package.json"));
  const { parseSync, transformWithOxc } = await import(pathToFileURL(require.resolve("vite")).href);
  const strip = async (path, text) => (await transformWithOxc(text, path, { sourcemap: false })).code;
  const codes = new Map();
  for (const path of [...files("pwa/src/sync"), ...files("tests/pwa/sync")]) {
    codes.set(path, await strip(path, readFileSync(path, "utf8")));
  }
  const made = [];
  const jobs = [];
  for (const { source, ...mutant } of stems.flatMap((stem) => mutants(stem, parseSync))) {
    const path = join(ROOT, mutant.file);
    const code = await strip(path, source).catch(() => null);
    if (code === null || code === codes.get(path)) continue; // no program, or the same one
    jobs.push({ index: made.push(mutant) - 1, stem: mutant.stem, path, code });
  }
  for (const stem of stems) {
    if (!(await lives(stem, codes, new Map()))) throw new Error(`tests/pwa/sync/${stem}.test.ts fails unbroken`);
  }
  const lived = [];
  const heard = (index, lives) => lives && lived.push(made[index]);
  const shares = Array.from({ length: WORKERS }, (_, nth) => jobs.filter(({ index }) => index % WORKERS === nth));
  await Promise.all(shares.map((each) => share([...codes], each, heard)));
  process.stdout.write(JSON.stringify({ made: made.length, lived }));
}

if (isMainThread) await main(process.argv.slice(2).map((stem) => basename(stem)));
else await work(workerData);
