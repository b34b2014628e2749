import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { fetchLink } from "../../../pwa/src/adapters/link.ts";
import type { Piece } from "../../../pwa/src/ports.ts";
import { dense } from "../../../pwa/src/sync/dense.ts";

type Asked = { path: string; init: RequestInit };

/** A link whose requests are answered by the test. */
function link(answer: (asked: Asked) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const ask = async (path: unknown, init: RequestInit = {}) => {
    asked.push({ path: String(path), init });
    return answer({ path: String(path), init });
  };
  return { asked, link: fetchLink(ask as typeof fetch) };
}

const json = (value: unknown, status = 200, type = "application/json") =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": type } });
const problem = (code: string, status: number, headers = {}) =>
  new Response(JSON.stringify({ code }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
const sent = async (asked: Asked | undefined) =>
  Buffer.from(await new Response(asked?.init.body ?? null).arrayBuffer());
const live = () => new AbortController().signal;
const PORTAL = () =>
  new Response("<html>Welcome to the free WLAN</html>", { headers: { "content-type": "text/html" } });

const exchange = (answer: () => Response | Promise<Response>) => link(answer).link.exchange("t", [1], live());

describe("an exchange", () => {
  it("carries the token, and gives the server's list", async () => {
    const { asked, link: to } = link(() => json([5, "c"]));
    expect(await to.exchange("t", [1, "k1"], live())).toEqual({ ok: true, value: [5, "c"] });
    expect(asked[0]?.path).toBe("/api/exchange");
    expect(asked[0]?.init).toMatchObject({
      method: "POST",
      redirect: "error",
    });
    expect(asked[0]?.init.headers).toMatchObject({
      authorization: "Bearer t",
      "content-type": "application/vnd.msgpack",
    });
    expect(await sent(asked[0])).toEqual(Buffer.from(dense([1, "k1"])));
  });

  it("is compressed when that pays", async () => {
    const { asked, link: to } = link(() => json([5, "c"]));
    const push = ["石".repeat(400)];
    await to.exchange("t", push, live());
    expect(asked[0]?.init.headers).toMatchObject({ "content-encoding": "deflate" });
    const body = await sent(asked[0]);
    expect(inflateSync(body)).toEqual(Buffer.from(dense(push)));
    expect(body.length).toBeLessThan(100);
  });

  it.each([
    ["a captive portal's page", PORTAL],
    ["a 511", () => new Response("", { status: 511 })],
    ["a stranger's 401", () => new Response("no", { status: 401 })],
    ["a stranger's 302 turned into an error", () => Promise.reject(new TypeError("redirected"))],
    ["JSON of another shape", () => json({ ok: true })],
    ["a list of another shape", () => json(["a", "b"])],
    ["half an answer", () => new Response("[5,", { headers: { "content-type": "application/json" } })],
  ])("takes %s for no link", async (_, answer) => {
    expect(await exchange(answer)).toEqual({ ok: false, code: "offline", status: 0, retryMs: 0 });
  });

  it("gives the code of our own refusals, and when to come again", async () => {
    expect(await exchange(() => problem("kinds_changed", 409))).toMatchObject({
      ok: false,
      code: "kinds_changed",
      status: 409,
    });
    expect(await exchange(() => problem("busy", 503, { "retry-after": "5" }))).toMatchObject({
      status: 503,
      retryMs: 5_000,
    });
  });

  it("takes a bare 5xx or 413 for our server, or the proxy before it, in trouble", async () => {
    for (const status of [500, 502, 504])
      expect(await exchange(() => new Response("<html>", { status }))).toMatchObject({
        code: "busy",
        status,
      });
    expect(await exchange(() => new Response("", { status: 413 }))).toMatchObject({
      code: "too_large",
      status: 413,
    });
  });

  it("says when it was given up", async () => {
    const stop = new AbortController();
    const { link: to } = link(({ init }) => {
      stop.abort();
      return init.signal?.aborted ? Promise.reject(new Error("aborted")) : json([1, "c"]);
    });
    expect(await to.exchange("t", [1], stop.signal)).toMatchObject({ code: "aborted" });
  });
});

describe("the pages and the town", () => {
  it("ask by version, and hear that nothing changed", async () => {
    const { asked, link: to } = link(() => new Response(null, { status: 304 }));
    expect(await to.kinds("k1")).toEqual({ ok: true, value: null });
    expect(asked[0]?.init.headers).toMatchObject({ "if-none-match": '"k1"' });
  });

  it("take only what looks like theirs", async () => {
    expect(await link(() => json({ version: "k1", kinds: {} })).link.kinds("")).toMatchObject({ ok: true });
    expect(await link(PORTAL).link.kinds("")).toMatchObject({ code: "offline" });
    const town = { version: "d", me: {}, units: [], people: [] };
    expect(await link(() => json(town)).link.directory("t")).toEqual({ ok: true, value: town });
    expect(await link(() => json({})).link.directory("t")).toMatchObject({ code: "offline" });
  });

  it("give each field the options of the list it names, which travels once", async () => {
    const options = [{ value: "rubbish" }];
    const page = (listed: string) => ({ fields: { matter: { listed, options: [] } } });
    const kinds = { a: page("matters"), b: page("matters"), c: page(""), d: page("constructor") };
    const told = await link(() => json({ version: "k1", kinds, lists: { matters: options } })).link.kinds("");
    const note = told.ok ? told.value : null;
    const got = Object.values(note?.kinds ?? {}).map(({ fields }) => fields.matter?.options);
    expect(got).toEqual([options, options, [], []]);
    expect(got[0]).toBe(got[1]);
    expect(Object.keys(note ?? {})).toEqual(["version", "kinds"]);
  });

  it("sign in with a code, and out", async () => {
    const { asked, link: to } = link(({ init }) =>
      init.method === "DELETE"
        ? new Response(null, { status: 204 })
        : json({ token: "t", device: "0000000a", person: 7 }, 201),
    );
    expect(await to.enrol("abc", "Pixel", "0000000a")).toEqual({
      ok: true,
      value: { token: "t", device: "0000000a", person: 7 },
    });
    expect(asked[0]?.init.body).toBe('{"code":"abc","device_name":"Pixel","device":"0000000a"}');
    expect(await to.leave("t")).toEqual({ ok: true, value: null });
    expect(await link(() => problem("code_used", 410)).link.enrol("abc", "", "")).toMatchObject({
      code: "code_used",
    });
    expect(
      await link(() => json({ token: "t", device: "x", person: 7 })).link.enrol("abc", "", ""),
    ).toMatchObject({ code: "offline" });
  });
});

describe("what is asked beside", () => {
  it("goes by GET, or by POST with a body, and comes as JSON", async () => {
    const { asked, link: to } = link(() => json({ any: 1 }));
    expect(await to.ask("t", "/api/devices")).toEqual({ ok: true, value: { any: 1 } });
    expect(await to.ask("t", "/api/device", "{}")).toEqual({ ok: true, value: { any: 1 } });
    expect(asked.map(({ path, init }) => [path, init.method, init.body])).toEqual([
      ["/api/devices", "GET", null],
      ["/api/device", "POST", "{}"],
    ]);
    expect(asked[0]?.init.headers).toMatchObject({ authorization: "Bearer t" });
  });

  it.each([
    ["a captive portal's page", PORTAL],
    ["a 511", () => new Response("[2]", { status: 511 })],
    ["a redirect turned into an error", () => Promise.reject(new TypeError("redirected"))],
  ])("takes %s for no link", async (_, answer) => {
    expect(await link(answer).link.ask("t", "/api/parked/a/2", "{}")).toMatchObject({
      code: "offline",
      status: 0,
    });
  });
});

describe("photos", () => {
  const hash = createHash("sha256").update("image").digest();
  const bytes = new Blob(["image"], { type: "image/webp" });
  const sha256 = hash.toString("base64");
  const piece: Piece = { photo: "k", part: "screen", bytes, sha256, disguised: false };
  const BEGUN = { path: "/api/uploads/u1", offset: 2, at: -1 };
  const tus =
    (status: number, headers = {}) =>
    () =>
      new Response(null, { status, headers: { "tus-resumable": "1.0.0", ...headers } });

  it("are asked where they stand: nothing of that need be kept", async () => {
    const location = { location: "https://elsewhere/api/uploads/u1", "upload-offset": "2" };
    const { asked, link: to } = link(tus(201, location));
    expect(await to.upload("t", piece, null, live())).toEqual({ ok: true, value: BEGUN });
    expect(asked[0]).toMatchObject({ path: "/api/uploads", init: { method: "POST", body: null } });
    expect(asked[0]?.init.headers).toMatchObject({
      authorization: "Bearer t",
      "tus-resumable": "1.0.0",
      "upload-length": "5",
      "upload-metadata": `photo aw==,part c2NyZWVu,sha256 ${btoa(hash.toString("hex"))}`,
    });
  });

  it("go on with one request for all that is left, which says when it was checked and where it stands", async () => {
    const done = { "upload-offset": "5", "photo-state": "verified", "photo-at": "77" };
    const { asked, link: to } = link(tus(204, done));
    expect(await to.upload("t", piece, BEGUN, live())).toEqual({
      ok: true,
      value: { ...BEGUN, offset: 5, at: 77 },
    });
    expect(asked[0]).toMatchObject({ path: "/api/uploads/u1", init: { method: "PATCH" } });
    expect(asked[0]?.init.headers).toMatchObject({
      "content-type": "application/offset+octet-stream",
      "upload-offset": "2",
    });
    expect(await new Response(asked[0]?.init.body ?? null).text()).toBe("age");
  });

  it("carry pieces over connections of their own, which no browser asks again over", async () => {
    const { asked, link: to } = link(tus(204, { "upload-offset": "5" }));
    await to.upload("t", piece, null, live());
    await to.upload("t", piece, BEGUN, live());
    await to.upload("t", { ...piece, disguised: true }, BEGUN, live());
    await to.exchange("t", [1], live());
    expect(asked.map(({ init }) => init.credentials)).toEqual([undefined, "omit", "omit", undefined]);
  });

  it("go past proxies that know no PATCH", async () => {
    const { asked, link: to } = link(tus(204, { "upload-offset": "5" }));
    await to.upload("t", { ...piece, disguised: true }, BEGUN, live());
    expect(asked[0]?.init).toMatchObject({ method: "POST" });
    expect(asked[0]?.init.headers).toMatchObject({ "x-http-method-override": "PATCH" });
    await to.upload("t", { ...piece, disguised: true }, null, live());
    expect("x-http-method-override" in (asked[1]?.init.headers ?? {})).toBe(false);
  });

  it.each([
    ["a captive portal's page", PORTAL],
    ["a portal's 201", () => new Response("", { status: 201, headers: { location: "/api/uploads/u" } })],
    ["another address", tus(201, { location: "/elsewhere/u1", "upload-offset": "0" })],
    [
      "one that speaks no tus",
      tus(201, { location: "/api/uploads/u1", "upload-offset": "0", "tus-resumable": "" }),
    ],
    ["no address", tus(201, { "upload-offset": "0" })],
    ["no offset", tus(201, { location: "/api/uploads/u1" })],
    ["more than was sent", tus(201, { location: "/api/uploads/u1", "upload-offset": "6" })],
    ["another status", tus(200, { location: "/api/uploads/u1", "upload-offset": "0" })],
  ])("take %s for no link", async (_, answer) => {
    expect(await link(answer).link.upload("t", piece, null, live())).toMatchObject({
      code: "offline",
      status: 0,
    });
  });

  it("take a portal's word that all of it arrived for no link", async () => {
    for (const answer of [
      PORTAL,
      () => new Response(null, { status: 204 }),
      tus(200, { "upload-offset": "5" }),
    ])
      expect(await link(answer).link.upload("t", piece, BEGUN, live())).toMatchObject({ code: "offline" });
  });

  it("do not leave once they were given up", async () => {
    const stop = new AbortController();
    stop.abort();
    const { link: to } = link(({ init }) => {
      if (init.signal?.aborted) throw new Error("aborted");
      return tus(204, { "upload-offset": "5" })();
    });
    expect(await to.upload("t", piece, BEGUN, stop.signal)).toMatchObject({ code: "aborted" });
  });

  it("are not counted until the server says that they came; all other bodies are", async () => {
    const { link: to } = link(() => json([5, "c"]));
    await to.exchange("t", [1], live());
    expect(to.tally.up).toBe(2);
    const answer = () =>
      new Response('[5,"c"]', { headers: { "content-type": "application/json", "content-length": "7" } });
    const { link: other } = link(answer);
    await other.upload("t", piece, BEGUN, live());
    await other.ask("t", "/api/devices");
    expect(other.tally).toEqual({ up: 0, down: 14 });
  });

  it("come down as pictures or sound, or not at all", async () => {
    const opus = () => new Response("x", { headers: { "content-type": "audio/webm" } });
    expect(await link(opus).link.photo("t", "k", "screen")).toMatchObject({ ok: true });
    const webp = () => new Response("x", { headers: { "content-type": "image/webp" } });
    const { asked, link: to } = link(webp);
    expect(await to.photo("t", "k", "thumb")).toMatchObject({ ok: true });
    expect(asked[0]?.path).toBe("/api/photos/k?size=thumb");
    expect(await link(PORTAL).link.photo("t", "k", "thumb")).toMatchObject({ ok: false });
  });
});

describe("the news line", () => {
  const stream = (...parts: string[]) => {
    const bytes = new TextEncoder();
    const body = new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(bytes.encode(part));
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };

  it("tells of news, also when a line comes in two pieces, and of nothing else", async () => {
    const news: boolean[] = [];
    const answer = () =>
      stream(": listening\n\nevent: ne", "ws\ndata:\n\n", ": still here\n\n", "event: news\ndata:\n\n");
    await link(answer).link.events("t", (opening) => news.push(opening), live());
    expect(news).toEqual([true, false, false]);
  });

  it("ends quietly when it is refused, broken or a stranger's", async () => {
    for (const answer of [
      () => problem("signed_out", 401),
      PORTAL,
      () => Promise.reject(new TypeError("down")),
    ])
      await link(answer).link.events("t", () => expect.unreachable(), live());
  });
});
