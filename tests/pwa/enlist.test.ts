import { expect, it } from "vitest";
import { enlist } from "../../pwa/src/enlist.ts";
import { advance, seal } from "../../pwa/src/evidence.ts";
import { note } from "../../pwa/src/outbox.ts";
import type { Answer, Chain } from "../../pwa/src/ports.ts";
import { type Phone, signedIn } from "./rig.ts";

const PHOTO = btoa("s".repeat(32));

async function sealing(): Promise<Phone> {
  const { phone } = await signedIn();
  const sealed = await seal(phone.store, [0, 1, null, "", "", 0, 0, ""], PHOTO);
  await phone.store.write(["notes"], (tx) => advance(tx, sealed));
  return phone;
}

/** Run it with a link that answers so; gives the bodies that went out. */
async function told(phone: Phone, answer: Answer<unknown>): Promise<{ incarnation: string; key: string }[]> {
  const bodies: string[] = [];
  const link = {
    ...phone.link,
    ask: async (_token: string, path: string, body = "") => {
      bodies.push(path === "/api/device/key" ? body : path);
      return answer;
    },
  };
  await enlist({ store: phone.store, link });
  return bodies.map((body) => JSON.parse(body));
}

const GOOD = { ok: true, value: { kept: true } } as const;
const BAD = { ok: false, code: "offline", status: 0, retryMs: 0 } as const;

it("tells the key once, again after the server was restored, and again if nobody heard", async () => {
  const phone = await sealing();
  const [first, ...more] = await told(phone, BAD);
  expect([first?.incarnation, more]).toEqual(["aaaaaaaa", []]);
  expect(atob(first?.key ?? "")).toHaveLength(65);
  expect(await told(phone, GOOD)).toEqual([first]);
  expect(await told(phone, GOOD)).toEqual([]);
  const heard = await phone.note<{ era: number }>("heard");
  await phone.store.write(["notes"], (tx) =>
    tx.put("notes", {
      id: "heard",
      value: {
        cursor: "",
        directory: "",
        offsetMs: 0,
        lastMs: 0,
        renewing: false,
        backed: 0,
        ...heard,
        era: 1,
      },
    }),
  );
  expect(await told(phone, GOOD)).toEqual([first]);
});

it("loses no place in the chain that was taken while the key was told", async () => {
  const phone = await sealing();
  const link = {
    ...phone.link,
    ask: async (): Promise<Answer<unknown>> => {
      const sealed = await seal(phone.store, [0, 1, null, "", "", 0, 0, ""], PHOTO);
      await phone.store.write(["notes"], (tx) => advance(tx, sealed));
      return GOOD;
    },
  };
  await enlist({ store: phone.store, link });
  const chains = (await phone.store.read(["notes"], (tx) => note(tx, "chains"))) ?? {};
  expect(Object.values(chains).map(({ n, told }: Chain) => [n, told])).toEqual([[2, 1]]);
});

it("tells nothing where nobody is signed in, and no key of another's device", async () => {
  const phone = await sealing();
  const session = { token: "t", number: "000000ff", person: 8, out: false };
  await phone.store.write(["notes"], (tx) => tx.put("notes", { id: "session", value: session }));
  expect(await told(phone, GOOD)).toEqual([]);
});
