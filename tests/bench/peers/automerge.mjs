// Automerge through its sync protocol: messages until neither side has one left.
// Texts are immutable strings and lists are kept as JSON: the cheapest this library offers for such fields.

import { batches, clashes, cpuUs, Link, load, rate, versionOf, work } from "./tally.mjs";

const Automerge = load("@automerge/automerge");
const PULLS = 5;
const SERVER = 0xffffff;
const MANY = 10; // actors of the many phones count from here

const actor = (number) => number.toString(16).padStart(32, "0");
const kept = (value) =>
  typeof value === "string" ? new Automerge.ImmutableString(value)
  : Array.isArray(value) ? new Automerge.ImmutableString(JSON.stringify(value))
  : value;
const plain = (value) => (Automerge.isImmutableString(value) ? value.toString() : value);

// All replicas begin with one and the same first change, which makes the map of records.
const root = Automerge.save(
  Automerge.change(Automerge.init({ actor: actor(0) }), { time: 0 }, (doc) => {
    doc.records = {};
  }),
);

/** Opens a document. */
function replica(number, state = root) {
  return Automerge.load(state, { actor: actor(number) });
}

/** Writes records in one change. */
function report(doc, rows) {
  return Automerge.change(doc, { time: 0 }, (draft) => {
    for (const [name, record] of rows) {
      draft.records[name] = Object.fromEntries(Object.entries(record).map(([key, value]) => [key, kept(value)]));
    }
  });
}

/** Writes fields in one change. */
function edit(doc, rows) {
  return Automerge.change(doc, { time: 0 }, (draft) => {
    for (const [name, field, value] of rows) draft.records[name][field] = kept(value);
  });
}

/** Exchanges messages until both sides are silent, the phone speaking first. */
function sync(phone, server, link, states = [Automerge.initSyncState(), Automerge.initSyncState()]) {
  let [atPhone, atServer] = states;
  for (let silent = 0; silent < 2; ) {
    silent = 0;
    let message;
    [atPhone, message] = Automerge.generateSyncMessage(phone, atPhone);
    if (message) [server, atServer] = Automerge.receiveSyncMessage(server, atServer, link.send("up", message));
    else silent += 1;
    [atServer, message] = Automerge.generateSyncMessage(server, atServer);
    if (message) [phone, atPhone] = Automerge.receiveSyncMessage(phone, atPhone, link.send("down", message));
    else silent += 1;
  }
  return [phone, server, [atPhone, atServer]];
}

/** Syncs a fresh replica's reports to an empty server. */
function upload(rows) {
  const link = new Link();
  sync(report(replica(1), rows), replica(SERVER), link);
  return link.told();
}

/** Syncs two phones that edited the same records: the first, the second, the first again. */
function bothSides(state) {
  let server = replica(SERVER, state);
  const link = new Link();
  const phones = [1, 2].map((number) => replica(number, state));
  const states = [];
  for (const at of [0, 1]) {
    // They have synced before: each side remembers what the other has.
    [phones[at], server, states[at]] = sync(phones[at], server, new Link());
    phones[at] = edit(phones[at], work.edits[at]);
  }
  for (const at of [0, 1, 0]) {
    link.begin();
    [phones[at], server, states[at]] = sync(phones[at], server, link, states[at]);
  }
  const heads = [server, ...phones].map((doc) => Automerge.getHeads(doc).sort().join());
  const found = clashes(work.edits, (name) => {
    const record = server.records[name];
    return Object.fromEntries(
      Object.keys(record).map((field) => {
        const others = Object.values(Automerge.getConflicts(record, field) ?? {});
        return [field, [record[field], ...others].map(plain)];
      }),
    );
  });
  return { ...link.told(), ...found, converged: new Set(heads).size === 1 };
}

/** Times the server's side of uploads. */
function merging(uploads, count, state = root) {
  return rate(() => {
    let server = replica(SERVER, state);
    return () => {
      for (const changes of uploads) [server] = Automerge.applyChanges(server, changes);
    };
  }, count);
}

/** Hears of ten changes in a store of 500 phones' reports; cold, the server opens the document first. */
async function pull() {
  let server = replica(SERVER);
  const changes = work.phones.flatMap((rows, at) => Automerge.getChanges(replica(1), report(replica(MANY + at), rows)));
  [server] = Automerge.applyChanges(server, changes);
  server = Automerge.emptyChange(server, { time: 0 }); // one head in place of 500, or every later change names them all
  let reader = Automerge.clone(server, { actor: actor(1) });
  let states;
  [reader, server, states] = sync(reader, server, new Link());
  const writer = edit(Automerge.clone(server, { actor: actor(2) }), work.changes);
  [server] = Automerge.applyChanges(server, Automerge.getChanges(server, writer));
  const heads = Automerge.getHeads(reader);
  const warm = await rate(() => () => {
    for (let at = 0; at < PULLS; at++) Automerge.saveSince(server, heads);
  }, PULLS);
  const state = Automerge.save(server);
  const started = cpuUs();
  Automerge.saveSince(replica(SERVER, state), heads);
  const cold = cpuUs() - started;
  const link = new Link();
  sync(reader, server, link, states);
  return { ...link.told(), server_cpu_us: warm.us_each, server_cold_cpu_us: cold };
}

const uploads = work.phones
  .slice(0, 25)
  .map((rows, at) => Automerge.getChanges(replica(1), report(replica(MANY + at), rows)));
const state = Automerge.save(report(replica(3), work.bulk));
const edits = work.edits.flatMap((rows, side) => {
  let doc = replica(1 + side, state);
  return batches(rows).map((part) => {
    const before = doc;
    doc = edit(Automerge.clone(doc, { actor: actor(1 + side) }), part);
    return Automerge.getChangesSince(doc, Automerge.getHeads(before));
  });
});
process.stdout.write(
  JSON.stringify({
    what: `@automerge/automerge ${versionOf("@automerge/automerge")}, its sync protocol, document in memory`,
    twenty: upload(work.phones[0]),
    twenty_hard: upload(work.hard),
    five_hundred: upload(work.bulk),
    edits: bothSides(state),
    merge_reports: await merging(uploads, work.bulk.length),
    merge_edits: await merging(edits, work.edits.flat().length, state),
    pull: await pull(),
  }),
);
