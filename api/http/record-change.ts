import type { Fields, Operation } from "#contract/operation.ts";
import type { Tx } from "#db/tenant.ts";
import { auditActor, type Actor } from "#domain/access/actor.ts";
import type { MadeDecision } from "#domain/access/decisions.ts";
import type { Target } from "#domain/access/target.ts";
import { auditScopeOf, auditTarget } from "#domain/audit/describe.ts";
import type { PolicySets } from "#domain/audit/policy-sets.ts";
import { presentDecision } from "#domain/audit/present-decision.ts";
import { PlacedError, type DomainError } from "#domain/errors.ts";
import { recordAudit, type AuditEntry } from "#domain/audit/record.ts";
import { recordDecided } from "#domain/audit/record-decided.ts";

/** What the audit log is to know of a request that changes something. */
export interface RecordedRun {
  readonly operation: Operation<Fields, Fields, any, any>;
  readonly actor: Actor;
  readonly target: Target | null;
  readonly params: Record<string, string>;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly auditDetails: ((response: any) => Record<string, unknown>) | undefined;
  readonly policySets: PolicySets;
  /** What Services and Policies were asked, whether or not they allowed it. */
  readonly decisions: MadeDecision[];
  /** Decides again by what is true now, and answers its version; null where Services and Policies have no say. */
  readonly decideAgain: ((tx: Tx) => Promise<string>) | null;
}

/**
 * Records a change that was made, and that the decisions on it still stand; where access has moved they are made again,
 * and may refuse. Answers the policy sets that are to be remembered after the commit.
 */
export async function recordChange(run: RecordedRun, tx: Tx, response: unknown): Promise<string[]> {
  const describeIt = () => describe(run, response, "SUCCESS", null);
  const { target, decideAgain } = run;
  if (target === null || decideAgain === null) await recordAudit(tx, describeIt());
  else {
    let version = target.accessVersion;
    const { organizationId } = target;
    while (!(await recordDecided(tx, { ...describeIt(), organizationId }, version)))
      version = await decideAgain(tx);
  }
  return storePolicySets(run, tx);
}

/** Records a change that was refused. Answers the policy sets that are to be remembered after the commit. */
export async function recordRefusal(
  run: RecordedRun,
  tx: Tx,
  error: DomainError,
): Promise<string[]> {
  const place = error instanceof PlacedError ? error.place : {};
  await recordAudit(tx, { ...describe(run, null, "FAILED", error.code), ...place });
  return storePolicySets(run, tx);
}

// After the event: whoever waits for another's set here asks for no further lock.
async function storePolicySets(run: RecordedRun, tx: Tx): Promise<string[]> {
  const { target, decisions } = run;
  if (target === null || target.workspaceId === null || decisions.length === 0) return [];
  const { organizationId, workspaceId } = target;
  const accesses = decisions.map(({ access }) => access);
  return run.policySets.store(tx, { organizationId, workspaceId, accesses });
}

function describe(
  run: RecordedRun,
  response: unknown,
  outcome: "SUCCESS" | "FAILED",
  reason: string | null,
): AuditEntry {
  return {
    ...auditTarget(run.operation.id, run.target, run.params, response),
    actor: auditActor(run.actor),
    scope: auditScopeOf(run.operation),
    category: run.operation.tag,
    action: run.operation.id,
    outcome,
    reason,
    details: {
      ...run.params,
      ...(outcome === "SUCCESS" ? run.auditDetails?.(response) : {}),
      ...(run.decisions.length === 0 ? {} : { decisions: run.decisions.map(presentDecision) }),
    },
    requestId: run.requestId,
    sourceAddress: run.sourceAddress,
  };
}
