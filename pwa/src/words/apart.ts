// The words of the screens apart: in Chinese they travel with those screens; another language is one file
// for all.

import { type Key, type Params, say as sayPlain, teach } from "./say.ts";
import zh from "./zh-CN-apart.json";

teach("zh-CN", zh);

/** Say a sentence of the shell or of the screens apart. */
export const say = sayPlain as (key: Key | keyof typeof zh, params?: Params) => string;
