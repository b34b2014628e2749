import { describe } from "vitest";
import { memoryStore } from "../../../pwa/src/adapters/memory.ts";
import { storeContract } from "./store-contract.ts";

describe("the store in memory", () => storeContract(memoryStore));
