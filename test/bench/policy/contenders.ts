import { casbin, casbinCached } from "./casbin.ts";
import { casl } from "./casl.ts";
import { cedar } from "./cedar.ts";
import type { Contender } from "./contender.ts";
import { decide, explain } from "./own.ts";

/** The one that the floors are set for, and what it is measured beside. */
export const CONTENDERS: readonly Contender[] = [
  decide,
  explain,
  casl,
  casbin,
  casbinCached,
  cedar,
];
