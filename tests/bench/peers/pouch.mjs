// PouchDB replicating over HTTP to express-pouchdb (the engine of pouchdb-server), both with stores in memory.
// The server is a process of its own, so that its processor time is its own. Counted are the bodies, plain and
// as zlib would make them, and all bytes of the connections as they travel: PouchDB does not deflate what it sends.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { batches, clashes, cpuUs, Link, load, rate, versionOf, work } from "./tally.mjs";

const PouchDB = load("pouchdb").plugin(load("pouchdb-adapter-memory"));
const PULLS = 5;
const CHUNK = 1000;

const docs = (rows) => rows.map(([name, record]) => ({ _id: name, ...record }));
let made = 0;
const fresh = () => new PouchDB(`local${made++}`, { adapter: "memory" });

/** Serves PouchDBs in memory and tells, when asked, what it cost so far. */
function serve() {
  const bytes = { up: 0, down: 0 };
  const open = new Set();
  const count = (socket) => {
    bytes.up += socket.bytesRead;
    bytes.down += socket.bytesWritten;
  };
  const app = load("express")();
  app.use(load("express-pouchdb")(PouchDB.defaults({ adapter: "memory" }), { mode: "minimumForPouchDB" }));
  const server = app.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      count(socket);
    });
  });
  process.on("message", () => {
    const now = { ...bytes };
    for (const socket of open) {
      now.up += socket.bytesRead;
      now.down += socket.bytesWritten;
    }
    process.send({ cpu_us: cpuUs(), ...now });
  });
  process.on("disconnect", () => process.exit());
}

/** The server, and what passes between it and the phones. */
class Far {
  #child;
  #names = 0;
  link = new Link();
  #requests = 0;
  #depth = 0; // round trips: requests that had to wait for another's answer

