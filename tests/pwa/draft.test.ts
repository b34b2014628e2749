import { describe, expect, it } from "vitest";
import { note } from "../../pwa/src/outbox.ts";
import type { Darkroom, Developed, PhotoRow } from "../../pwa/src/ports.ts";
import { newRecord, sendForm } from "../../pwa/src/widgets/filling.ts";
import { FakeServer } from "./fake-server.ts";
import { type Desk, desk, developed, idle } from "./rig.ts";

const PICTURE = new Blob(["the file as it came"], { type: "image/jpeg" });
const VOICE = new Blob(["opus"], { type: "audio/webm" });

/** A darkroom that waits until it is told what has become of the photo. */
class SlowDarkroom implements Darkroom {
  readonly asked: { bare: boolean; done: (made: Developed | null) => void }[] = [];
  develop(_file: Blob, bare = false): Promise<Developed | null> {
    return new Promise((done) => this.asked.push({ bare, done }));
  }
  finish(made: Developed | null): void {
    this.asked.shift()?.done(made);
  }
}

async function signed(
  darkroom: Darkroom,
  server = new FakeServer(),
  store = undefined as Desk["outside"]["store"] | undefined,
) {
  const app = desk(server, { darkroom, ...(store ? { store } : {}) });
  await app.start();
  if (!app.model.me.value) expect(await app.model.enrol("7")).toBe("");
  await idle();
  return app;
}

const photos = (app: Desk): Promise<readonly PhotoRow[]> =>
  app.outside.store.read(["photos"], (tx) => tx.all("photos"));

describe("a photo on its way into the draft", () => {
  it("is kept as it came before it is developed, and shown", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    const added = app.model.addPhoto(PICTURE, "photos", "camera");
    await idle();
    const [raw] = await photos(app);
    expect(raw?.screen.size).toBe(PICTURE.size);
    expect(app.model.draft.value?.photos).toMatchObject([{ field: "photos", ready: false, sound: false }]);
    room.finish(developed("one"));
    expect(await added).toBe("");
    expect((await photos(app)).map(({ id }) => id)).toEqual([developed("one").key]);
    expect(app.model.draft.value?.photos).toMatchObject([{ key: developed("one").key, ready: true }]);
  });

  it("is one of three: what is more is refused in words, whatever was chosen at once", async () => {
    const app = await signed(new SlowDarkroom());
    await app.model.startDraft("incident");
    for (let taken = 0; taken < 3; taken++) void app.model.addPhoto(PICTURE, "photos", "album");
    expect(await app.model.addPhoto(PICTURE, "photos", "album")).toBe("enough");
    expect(await photos(app)).toHaveLength(3);
    expect(app.model.draft.value?.photos).toHaveLength(3);
  });

  it("is developed by the next start if this one ended, and not opened a third time", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    void app.model.addPhoto(PICTURE, "photos", "camera");
    await idle();
    const bare: boolean[] = [];
    for (let starts = 0; starts < 2; starts++) {
      const next = new SlowDarkroom();
      await signed(next, new FakeServer(), app.outside.store);
      bare.push(...next.asked.map((each) => each.bare));
    }
    expect(bare).toEqual([false, true]);
  });

  it("goes along with a report that is sent before it is developed", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    void app.model.addPhoto(PICTURE, "photos", "camera");
    await idle();
    const sent = app.model.sendDraft();
    await idle();
    expect(app.model.draft.value).toBeTruthy();
    room.finish(developed("one"));
    const id = await sent;
    await idle();
    const view = app.model.views.value.get(id);
    expect(view?.photos).toEqual({ photos: [developed("one").key] });
  });

  it("is not waited for once it is dropped", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    const added = app.model.addPhoto(PICTURE, "photos", "camera");
    await idle();
    await app.model.dropPhoto(app.model.draft.value?.photos[0]?.key ?? "");
    room.finish(developed("one"));
    expect(await added).toBe("");
    expect(await photos(app)).toEqual([]);
  });

  it("that is none leaves the draft, and the draft says why until the next", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    const added = app.model.addPhoto(PICTURE, "photos", "camera");
    await idle();
    room.finish(null);
    expect(await added).toBe("not_an_image");
    expect(app.model.draft.value).toMatchObject({ photos: [], trouble: "not_an_image" });
    expect(await photos(app)).toEqual([]);
  });
});

describe("a photo that is covered", () => {
  it("gives its place to the covered one, of which no original is kept or named", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    for (const name of ["one", "two"]) {
      const added = app.model.addPhoto(PICTURE, "photos", "camera");
      await idle();
      room.finish({ ...developed(name), originalSha256: "c2hh" });
      await added;
    }
    const before = await photos(app);
    const covering = app.model.coverPhoto(developed("one").key, new Blob(["covered"], { type: "image/png" }));
    await idle();
    room.finish({ ...developed("covered"), originalSha256: "cG5n" });
    expect(await covering).toBe("");
    expect(app.model.draft.value?.photos.map(({ key }) => key)).toEqual([
      developed("covered").key,
      developed("two").key,
    ]);
    const [row] = (await photos(app)).filter(({ id }) => id === developed("covered").key);
    expect(row?.original).toBeUndefined();
    expect(row?.shot?.slice(4, 6)).toEqual(["", 0]);
    expect(row?.takenMs).toBe(before[0]?.takenMs);
    expect((await photos(app)).some(({ id }) => id === developed("one").key)).toBe(false);
    const previews = await app.outside.store.read(["previews"], (tx) => tx.keys("previews"));
    expect(previews.includes(developed("one").key)).toBe(false);
  });
});

