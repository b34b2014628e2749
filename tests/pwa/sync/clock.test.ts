import * as clock from "../../../pwa/src/sync/clock.ts";
import { run } from "./vectors.ts";

run("clock", clock);
