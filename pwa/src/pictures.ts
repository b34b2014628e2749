// Pictures to show: the tiny preview that came with the record, the phone's own photo, or the server's.
// Kept as object URLs, the longest unused let go.

import type { Mirror } from "./mirror.ts";
import type { PhotoSize } from "./model.ts";
import type { Link, Store } from "./ports.ts";

const CLEAR: readonly PhotoSize[] = ["small", "screen"]; // for which the phone's own photo does
const KEPT = 80; // object URLs; about 10 MB of photos at most

export class Pictures {
  private readonly urls = new Map<string, string>();
  private readonly asked = new Map<string, Promise<string>>();
  private readonly mirror: Mirror;
  private readonly link: Link;
  private readonly store: Store;

  constructor(mirror: Mirror, link: Link, store: Store) {
    this.mirror = mirror;
    this.link = link;
    this.store = store;
  }

  /** Give an object URL, "" when there is no such picture on the phone and none comes. */
  url(key: string, size: PhotoSize): Promise<string> {
    const name = `${key}/${size}`;
    const known = this.urls.get(name);
    if (known) return Promise.resolve(this.keep(name, known));
    const asking = this.asked.get(name) ?? this.find(key, size, name);
    this.asked.set(name, asking);
    asking.finally(() => this.asked.delete(name)).catch(() => undefined);
    return asking;
  }

  /** Let go of photos that this phone may show no more. */
  forget(keys: readonly string[]): void {
    for (const [name, url] of this.urls) {
      if (!keys.includes(name.split("/")[0] ?? "")) continue;
      this.urls.delete(name);
      URL.revokeObjectURL(url);
    }
  }

  private async find(key: string, size: PhotoSize, name: string): Promise<string> {
    const blob = (await this.held(key, size)) ?? (await this.fetched(key, size));
    return blob ? this.keep(name, URL.createObjectURL(blob)) : "";
  }

  /** What the phone has: a preview does for a list, too, and costs no round trip. */
  private async held(key: string, size: PhotoSize): Promise<Blob | undefined> {
    const own = CLEAR.includes(size) && this.mirror.photos.value.find((photo) => photo.id === key);
    if (own) return own.screen;
    const row = size === "screen" ? undefined : await this.mirror.preview(key);
    const small = size === "small" || !row?.preview ? row?.small : undefined;
    if (small) return new Blob([small]);
    return size !== "small" && row?.preview ? blobOf(row.preview) : undefined;
  }

  private async fetched(key: string, size: PhotoSize): Promise<Blob | undefined> {
    const session = this.mirror.notes.value.session;
    if (size === "preview" || !session || session.out || !this.link.up()) return undefined;
    if (!(await this.mirror.preview(key))?.here) return undefined; // the server has none either
    const answer = await this.link.photo(session.token, key, size === "small" ? "thumb" : size);
    if (!answer.ok) return undefined;
    if (size !== "screen") {
      const [{ keepSmall }, body] = await Promise.all([import("./thumbs.ts"), answer.value.arrayBuffer()]);
      await keepSmall(this.store, key, body).catch(() => undefined); // no room: it is fetched again
    }
    return answer.value;
  }

  /** Note a use; let go of what was unused longest. */
  private keep(name: string, url: string): string {
    this.urls.delete(name);
    this.urls.set(name, url);
    for (const [old, gone] of this.urls) {
      if (this.urls.size <= KEPT) break;
      this.urls.delete(old);
      URL.revokeObjectURL(gone);
    }
    return url;
  }
}

const WEBP = "UklG"; // "RIF" in base64
const JPEG = "/9j/"; // where each of that begins

async function blobOf(base64: string): Promise<Blob | undefined> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (base64.startsWith(WEBP)) return new Blob([bytes], { type: "image/webp" });
  if (base64.startsWith(JPEG)) return new Blob([bytes], { type: "image/jpeg" });
  const { bitmapOf, blurOf } = await import("./blur.ts"); // what is neither is a ThumbHash
  const blur = blurOf(bytes);
  return blur ? bitmapOf(blur) : undefined;
}