  async start() {
    this.#child = fork(fileURLToPath(import.meta.url), [process.argv[2], process.argv[3], "serve"]);
    const { port } = await this.#heard();
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  #heard() {
    return new Promise((resolve) => this.#child.once("message", resolve));
  }

  /** Asks what the server cost so far. */
  cost() {
    const heard = this.#heard();
    this.#child.send("cost");
    return heard;
  }

  stop() {
    this.#child.disconnect();
  }

  /** Makes a database, and gives a way for one phone to reach it. */
  remote(name = `town${this.#names++}`) {
    return new PouchDB(`${this.url}/${name}`, { fetch: (url, options) => this.#fetch(url, options) });
  }

  async #fetch(url, options = {}) {
    const turn = this.#depth + 1;
    this.#requests += 1;
    this.link.send("up", Buffer.from(options.body ?? ""));
    const answer = await PouchDB.fetch(url, options);
    this.#depth = Math.max(this.#depth, turn);
    const body = this.link.send("down", Buffer.from(await answer.arrayBuffer()));
    return new Response(body, { status: answer.status, headers: [...answer.headers] });
  }

  /** Runs a replication or several, one after another, and tells what passed. */
  async passed(...runs) {
    const before = await this.cost();
    this.link = new Link();
    this.#requests = this.#depth = 0;
    for (const run of runs) await run();
    const after = await this.cost();
    return {
      traffic: {
        ...this.link.bytes,
        round_trips: this.#depth,
        requests: this.#requests,
        up_on_wire: after.up - before.up,
        down_on_wire: after.down - before.down,
      },
      cpu_us: after.cpu_us - before.cpu_us,
    };
  }
}

/** Pushes a fresh replica's reports to an empty server. */
async function upload(far, rows) {
  const phone = fresh();
  await phone.bulkDocs(docs(rows));
  const remote = far.remote();
  await remote.info();
  return (await far.passed(() => phone.replicate.to(remote))).traffic;
}

/** Writes fields, record by record. */
async function edit(store, rows) {
  const written = [];
  for (const [name, field, value] of rows) {
    await store.put({ ...(await store.get(name)), [field]: value });
    written.push(await store.get(name, { revs: true }));
  }
  return written;
}

/** All values a record offers by field, the winner's first. */
async function offered(store, name) {
  const { _conflicts = [], ...winner } = await store.get(name, { conflicts: true });
  const others = await Promise.all(_conflicts.map((rev) => store.get(name, { rev })));
  return Object.fromEntries(Object.keys(winner).map((key) => [key, [winner, ...others].map((doc) => doc[key])]));
}

/** Syncs two phones that edited the same records: the first, the second, the first again. */
async function bothSides(far) {
  const remote = far.remote();
  await remote.bulkDocs(docs(work.bulk));
  const phones = [fresh(), fresh()];
  for (const phone of phones) await phone.sync(remote);
  const written = [];
  for (const [at, phone] of phones.entries()) written.push(...(await edit(phone, work.edits[at])));
  const once = (phone) => [() => phone.replicate.to(remote), () => phone.replicate.from(remote)];
  const { traffic } = await far.passed(...[phones[0], phones[1], phones[0]].flatMap(once));
  const shown = {};
  for (const [name] of work.edits[0]) shown[name] = await offered(phones[0], name);
  const revisions = await Promise.all(
    [remote, ...phones].map(async (store) => JSON.stringify((await store.allDocs()).rows)),
  );
  const found = clashes(work.edits, (name) => shown[name]);
  return { told: { ...traffic, ...found, converged: new Set(revisions).size === 1 }, written };
}

/** Times what a server does with uploads of known revisions, without HTTP. */
function merging(uploads, base = []) {
  return rate(async () => {
    const server = fresh();
    await server.bulkDocs(base, { new_edits: false });
    return async () => {
      for (const upload of uploads) await server.bulkDocs(upload, { new_edits: false });
    };
  }, uploads.flat().length);
}

/** Hears of ten changes in a store of 500 phones' reports. */
async function pull(far) {
  const remote = far.remote();
  for (const chunk of batches(docs(work.phones.flat()), CHUNK)) await remote.bulkDocs(chunk);
  const reader = fresh();
  await reader.replicate.from(remote, { batch_size: CHUNK });
  const rounds = [];
  for (let round = 0; round < PULLS; round++) {
    await edit(remote, work.changes.map(([name, field, value]) => [name, field, value + 10 * round]));
    rounds.push(await far.passed(() => reader.replicate.from(remote)));
  }
  const cpu = rounds.map((round) => round.cpu_us).sort((a, b) => a - b);
  return { ...rounds[0].traffic, server_cpu_us: cpu[PULLS >> 1] };
}

/** Reports as revisions that another store made. */
const revised = (rows) =>
  docs(rows).map((doc, at) => {
    const id = (at + 1).toString(16).padStart(32, "0");
    return { ...doc, _rev: `1-${id}`, _revisions: { start: 1, ids: [id] } };
  });

async function measure() {
  const far = await new Far().start();
  const { told, written } = await bothSides(far);
  const ancestors = written.map(({ _id, _revisions: { ids } }) => [_id, ids[1]]);
  const known = new Map(docs(work.bulk).map((doc) => [doc._id, doc]));
  const base = [...new Map(ancestors)].map(([name, id]) => ({
    ...known.get(name),
    _rev: `1-${id}`,
    _revisions: { start: 1, ids: [id] },
  }));
  const found = {
    what: `pouchdb ${versionOf("pouchdb")} to express-pouchdb ${versionOf("express-pouchdb")}, HTTP, stores in memory`,
    twenty: await upload(far, work.phones[0]),
    twenty_hard: await upload(far, work.hard),
    five_hundred: await upload(far, work.bulk),
    edits: told,
    merge_reports: await merging(work.phones.slice(0, 25).map(revised)),
    merge_edits: await merging(batches(written), base),
    pull: await pull(far),
  };
  far.stop();
  process.stdout.write(JSON.stringify(found));
  process.exit();
}

await (process.argv[4] === "serve" ? serve() : measure());
