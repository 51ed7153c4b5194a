import type { DeterminingStatement } from "./access.ts";
import type { Coverage } from "./coverage.ts";
import { coverageOf, isEmpty, isWithin, unionOf } from "./coverage.ts";
import { emptySetMessage, statementMessage } from "./lint-message.ts";
import { witnessesOf, type Voice, type Witnesses } from "./lint-witnesses.ts";
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
  /** Statements because of which this one cannot matter: no more than it takes, in declared order. */
  readonly by: readonly DeterminingStatement[];
  readonly message: string;
}

/** A statement with the cells it speaks about. */
interface Placed extends DeterminingStatement {
  readonly statement: Statement;
  readonly voice: Voice;
  readonly cells: Coverage;
}

/**
 * Statements that can never matter and sets that allow nothing, in declared order (POL-6). All statements found can be
 * removed together without changing any decision in the catalogue.
 */
export function lintPolicies(subject: LintSubject): LintFinding[] {
  const placed = placeAll(subject);
  return [...findIdleStatements(placed, subject.regions), ...findEmpty(subject, placed)];
}

/** The sets among them that allow nothing (POL-3): what lint says of Policies rather than of statements. */
export function findEmptySets(subject: LintSubject): LintFinding[] {
  return findEmpty(subject, placeAll(subject));
}

function placeAll({ boundaries, identityPolicies, regions }: LintSubject): Placed[] {
  return [
    ...place(boundaries, "boundary", regions),
    ...place(identityPolicies, "identity", regions),
  ];
}

function findEmpty(subject: LintSubject, placed: readonly Placed[]): LintFinding[] {
  const { boundaries, identityPolicies, regions } = subject;
  return [
    ...findEmptySet(boundaries, "boundary", placed, regions),
    ...findEmptySet(identityPolicies, "identity", placed, regions),
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
      voice: statement.effect === "Deny" ? "deny" : source,
      cells: coverageOf(statement, regions),
    })),
  );
}

/** Judged from last to first against those not yet found idle, so that of two equal statements the later goes and the earlier stays. */
function findIdleStatements(placed: readonly Placed[], regions: readonly string[]): LintFinding[] {
  const witnesses = witnessesOf(placed, regions);
  const findings: LintFinding[] = [];
  for (let at = placed.length - 1; at >= 0; at--) {
    const finding = judgeStatement(placed, at, witnesses);
    if (finding === undefined) witnesses.keep(at);
    else findings.push(finding);
  }
  return findings.toReversed();
}

function judgeStatement(
  placed: readonly Placed[],
  at: number,
  witnesses: Witnesses,
): LintFinding | undefined {
  const one = placed[at]!;
  if (isEmpty(one.cells)) return finding("vacuous", one, []);
  const named = (places: readonly number[]) => places.map((place) => placed[place]!);
  const denies = witnesses.cover(at, ["deny"]);
  if (denies !== undefined)
    return finding(one.voice === "deny" ? "shadowed" : "overridden", one, named(denies));
  if (one.voice === "deny") return undefined;
  const peers = witnesses.cover(at, ["deny", one.voice]);
  return peers === undefined ? undefined : finding("shadowed", one, named(peers));
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
