import { afterEach, describe, expect, it, vi } from "vitest";
import { filePads } from "../../../pwa/src/adapters/journal-pads.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The origin's own files as a browser gives them; `early` ones answer with promises, as Chromium 102 did. */
function browserFiles(early = false) {
  const files = new Map<string, Uint8Array>();
  const open = new Set<string>();
  const soon = <T>(value: T) => (early ? Promise.resolve(value) : value);
  const handleOf = (name: string) => ({
    getSize: () => soon(files.get(name)?.length ?? 0),
    read: (into: Uint8Array) => {
      into.set(files.get(name) ?? []);
      return into.length;
    },
    write: (bytes: Uint8Array, { at }: { at: number }) => {
      const old = files.get(name) ?? new Uint8Array();
      const next = new Uint8Array(Math.max(old.length, at + bytes.length));
      next.set(old);
      next.set(bytes, at);
      files.set(name, next);
      return name === "small" ? bytes.length - 1 : bytes.length;
    },
    truncate: (size: number) =>
      soon(void files.set(name, (files.get(name) ?? new Uint8Array()).slice(0, size))),
    flush: () => soon(undefined),
    close: () => soon(void open.delete(name)),
  });
  class FileSystemFileHandle {
    readonly name: string;

    constructor(name: string) {
      this.name = name;
    }

    async createSyncAccessHandle() {
      if (open.has(this.name)) throw new DOMException("open", "NoModificationAllowedError");
      open.add(this.name);
      return handleOf(this.name);
    }
  }
  vi.stubGlobal("FileSystemFileHandle", FileSystemFileHandle);
  vi.stubGlobal("navigator", {
    storage: {
      getDirectory: async () => ({ getFileHandle: async (name: string) => new FileSystemFileHandle(name) }),
      estimate: async () => ({ usage: 5, quota: 9, usageDetails: { fileSystem: 4 } }),
      persisted: async () => true,
    },
  });
  return { files, open };
}

describe("the phone's own files", () => {
  it.each([false, true])("are written, read, cut and closed again (early kernel: %s)", async (early) => {
    const { open } = browserFiles(early);
    const pads = filePads();
    await pads.use("a", async (pad) => {
      await pad.write(Uint8Array.of(1, 2, 3), 0);
      await pad.write(Uint8Array.of(4), await pad.size());
      await pad.flush();
    });
    expect([...(await pads.use("a", (pad) => pad.read()))]).toEqual([1, 2, 3, 4]);
    await pads.use("a", (pad) => pad.cut(1));
    expect(await pads.use("a", (pad) => pad.size())).toBe(1);
    expect(open.size).toBe(0);
  });

  it("are closed when the work fails, so that the next one can open them", async () => {
    const { open } = browserFiles();
    const pads = filePads();
    const failing = pads.use("a", async () => {
      throw new Error("killed");
    });
    await expect(failing).rejects.toThrow("killed");
    expect(open.size).toBe(0);
  });

  it("say that they are full when only a part was written", async () => {
    browserFiles();
    const writing = filePads().use("small", (pad) => pad.write(Uint8Array.of(1, 2), 0));
    await expect(writing).rejects.toMatchObject({ name: "QuotaExceededError" });
  });

  it("know how much room there is", async () => {
    browserFiles();
    expect(await filePads().room()).toEqual({
      usedBytes: 5,
      quotaBytes: 9,
      filesBytes: 4,
      persisted: true,
    });
  });

  it("are empty, and keep nothing, where the browser has none", async () => {
    vi.stubGlobal("navigator", {});
    const pads = filePads();
    await pads.use("a", async (pad) => {
      await pad.write(Uint8Array.of(1), 0);
      await pad.flush();
      await pad.cut(0);
    });
    expect(await pads.use("a", (pad) => pad.size())).toBe(0);
    expect((await pads.use("a", (pad) => pad.read())).length).toBe(0);
    expect(await pads.room()).toBeNull();
  });
});
