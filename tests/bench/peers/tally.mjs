// What a peer is measured by. Twin: tests/bench/peers/tally.py.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { deflateSync } from "node:zlib";

const ROUNDS = 5;

/** Loads a package of build/peers, whose folder is the second word of the command line. */
export const load = createRequire(resolve(process.argv[3], "package.json"));

/** The version of a package of build/peers; not every package lets its package.json be loaded. */
export function versionOf(name) {
  return JSON.parse(readFileSync(resolve(process.argv[3], "node_modules", name, "package.json"), "utf8")).version;
}

/** The work named on the command line. */
export const work = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Counts messages between phones and the server, plain and as zlib would make them. */
export class Link {
  bytes = { up: 0, up_deflated: 0, down: 0, down_deflated: 0 };
  legs = 0;
  #last = "";

  /** Starts another sync: its first message answers nothing. */
  begin() {
    this.#last = "";
  }

  /** Counts a message "up" or "down"; one that deflating makes longer counts as it is. */
  send(way, message) {
    this.bytes[way] += message.length;
    this.bytes[`${way}_deflated`] += Math.min(message.length, deflateSync(message, { level: 6 }).length);
    if (this.#last !== way) this.legs += 1;
    this.#last = way;
    return message;
  }

  /** Gives the figures; half a round trip is a last leg that nobody answers. */
  told() {
    return { ...this.bytes, round_trips: this.legs / 2 };
  }
}

/** Microseconds of processor time this process used. */
export function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Gives how many things a processor second does, by the median round; preparing is not timed. */
export async function rate(prepare, count, rounds = ROUNDS) {
  const spent = [];
  for (let round = 0; round < rounds; round++) {
    const timed = await prepare();
    const started = cpuUs();
    await timed();
    spent.push(cpuUs() - started);
  }
  const middle = spent.sort((a, b) => a - b)[rounds >> 1];
  return { per_cpu_s: Math.round((count / middle) * 1e6), us_each: Math.round((middle / count) * 10) / 10 };
}

/** Says what became of the pairs: show gives all values that reading a record offers, the plain one first. */
export function clashes(sides, show) {
  const found = { one_field: 0, one_field_both_offered: 0, two_fields: 0, two_fields_both_shown: 0 };
  for (const [at, [record, first, mine]] of sides[0].entries()) {
    const [, second, theirs] = sides[1][at];
    const shown = show(record);
    if (first === second) {
      found.one_field += 1;
      if (shown[first].includes(mine) && shown[second].includes(theirs)) found.one_field_both_offered += 1;
    } else {
      found.two_fields += 1;
      if (shown[first][0] === mine && shown[second][0] === theirs) found.two_fields_both_shown += 1;
    }
  }
  return found;
}

/** Cuts a list into uploads. */
export function batches(rows, size = 20) {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
}
