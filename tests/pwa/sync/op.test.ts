import * as op from "../../../pwa/src/sync/op.ts";
import { run } from "./vectors.ts";

run("op", op, { WAITING: () => [...op.WAITING].sort() });
