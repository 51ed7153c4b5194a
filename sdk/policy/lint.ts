import type { DeterminingStatement } from "./access.ts";
import type { Coverage } from "./coverage.ts";
import { coverageOf, isEmpty, isWithin, overlap, unionOf } from "./coverage.ts";
import { emptySetMessage, statementMessage } from "./lint-message.ts";
import type { NamedPolicy, Statement } from "./statement.ts";
import type { AccessSubject } from "./subject.ts";

/** Policies attached together; one Policy alone is linted as the only boundary. */
export type LintSubject = Pick<AccessSubject, "boundaries" | "identityPolicies" | "regions">;

/**
 * `vacuous`: names no cell of the catalogue. `overridden`: an Allow that Denies take back entirely. `shadowed`: others
 * of the same effect say all of it. `…_allows_nothing`: the attached set as a whole refuses everything (POL-3).
 */
export type LintCode =
  | "vacuous"
  | "overridden"
  | "shadowed"
  | "boundary_allows_nothing"
  | "identity_allows_nothing";

/** Something that a set of Policies says in vain (POL-6). */
export interface LintFinding {
  readonly code: LintCode;
  readonly source: "boundary" | "identity";
  readonly policy: string;
  /** The statement, counted from 0; null when the finding is about the Policy. */
  readonly index: number | null;
  /** The statements because of which this one cannot matter. */
  readonly by: readonly DeterminingStatement[];
  readonly message: string;
}

/** A statement with the cells it speaks about. */
interface Placed extends DeterminingStatement {
  readonly statement: Statement;
  readonly cells: Coverage;
}

/**
 * Statements that can never matter and sets that allow nothing, in declared order (POL-6). All statements found can be
 * removed together without changing any decision in the catalogue.
 */
export function lintPolicies(subject: LintSubject): LintFinding[] {
  const placed = [
    ...place(subject.boundaries, "boundary", subject.regions),
    ...place(subject.identityPolicies, "identity", subject.regions),
  ];
  return [
    ...findIdleStatements(placed, subject.regions),
    ...findEmptySet(subject.boundaries, "boundary", placed, subject.regions),
    ...findEmptySet(subject.identityPolicies, "identity", placed, subject.regions),
  ];
}

function place(
  policies: readonly NamedPolicy[],
  source: DeterminingStatement["source"],
  regions: readonly string[],
): Placed[] {
  return policies.flatMap(({ name, statements }) =>
    statements.map((statement, index) => ({
      policy: name,
      index,
      source,
      statement,
      cells: coverageOf(statement, regions),
    })),
  );
}

/** Judged from last to first against those not yet found idle, so that of two equal statements the later goes and the earlier stays. */
function findIdleStatements(placed: readonly Placed[], regions: readonly string[]): LintFinding[] {
  const remaining = new Set(placed);
  const findings: LintFinding[] = [];
  for (const one of placed.toReversed()) {
    const finding = judgeStatement(one, remaining, regions);
    if (finding === undefined) continue;
    remaining.delete(one);
    findings.unshift(finding);
  }
  return findings;
}

function judgeStatement(
  one: Placed,
  remaining: ReadonlySet<Placed>,
  regions: readonly string[],
): LintFinding | undefined {
  if (isEmpty(one.cells)) return finding("vacuous", one, []);
  const others = [...remaining].filter((other) => other !== one && overlap(other.cells, one.cells));
  const denies = others.filter((other) => other.statement.effect === "Deny");
  if (isWithin(one.cells, unionOf(denies.map(cellsOf), regions))) {
    return finding(one.statement.effect === "Allow" ? "overridden" : "shadowed", one, denies);
  }
  if (one.statement.effect === "Deny") return undefined;
  // Boundaries and identity Policies must each allow (POL-3): an Allow of one stands in for no Allow of the other.
  const peers = others.filter(
    (other) => other.statement.effect === "Deny" || other.source === one.source,
  );
  const covered = isWithin(one.cells, unionOf(peers.map(cellsOf), regions));
  return covered ? finding("shadowed", one, peers) : undefined;
}

function findEmptySet(
  policies: readonly NamedPolicy[],
  source: DeterminingStatement["source"],
  placed: readonly Placed[],
  regions: readonly string[],
): LintFinding[] {
  const allows = placed.filter((one) => one.statement.effect === "Allow" && one.source === source);
  const denies = placed.filter((one) => one.statement.effect === "Deny");
  const allowed = unionOf(allows.map(cellsOf), regions);
  if (!isWithin(allowed, unionOf(denies.map(cellsOf), regions))) return [];
  return policies.map(({ name }) => ({
    code: `${source}_allows_nothing`,
    source,
    policy: name,
    index: null,
    by: [],
    message: emptySetMessage(source, name),
  }));
}

function cellsOf(one: Placed): Coverage {
  return one.cells;
}

function finding(
  code: "vacuous" | "overridden" | "shadowed",
  { policy, index, source, statement }: Placed,
  because: readonly Placed[],
): LintFinding {
  const by = because.map((one) => ({ policy: one.policy, index: one.index, source: one.source }));
  const message = statementMessage(code, statement.effect, { policy, index, source }, by);
  return { code, source, policy, index, by, message };
}
