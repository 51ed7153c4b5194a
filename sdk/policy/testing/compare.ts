import { isDeepStrictEqual } from "node:util";
import type { Access } from "../access.ts";
import type { AccessSubject } from "../subject.ts";
import type { Action } from "../vocabulary.ts";
import { ALL_ACTIONS } from "../vocabulary.ts";
import type { OracleAnswer } from "./cedar-oracle.ts";
import { cedarOracle } from "./cedar-oracle.ts";

/** One cell with what Cedar says of it. */
export interface Sworn {
  readonly action: Action;
  readonly region: string;
  readonly owns: boolean;
  readonly answer: OracleAnswer;
}

/** What Cedar says of every cell of a subject, for own resources and those of others. */
export function swear(subject: AccessSubject): Sworn[] {
  const oracle = cedarOracle(subject);
  return subject.regions.flatMap((region) =>
    ALL_ACTIONS.flatMap((action) =>
      [true, false].map((owns) => ({ action, region, owns, answer: oracle(action, region, owns) })),
    ),
  );
}

/** The cells in which an evaluator decides or explains otherwise than Cedar. */
export function differences(access: Access, sworn: readonly Sworn[]): Sworn[] {
  return sworn.filter(({ action, region, owns, answer }) => {
    const { nearestMiss: _, ...explanation } = access.explain(action, region, { owns });
    const decides = access.decide(action, region, { owns }) === (answer.decision === "allow");
    return !decides || !isDeepStrictEqual(explanation, answer);
  });
}
