import { expect, it } from "vitest";
import { dense } from "../../../pwa/src/sync/dense.ts";
import { fromBytes, run } from "./vectors.ts";

const hex = (value: unknown): string => fromBytes(dense(value));

run("dense", {}, { dense: hex });

it("leaves out of an object what is undefined, as JSON does", () => {
  expect(hex({ a: undefined, b: 1 })).toBe(hex({ b: 1 }));
});

it("writes half a character as the sign for what cannot be read", () => {
  expect(hex("石石\ud83d")).toBe(`a9${Buffer.from("石石\ufffd").toString("hex")}`);
});

it("writes lengths of two and of four bytes", () => {
  expect(hex(Array(65_535).fill(0)).slice(0, 8)).toBe("dcffff00");
  expect(hex(Array(65_536).fill(0)).slice(0, 12)).toBe("dd0001000000");
  expect(hex("a b ".repeat(16_383)).slice(0, 8)).toBe("dafffc61");
  expect(hex("a b ".repeat(16_384)).slice(0, 12)).toBe("db0001000061");
  expect(hex("石".repeat(40_000)).slice(0, 12)).toBe("c90001388001");
});

it("writes a fraction in eight bytes, as the server reads it", () => {
  expect([0.5, -1.25].map(hex)).toEqual(["cb3fe0000000000000", "cbbff4000000000000"]);
});
