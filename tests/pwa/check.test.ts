import { describe, expect, it } from "vitest";
import { check } from "../../pwa/src/check.ts";
import { STALE } from "../../pwa/src/fold.ts";
import type { Heard } from "../../pwa/src/ports.ts";
import type { Record as Kept } from "../../pwa/src/sync/register.ts";
import { fingerprint, tally } from "../../pwa/src/sync/sameness.ts";
import { developed, signedIn } from "./rig.ts";
import { NOON } from "./town.ts";

const DAY_MS = 86_400_000;
const AREA = "2";

/** A phone that holds three reports, and a server that compares as docs/sync.md section 14 says. */
async function phones() {
  const { server, phone } = await signedIn();
  const ids: string[] = [];
  for (let at = 0; at < 3; at++) ids.push((await phone.write()).id);
  await phone.exchange.run();
  const asked: { cursor: string; areas: { [area: string]: readonly number[] }; after?: number }[] = [];
  const prints = (records: Iterable<Kept>) =>
    [...records].map((record) => [record.id, fingerprint(record)] as const);
  server.answers = (path, body) => {
    expect(path).toBe("/api/check");
    asked.push(JSON.parse(body ?? ""));
    const there = prints(server.records.values());
    const sum = tally(there.map(([, print]) => print)).join();
    if (sum === asked[asked.length - 1]?.areas[AREA]?.join()) return { ok: true, value: {} };
    return { ok: true, value: { areas: { [AREA]: there }, cursor: "d1:0" } };
  };
  const changed: string[][] = [];
  const told = {
    sending: () => undefined,
    changed: (what: { records: readonly string[] }) => void changed.push([...what.records]),
  };
  return { server, phone, ids, asked, changed, run: () => check(phone.parts, told) };
}

const heard = async (phone: Awaited<ReturnType<typeof phones>>["phone"]) =>
  (await phone.note<Heard>("heard")) as Heard;

describe("a copy that is the server's", () => {
  it("is found so, once a day", async () => {
    const { phone, asked, run } = await phones();
    expect(await run()).toBe(false);
    expect(asked).toEqual([
      { cursor: (await heard(phone)).cursor, areas: { [AREA]: [3, expect.any(Number)] } },
    ]);
    expect(await run()).toBe(false);
    expect(asked.length).toBe(1);
    phone.chance.wall += DAY_MS;
    phone.chance.steady += DAY_MS;
    await run();
    expect(asked.length).toBe(2);
  });

  it("is asked about in as many parts as it takes", async () => {
    const { server, asked, run } = await phones();
    const answers = server.answers;
    server.answers = (path, body) => {
      answers(path, body);
      return { ok: true, value: asked.length < 3 ? { after: asked.length } : {} };
    };
    expect(await run()).toBe(false);
    expect(asked.map((each) => each.after)).toEqual([undefined, 1, 2]);
    await run();
    expect(asked.length).toBe(3);
  });

  it("is not asked about while it is told anew, nor by nobody", async () => {
    const { server, phone, asked, run } = await phones();
    const value = await heard(phone);
    await phone.store.write(["notes"], (tx) =>
      tx.put("notes", { id: "heard", value: { ...value, renewing: true } }),
    );
    expect(await run()).toBe(false);
    await phone.store.write(["notes"], (tx) => tx.put("notes", { id: "heard", value }));
    server.revoke();
    await phone.exchange.run();
    expect(await run()).toBe(false);
    expect(asked).toEqual([]);
  });
});

describe("a copy that differs", () => {
  it("loses ghosts with their photos, and hears the rest again without a line of its own", async () => {
    const { server, phone, ids, changed, run } = await phones();
    const [ghost, strayed, fine] = ids as [string, string, string];
    server.records.delete(ghost);
    const key = developed("ghost").key;
    await phone.store.write(["records", "previews"], async (tx) => {
      const [one, two] = [await tx.get("records", ghost), await tx.get("records", strayed)];
      if (!one || !two) throw new Error("they are there");
      await tx.put("records", { ...one, cells: { photos: [[[[NOON, 0, "d"], key]], []] } });
      await tx.put("records", { ...two, state: "returned", cells: { ...two.cells, progress: [] } });
      await tx.put("previews", { id: key, preview: "UklG", here: true });
    });
    expect(await run()).toBe(true);
    expect(changed).toEqual([[ghost, strayed].sort()]);
    expect(await phone.all("previews")).toEqual([]);
    expect((await heard(phone)).cursor).toBe("d1:0");
    expect((await phone.all("records")).map((record) => [record.id, record.era])).toEqual([
      [strayed, STALE],
      [fine, 1],
    ]);
    await phone.exchange.run();
    const [mended] = await phone.all("records");
    expect(mended?.state).toBe(server.records.get(strayed)?.state);
    expect(mended?.cells).toEqual(server.records.get(strayed)?.cells);
    expect(fingerprint(mended as Kept)).toBe(fingerprint(server.records.get(strayed) as Kept));
  });

  it("keeps what own waiting ops name until they are answered", async () => {
    const { server, phone, ids, run } = await phones();
    const [ghost = ""] = ids;
    server.records.delete(ghost);
    await phone.write({ record: ghost, area: null, sets: { matter: "flooding" } });
    await run();
    expect((await phone.all("records"))[0]).toMatchObject({ id: ghost, gone: true });
    await phone.exchange.run();
    await phone.exchange.run();
    expect((await phone.all("records")).map((record) => record.id)).toEqual(ids.slice(1));
  });

  it("is left alone when the answer is to what was held before, or a stranger's", async () => {
    const { server, phone, ids, run } = await phones();
    server.records.clear();
    const answers = server.answers;
    server.answers = (path, body) => {
      const answer = answers(path, body);
      return answer.ok ? { ok: true, value: { ...(answer.value as object), cursor: undefined } } : answer;
    };
    expect(await run()).toBe(false);
    server.answers = () => ({ ok: true, value: "<html>" });
    expect(await run()).toBe(false);
    server.answers = () => ({ ok: true, value: { stale: true } });
    expect(await run()).toBe(false);
    server.answers = answers;
    const ask = phone.link.ask;
    phone.link.ask = async (...asked) => {
      const answer = await ask(...asked);
      const value = { ...(await heard(phone)), cursor: "another" };
      await phone.store.write(["notes"], (tx) => tx.put("notes", { id: "heard", value }));
      return answer;
    };
    expect(await run()).toBe(false);
    expect((await phone.all("records")).map((record) => record.id)).toEqual(ids);
    expect(await phone.note("checked")).toBeUndefined();
  });
});