describe("two tabs with one draft", () => {
  it("lose neither what the one says nor what the other says", async () => {
    const server = new FakeServer();
    const one = await signed(new SlowDarkroom(), server);
    const two = await signed(new SlowDarkroom(), server, one.outside.store);
    await one.model.startDraft("incident");
    await one.model.editDraft({ values: { note: "one" } });
    await two.model.startDraft("note");
    await two.model.editDraft({ values: { text: "two" } });
    expect((await one.model.sendDraft()) === "").toBe(false);
    expect(await one.outside.store.read(["notes"], (tx) => note(tx, "draft"))).toMatchObject({
      kind: "note",
    });
    expect((await two.model.sendDraft()) === "").toBe(false);
    const rows = await one.outside.store.read(["outbox", "sent"], async (tx) => [
      ...(await tx.all("outbox")),
      ...(await tx.all("sent")),
    ]);
    expect(rows.map(({ op }) => op.kind).sort()).toEqual(["incident", "note"]);
  });

  it("send a form without its draft when that is no longer there, or is the other's", async () => {
    const app = await signed(new SlowDarkroom());
    await app.model.startDraft("incident");
    expect(await app.model.sendDraft(() => false)).toBe("");
    const goal = newRecord("note", 0);
    const id = await sendForm(app.model, goal, { text: "kept" }, true);
    expect(app.model.views.value.get(id)?.values.text).toBe("kept");
    expect(app.model.draft.value?.kind).toBe("incident");
    await app.model.dropDraft();
    const again = await sendForm(app.model, goal, { text: "kept, too" }, true);
    expect(app.model.views.value.get(again)?.values.text).toBe("kept, too");
  });
});

describe("records that are made together", () => {
  const parts = (kind: string) => (whole: string) =>
    ["one", "two"].map((text, at) => [at ? kind : "note", { text, about: whole }] as const);
  const kept = (app: Awaited<ReturnType<typeof signed>>) =>
    app.outside.store.read(["outbox", "sent", "notes"], async (tx) => ({
      rows: [...(await tx.all("outbox")), ...(await tx.all("sent"))]
        .map(({ op }) => [op.n, op.kind, op.sets.about ?? null, op.area])
        .sort(([a], [b]) => Number(a) - Number(b)),
      top: (await note(tx, "self"))?.top,
    }));

  it("are on the phone together, each naming the first, from a draft and without one", async () => {
    for (const drafted of [true, false]) {
      const app = await signed(new SlowDarkroom());
      const goal = newRecord("incident", 0);
      if (drafted) await app.model.startDraft("incident");
      const whole = await sendForm(app.model, goal, { note: "whole" }, drafted, parts("note"));
      const { rows, top } = await kept(app);
      const area = rows[0]?.[3];
      expect(rows).toEqual([
        [1, "incident", null, area],
        [2, "note", whole, area],
        [3, "note", whole, area],
      ]);
      expect(top).toBe(3);
    }
  });

  it("are none of them there where the last cannot be, and the draft stays", async () => {
    const app = await signed(new SlowDarkroom());
    await app.model.startDraft("incident");
    await app.model.editDraft({ values: { note: "whole" } });
    await expect(app.model.sendDraft(undefined, parts("nothing"))).rejects.toThrow("no kind nothing");
    expect(await kept(app)).toEqual({ rows: [], top: 0 });
    expect(app.model.draft.value?.values.note).toBe("whole");
  });
});

describe("a voice note", () => {
  it("is kept while it is spoken, and what was said before the page died is there after the next start", async () => {
    const server = new FakeServer();
    const app = await signed(new SlowDarkroom(), server);
    await app.model.startDraft("incident");
    for (const words of ["one", "one two"]) {
      const sofar = new Blob([words], { type: "audio/webm" });
      expect(await app.model.addSound(sofar, "voice", false)).toBe("");
    }
    expect(app.model.draft.value?.photos).toMatchObject([{ field: "voice", ready: false, sound: true }]);
    const room = new SlowDarkroom();
    const next = await signed(room, server, app.outside.store);
    expect(room.asked).toHaveLength(1);
    room.finish({ ...developed("voice"), screen: VOICE, preview: "", original: null });
    await idle();
    expect(next.model.draft.value?.photos).toMatchObject([{ key: developed("voice").key, ready: true }]);
  });

  it("that is spoken to its end takes the place of what was kept of it", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    await app.model.addSound(new Blob(["on"], { type: "audio/webm" }), "voice", false);
    const added = app.model.addSound(VOICE, "voice", true);
    await idle();
    expect((await photos(app)).map(({ screen }) => screen.size)).toEqual([VOICE.size]);
    room.finish({ ...developed("voice"), screen: VOICE, preview: "", original: null });
    expect(await added).toBe("");
    expect(app.model.draft.value?.photos).toMatchObject([{ key: developed("voice").key, ready: true }]);
    expect((await photos(app)).map(({ id }) => id)).toEqual([developed("voice").key]);
  });

  it("lies in the draft like a photo, and is no picture of the record", async () => {
    const room = new SlowDarkroom();
    const app = await signed(room);
    await app.model.startDraft("incident");
    const added = app.model.addPhoto(VOICE, "voice", "page");
    await idle();
    room.finish({ ...developed("voice"), screen: VOICE, preview: "", original: null });
    await added;
    expect(app.model.draft.value?.photos).toMatchObject([{ field: "voice", sound: true, ready: true }]);
    const id = await app.model.sendDraft();
    await idle();
    const view = app.model.views.value.get(id);
    expect(view?.photos).toEqual({});
    expect(view?.sounds).toEqual([developed("voice").key]);
    expect(view?.values.source).toBe("none");
  });
});
