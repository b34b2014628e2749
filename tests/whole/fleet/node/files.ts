// A phone's own files as its browser keeps them beside the database: what was not flushed goes with the power,
// or is there in part.

import type { Pad, Pads } from "../../../../pwa/src/ports.ts";
import { Crash, type Fuse } from "./fuse.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface File {
  readonly flushed: Bytes;
  readonly now: Bytes;
}

const NONE: File = { flushed: new Uint8Array(), now: new Uint8Array() };
const FLIPPED = 64; // bytes that rot at once

export class Files {
  private readonly fuse: Fuse;
  private readonly files = new Map<string, File>();
  private cuts = 0; // of the power, so far

  constructor(fuse: Fuse) {
    this.fuse = fuse;
  }

  /** Hold what others hold; without them, nothing. */
  become(other: Files | null): void {
    this.files.clear();
    for (const [name, file] of other?.files ?? []) this.files.set(name, file);
  }

  /** The power goes: what was not flushed is there no more, or half of it, or all. */
  powerless(): void {
    for (const [name, { flushed, now }] of this.files) {
      if (now === flushed) continue;
      const left = [flushed, torn(flushed, now), now][this.cuts++ % 3] as Bytes;
      this.files.set(name, { flushed: left, now: left });
    }
  }

  /** Damage one file: `lost` is gone, of a `cut` one the end is, in a `rotten` one some bytes are others. */
  spoil(name: string, sort: string, share: number): void {
    const { now } = this.of(name);
    const at = Math.floor(share * now.length);
    const bytes = sort === "rotten" ? now.slice() : now.slice(0, sort === "cut" ? at : 0);
    for (let place = at; sort === "rotten" && place < Math.min(at + FLIPPED, bytes.length); place++)
      bytes[place] = (bytes[place] as number) ^ 0xff;
    this.files.set(name, { flushed: bytes, now: bytes });
  }

  /** The files as one process sees them, which says when it dies. */
  opened(process: { dead: boolean }): Pads {
    return {
      use: async (name, work) => {
        if (process.dead) throw new Crash("dead");
        try {
          return await work(this.pad(name, process));
        } catch (fault) {
          if (fault instanceof Crash && !process.dead) this.powerless();
          process.dead ||= fault instanceof Crash;
          throw fault;
        }
      },
      room: async () => null, // nothing is held free here
    };
  }

  private of(name: string): File {
    return this.files.get(name) ?? NONE;
  }

  private pad(name: string, process: { dead: boolean }): Pad {
    const step = (done: () => void, half: () => void): void => {
      if (process.dead) throw new Crash("dead");
      let last = false;
      try {
        last = this.fuse.pull();
      } catch (fault) {
        half();
        throw fault;
      }
      done();
      if (last) throw new Crash("after");
    };
    const become = (now: Bytes): void => void this.files.set(name, { flushed: this.of(name).flushed, now });
    return {
      size: async () => this.of(name).now.length,
      read: async () => this.of(name).now.slice(),
      write: async (bytes, at) =>
        step(
          () => become(written(this.of(name).now, bytes, at)),
          () => become(written(this.of(name).now, bytes.subarray(0, bytes.length >> 1), at)),
        ),
      cut: async (size) =>
        step(
          () => become(this.of(name).now.slice(0, size)),
          () => undefined,
        ),
      flush: async () =>
        step(
          () => void this.files.set(name, { flushed: this.of(name).now, now: this.of(name).now }),
          () => undefined,
        ),
    };
  }
}

function written(before: Bytes, bytes: Uint8Array, at: number): Bytes {
  const after = new Uint8Array(Math.max(before.length, at + bytes.length));
  after.set(before);
  after.set(bytes, at);
  return after;
}

/** Half of what was written since, or cut off. */
const torn = (flushed: Bytes, now: Bytes): Bytes =>
  now.length > flushed.length ? now.slice(0, (flushed.length + now.length) >> 1) : flushed;
