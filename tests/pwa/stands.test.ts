import { expect, it } from "vitest";
import type { PhotoRow, PreviewRow } from "../../pwa/src/ports.ts";
import { standOf } from "../../pwa/src/stands.ts";

const own = (more: Partial<PhotoRow>) => [{ id: "k", ...more } as PhotoRow];
const heard = (state: number): PreviewRow => ({ id: "k", preview: "", here: state === 1, state });

it("reads off this phone's own copy how far it is", () => {
  const stand = (more: Partial<PhotoRow>) => standOf("k", own(more), heard(1), 20);
  expect(stand({ state: "waiting" })).toBe("phone");
  expect(stand({ state: "announced", offset: 0 })).toBe("phone");
  expect(stand({ state: "announced", offset: 9 })).toBe("part");
  expect(stand({ state: "held" })).toBe("held");
  expect(stand({ state: "verified", at: 21 })).toBe("there");
  expect(stand({ state: "verified", at: 0 })).toBe("there");
  expect(stand({ state: "verified", at: 20 })).toBe("safe");
});

it("takes the server's word for another's photo", () => {
  const stands = [0, 1, 2, 3].map((state) => standOf("k", own({ id: "other" }), heard(state), 20));
  expect(stands).toEqual(["coming", "there", "late", "part"]);
  expect(standOf("k", [], undefined, 20)).toBe("coming");
});
