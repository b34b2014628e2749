import * as nameless from "../../../pwa/src/sync/nameless.ts";
import { run } from "./vectors.ts";

run("nameless", nameless);
