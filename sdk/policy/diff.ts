import type { Access, Cell } from "./access.ts";
import { listCells } from "./cells.ts";
import type { Ownership } from "./subject.ts";

/** What a change of access gives and takes (POL-6, POL-8). */
export interface AccessDiff {
  readonly gained: readonly Cell[];
  readonly lost: readonly Cell[];
}

/** The cells that somebody gains and loses, over the regions that either side knows. */
export function diffAccess(before: Access, after: Access, ownership: Ownership = {}): AccessDiff {
  const cells = listCells([...before.subject.regions, ...after.subject.regions]);
  const had = ({ action, region }: Cell): boolean => before.decide(action, region, ownership);
  const has = ({ action, region }: Cell): boolean => after.decide(action, region, ownership);
  return {
    gained: cells.filter((cell) => !had(cell) && has(cell)),
    lost: cells.filter((cell) => had(cell) && !has(cell)),
  };
}
