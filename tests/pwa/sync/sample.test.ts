import * as sample from "../../../pwa/src/sync/sample.ts";
import { run } from "./vectors.ts";

run("sample", sample);
