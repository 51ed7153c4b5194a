import type { Access, Cell } from "./access.ts";
import { listCells } from "./cells.ts";
import type { Ownership } from "./subject.ts";
import type { Action } from "./vocabulary.ts";

/** A question of which parts may be unknown; what is unknown may be anything of the vocabulary and the catalogue, or of `within`. */
export interface PartialQuestion extends Ownership {
  readonly action?: Action | undefined;
  readonly region?: string | undefined;
  readonly within?:
    | {
        readonly actions?: readonly Action[] | undefined;
        readonly regions?: readonly string[] | undefined;
      }
    | undefined;
}

/** The answer over everything that a question can turn out to mean. */
export interface Judgement {
  readonly verdict: "allowed" | "denied" | "mixed";
  readonly allowed: readonly Cell[];
  readonly denied: readonly Cell[];
}

/** Judges a question with unknown parts over all that they can be; where they can be nothing, it is denied (IAC-7). */
export function judge(access: Access, question: PartialQuestion): Judgement {
  const { action, region, within, owns } = question;
  const actions = action === undefined ? within?.actions : [action];
  const regions = region === undefined ? (within?.regions ?? access.subject.regions) : [region];
  const cells = listCells(regions, actions);
  const allowed = cells.filter((cell) => access.decide(cell.action, cell.region, { owns }));
  const denied = cells.filter((cell) => !access.decide(cell.action, cell.region, { owns }));
  if (allowed.length === 0) return { verdict: "denied", allowed, denied };
  return { verdict: denied.length === 0 ? "allowed" : "mixed", allowed, denied };
}
