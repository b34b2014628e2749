import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import type { Phones } from "../../pwa/src/model.ts";
import { look } from "../../pwa/src/phones.ts";
import { FakeServer } from "./fake-server.ts";
import { Phone } from "./rig.ts";
import { NOON } from "./town.ts";

const TOLD = {
  device: 17,
  name: "Redmi",
  person: 7,
  who: "陈素芬",
  tel: "199",
  out: false,
  heard_ms: NOON - 1,
  made: 240,
  held: 231,
  waiting: 4,
  oldest_ms: NOON - 2,
  ids: [
    { incarnation: "a", made: 1, held: 0, missing: [[1, 1]] },
    { incarnation: "b", made: 239, held: 231, missing: [[232, 239]] },
  ],
  lost: [{ count: 5, from_ms: 1, to_ms: 2, found_ms: 3, device: "d" }],
  causes: [["missing", 5]],
};

async function supervisor() {
  const server = new FakeServer();
  const phone = new Phone(server);
  await phone.enrol(8);
  const shown: (Phones | null)[] = [];
  const seen = () => look(phone, (phones) => shown.push(phones));
  server.answers = () => ({ ok: true, value: { server_ms: NOON, devices: [TOLD] } });
  return { server, phone, shown, seen };
}

describe("the phones one looks after", () => {
  it("are told as the server knows them", async () => {
    const { shown, seen, server } = await supervisor();
    expect(await seen()).toBe("");
    expect(server.asked).toEqual([{ path: "/api/devices", body: undefined }]);
    expect(shown).toMatchObject([
      {
        person: 8,
        atMs: NOON,
        rows: [
          {
            device: 17,
            who: "陈素芬",
            tel: "199",
            heardMs: NOON - 1,
            oldestMs: NOON - 2,
            made: 240,
            held: 231,
            missing: [
              [1, 1],
              [232, 239],
            ],
            lost: [{ count: 5, fromMs: 1, toMs: 2 }],
            causes: [["missing", 5]],
          },
        ],
      },
    ]);
  });

  it("are kept for where there is no network", async () => {
    const { phone, shown, seen } = await supervisor();
    await seen();
    phone.link.reachable = false;
    shown.length = 0;
    expect(await seen()).toBe("offline");
    expect(shown).toMatchObject([{ atMs: NOON, rows: [{ device: 17 }] }]);
  });

  it("are forgotten by who looks after nobody any more", async () => {
    const { server, phone, shown, seen } = await supervisor();
    await seen();
    server.answers = () => ({ ok: false, code: "not_found", status: 404, retryMs: 0 });
    expect(await seen()).toBe("not_found");
    expect(shown.pop()).toBeNull();
    expect(await phone.note("phones")).toBeUndefined();
  });

  it("are not taken from a stranger, nor asked for by nobody", async () => {
    const { server, shown, seen } = await supervisor();
    server.answers = () => ({ ok: true, value: { devices: "<html>" } });
    expect(await seen()).toBe("offline");
    expect(shown).toEqual([]);
    const nobody = { store: memoryStore(), link: server.link() };
    expect(await look(nobody, () => expect.unreachable())).toBe("signed_out");
  });
});
