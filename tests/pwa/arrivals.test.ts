import { describe, expect, it } from "vitest";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import { Uploads } from "../../pwa/src/photos.ts";
import { developed, type Phone, signedIn } from "./rig.ts";
import { NOON } from "./town.ts";

const SILENT = { sending: () => undefined, changed: () => undefined };

/** A phone whose photo the server has, its original not. */
async function verified(originals: "no" | "say" | "wifi") {
  const { server, phone } = await signedIn();
  const { key, ...made } = developed("one");
  await phone.store.write(["photos", "notes"], async (tx) => {
    await tx.put("photos", takenPhoto({ key, ...made }, 7, NOON));
    await tx.put("notes", { id: "prefs", value: { originals } });
  });
  await phone.write({ photos: [key], sets: { photos: { add: [key] } } });
  await round(phone);
  expect([server.uploads, server.originals]).toEqual([[key], []]);
  return { server, phone, key };
}

/** One exchange, and what goes up after it. */
async function round(phone: Phone): Promise<void> {
  await phone.exchange.run();
  await new Uploads(phone.parts, SILENT).run();
}

describe("an original that a reviewer asks for", () => {
  it.each(["say", "wifi"] as const)("goes up, once, where the setting is %s", async (originals) => {
    const { server, phone, key } = await verified(originals);
    server.want(key);
    await phone.exchange.run();
    expect(await phone.all("photos")).toMatchObject([{ id: key, wanted: true, state: "verified" }]);
    await round(phone);
    expect(server.originals).toEqual([key]);
    await round(phone);
    server.want(key);
    await round(phone);
    expect(server.originals).toEqual([key]);
    expect((await phone.all("photos")).some((photo) => photo.wanted)).toBe(false);
  });

  it("stays where the person's setting is never", async () => {
    const { server, phone, key } = await verified("no");
    server.want(key);
    await round(phone);
    expect(server.originals).toEqual([]);
    expect(await phone.all("photos")).toMatchObject([{ wanted: true }]);
  });

  it("is asked for by 1 and nothing else, and the newest word of it is kept", async () => {
    const { server, phone, key } = await verified("say");
    for (const original of [0, 2]) {
      server.want(key, original);
      await round(phone);
      expect(await phone.all("previews")).toMatchObject([{ id: key, original, here: true }]);
    }
    expect(server.originals).toEqual([]);
    server.want(key, 0);
    await phone.exchange.run();
    expect(await phone.all("previews")).toMatchObject([{ original: 0 }]);
  });
});
