// The phone's own files: the origin private file system, by the synchronous handles that only a dedicated
// worker gets. Early kernels answer some of the calls with a promise, so all of them are waited for.

import type { Pad, Pads } from "../ports.ts";

interface Told extends StorageEstimate {
  readonly usageDetails?: { readonly fileSystem?: number }; // Chromium's own
}

/** The files of this origin. Where the browser has none, they are empty and keep nothing. */
export function filePads(): Pads {
  const able =
    typeof FileSystemFileHandle !== "undefined" && "createSyncAccessHandle" in FileSystemFileHandle.prototype;
  return {
    async use(name, work) {
      if (!able) return work(NOTHING);
      const folder = await navigator.storage.getDirectory();
      const file = await folder.getFileHandle(name, { create: true });
      const handle = await file.createSyncAccessHandle();
      try {
        return await work(padOf(handle));
      } finally {
        await handle.close();
      }
    },
    async room() {
      if (!able) return null;
      const told: Told = await navigator.storage.estimate();
      const { usage = 0, quota = 0, usageDetails } = told;
      return {
        usedBytes: usage,
        quotaBytes: quota,
        filesBytes: usageDetails?.fileSystem ?? usage,
        persisted: await navigator.storage.persisted(),
      };
    },
  };
}

const NOTHING: Pad = {
  size: async () => 0,
  read: async () => new Uint8Array(),
  write: async () => undefined,
  cut: async () => undefined,
  flush: async () => undefined,
};

const padOf = (handle: FileSystemSyncAccessHandle): Pad => ({
  size: async () => handle.getSize(),
  async read() {
    const bytes = new Uint8Array(await handle.getSize());
    await handle.read(bytes, { at: 0 });
    return bytes;
  },
  async write(bytes, at) {
    const written = await handle.write(bytes as Uint8Array<ArrayBuffer>, { at });
    if (written < bytes.length) throw new DOMException("written in part", "QuotaExceededError");
  },
  cut: async (size) => handle.truncate(size),
  flush: async () => handle.flush(),
});
