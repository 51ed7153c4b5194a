import type { Coverage } from "./coverage.ts";
import { isWithin, unionOf } from "./coverage.ts";

/** What a statement says of its cells: Denies count everywhere, Allows for their own source only (POL-3). */
export type Voice = "deny" | "boundary" | "identity";

interface Speaking {
  readonly voice: Voice;
  readonly cells: Coverage;
}

/** Which of the statements that remain say what another one says, while they are judged from last to first. */
export interface Witnesses {
  /** The places of others that together say all that the one at `place` says, none of them in vain; undefined when they leave out some of it. */
  cover(place: number, voices: readonly Voice[]): number[] | undefined;
  /** The one at `place` remains; those after it that were not kept are gone. */
  keep(place: number): void;
}

/** The place of one statement for each cell and voice. */
type Table = Map<number, number>;

/**
 * Keeps of each cell the first statement that speaks of it, and the first that was kept: all before the one being judged
 * remain. So judging takes time in the number of cells, not of statements.
 */
export function witnessesOf(
  statements: readonly Speaking[],
  regions: readonly string[],
): Witnesses {
  const tables = () => ({ deny: new Map(), boundary: new Map(), identity: new Map() });
  const first: Record<Voice, Table> = tables();
  const kept: Record<Voice, Table> = tables();
  const mark = (table: Record<Voice, Table>, place: number): void => {
    const { voice, cells } = statements[place]!;
    for (const cell of listCells(cells)) table[voice].set(cell, place);
  };
  for (let place = statements.length - 1; place >= 0; place--) mark(first, place);

  const witnessOf = (cell: number, place: number, voices: readonly Voice[]) => {
    const found = voices.flatMap((voice) => {
      const earliest = first[voice].get(cell);
      return (earliest !== undefined && earliest < place ? earliest : kept[voice].get(cell)) ?? [];
    });
    return found.length === 0 ? undefined : Math.min(...found);
  };
  return {
    keep: (place) => mark(kept, place),
    cover(place, voices) {
      const { cells } = statements[place]!;
      const chosen: number[] = [];
      for (const cell of listCells(cells)) {
        if (chosen.some((one) => holds(statements[one]!.cells, cell))) continue;
        const found = witnessOf(cell, place, voices);
        if (found === undefined) return undefined;
        chosen.push(found);
      }
      return withoutIdle(chosen, (some) =>
        isWithin(
          cells,
          unionOf(
            some.map((one) => statements[one]!.cells),
            regions,
          ),
        ),
      );
    },
  };
}

/** In declared order, without those that the others make superfluous. */
function withoutIdle(chosen: number[], suffices: (some: number[]) => boolean): number[] {
  let needed = chosen.sort((a, b) => a - b);
  for (const one of chosen) {
    const others = needed.filter((other) => other !== one);
    if (suffices(others)) needed = others;
  }
  return needed;
}

// A region has one 32-bit integer of actions.
const BITS = 32;

function listCells(cells: Coverage): number[] {
  const listed: number[] = [];
  for (const [region, actions] of cells.entries()) {
    for (let rest = actions; rest !== 0; rest &= rest - 1)
      listed.push(region * BITS + (BITS - 1 - Math.clz32(rest & -rest)));
  }
  return listed;
}

function holds(cells: Coverage, cell: number): boolean {
  return (cells[Math.floor(cell / BITS)]! & (1 << (cell % BITS))) !== 0;
}
