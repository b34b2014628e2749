import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { Mirror } from "../../pwa/src/mirror.ts";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import { Pictures } from "../../pwa/src/pictures.ts";
import { FakeServer } from "./fake-server.ts";
import { developed } from "./rig.ts";
import { NOON } from "./town.ts";

async function pictures() {
  const store = memoryStore();
  const own = developed("own", "mine");
  await store.write(["notes", "photos", "previews"], async (tx) => {
    await tx.put("notes", {
      id: "session",
      value: { token: "t", number: "0000000a", person: 7, out: false },
    });
    await tx.put("photos", takenPhoto(own, 7, NOON));
    await tx.put("previews", { id: own.key, preview: own.preview, here: false });
    await tx.put("previews", { id: "there", preview: "/9j/", here: true });
    await tx.put("previews", { id: "coming", preview: "", here: false });
  });
  const mirror = new Mirror(store);
  await mirror.open(() => []);
  const link = new FakeServer().link();
  const asked: string[] = [];
  const photo = link.photo;
  link.photo = (token, key, size) => {
    asked.push(`${key}/${size}`);
    return photo(token, key, size);
  };
  return { own: own.key, asked, link, store, shown: new Pictures(mirror, link, store) };
}

const typeOf = async (url: string) => (await fetch(url)).headers.get("content-type");

describe("pictures", () => {
  it("are the phone's own photo, without asking anybody", async () => {
    const { shown, own, asked } = await pictures();
    expect(await (await fetch(await shown.url(own, "screen"))).text()).toBe("mine");
    expect(await typeOf(await shown.url(own, "preview"))).toBe("image/webp");
    expect(asked).toEqual([]);
  });

  it("are the preview in a list, the server's when looked at, fetched once", async () => {
    const { shown, asked } = await pictures();
    expect(await typeOf(await shown.url("there", "thumb"))).toBe("image/jpeg");
    const [first, second] = await Promise.all([shown.url("there", "screen"), shown.url("there", "screen")]);
    expect(first).toBe(second);
    expect(await shown.url("there", "screen")).toBe(first);
    expect(asked).toEqual(["there/screen"]);
  });

  it("are not asked for while the server has none, or there is no link", async () => {
    const { shown, asked, link } = await pictures();
    expect(await shown.url("coming", "screen")).toBe("");
    expect(await shown.url("unknown", "preview")).toBe("");
    link.up = () => false;
    expect(await shown.url("there", "screen")).toBe("");
    expect(asked).toEqual([]);
    link.up = () => true;
    expect(await shown.url("there", "screen")).toMatch(/^blob:/);
  });

  it("are small ones of the server's, fetched once and kept for where there is no network", async () => {
    const { shown, asked, link, store } = await pictures();
    expect(await shown.url("there", "small")).toMatch(/^blob:/);
    expect(asked).toEqual(["there/thumb"]);
    const kept = await store.read(["previews"], (tx) => tx.get("previews", "there"));
    expect(kept?.small?.byteLength).toBeGreaterThan(0);
    link.up = () => false;
    shown.forget(["there"]);
    expect(await shown.url("there", "small")).toMatch(/^blob:/);
    expect(asked).toEqual(["there/thumb"]);
  });

  it("are a blur out of a few bytes where no preview came", async () => {
    const { shown, store } = await pictures();
    const preview = "1QcSHQRnh493V4dIh4eXh1h4kJUI";
    await store.write(["previews"], (tx) => tx.put("previews", { id: "blurred", preview, here: false }));
    expect(await typeOf(await shown.url("blurred", "thumb"))).toBe("image/bmp");
  });

  it("are let go when the phone may show them no more", async () => {
    const { shown, own, asked } = await pictures();
    const [mine, preview, big] = [
      await shown.url(own, "screen"),
      await shown.url("there", "thumb"),
      await shown.url("there", "screen"),
    ];
    shown.forget(["there"]);
    for (const url of [preview, big]) await expect(fetch(url)).rejects.toThrow();
    expect(await (await fetch(mine)).text()).toBe("mine");
    await shown.url("there", "screen");
    expect(asked).toEqual(["there/screen", "there/screen"]);
  });
});
