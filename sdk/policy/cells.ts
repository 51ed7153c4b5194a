import type { Cell } from "./access.ts";
import type { Action } from "./vocabulary.ts";
import { ALL_ACTIONS } from "./vocabulary.ts";

/** Every cell of some regions and actions (all, unless given), each once, region by region. */
export function listCells(
  regions: readonly string[],
  actions: readonly Action[] = ALL_ACTIONS,
): Cell[] {
  const columns = [...new Set(actions)];
  return [...new Set(regions)].flatMap((region) => columns.map((action) => ({ action, region })));
}
