import { expect, it } from "vitest";
import { chipsOf } from "../../../pwa/src/screens/reasons.tsx";
import { incident, view } from "./sights.ts";

const offers = [
  { step: "approve", to: "handling", needs: [], takes: [], tone: "go" as const },
  { step: "return", to: "returned", needs: ["return_field"], takes: ["return_note"], tone: "back" as const },
  { step: "escalate", to: "at_center", needs: [], takes: ["progress"], tone: "plain" as const },
];

it("makes one chip of each reason, and one of each other way on", () => {
  expect(chipsOf(view({ offers }), incident)).toEqual([
    {
      step: "return",
      chip: "return/place",
      back: true,
      words: "位置不清",
      values: { return_field: "place" },
    },
    {
      step: "return",
      chip: "return/photos",
      back: true,
      words: "照片看不清",
      values: { return_field: "photos" },
    },
    { step: "escalate", chip: "escalate", back: false, words: "escalate", values: {} },
  ]);
});
