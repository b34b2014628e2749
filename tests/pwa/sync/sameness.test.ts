import * as sameness from "../../../pwa/src/sync/sameness.ts";
import { forms, run, toRecord } from "./vectors.ts";

run("sameness", sameness, { fingerprint: forms(sameness.fingerprint, [toRecord]) });
