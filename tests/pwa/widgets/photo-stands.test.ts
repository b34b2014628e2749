import { expect, it } from "vitest";
import { standWords } from "../../../pwa/src/widgets/photo-stands.tsx";

it("says in one line how far photos have come", () => {
  expect(standWords([])).toBe("");
  expect(standWords(["phone"])).toBe("照片 1\u00a0张还在手机里");
  expect(standWords(["phone", "coming", "phone", "part"])).toBe("照片 2\u00a0张在路上，2\u00a0张还在手机里");
  expect(standWords(["there", "part", "there"])).toBe("照片 2\u00a0张已到，1\u00a0张在路上");
  expect(standWords(["safe", "safe"])).toBe("照片 2\u00a0张已备份");
  expect(standWords(["coming", "late", "held"])).toBe(
    "照片 1\u00a0张在路上，1\u00a0张该到没到，1\u00a0张没收下，留在手机里",
  );
});
