import { casbin, casbinCached } from "./casbin.ts";
import { casl } from "./casl.ts";
import { cedar } from "./cedar.ts";
import type { Contender } from "./contender.ts";
import { decide, explain } from "./own.ts";

export const PEERS: readonly Contender[] = [casl, casbin, casbinCached, cedar];

/** In their order of turn; `decide`, which all are measured by, is the first. */
export const CONTENDERS: readonly Contender[] = [decide, explain, ...PEERS];
