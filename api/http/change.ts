import type { Fields, Operation } from "#contract/operation.ts";
import { inTransactionOf } from "#db/tenant.ts";
import type { Tx } from "#db/tenant.ts";
import { auditActor, type Actor } from "#domain/access/actor.ts";
import type { Target } from "#domain/access/target.ts";
import { auditScopeOf, auditTarget } from "#domain/audit/describe.ts";
import { recordAudit, type AuditEntry } from "#domain/audit/record.ts";
import { DomainError } from "#domain/errors.ts";
import { claimIdempotencyKey, keepResponse, type IdempotencyClaim } from "#domain/idempotency.ts";
import type { Site } from "#domain/site.ts";

/** The operator is no principal of the database; its keys are kept under the nil UUID. */
const OPERATOR = "00000000-0000-0000-0000-000000000000";

/** One request that changes something. */
export interface ChangeRun {
  readonly site: Site;
  readonly operation: Operation<Fields, Fields, any, any>;
  readonly actor: Actor;
  readonly target: Target | null;
  readonly params: Record<string, string>;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly idempotencyKey: string | null;
  readonly redact: ((response: any) => unknown) | undefined;
  readonly auditDetails: ((response: any) => Record<string, unknown>) | undefined;
  readRequest(): Promise<string>;
  onReplay(): void;
}

/** Opens the transaction of the change; whatever comes before it (input, authorization) may refuse. */
type Begin = (work: (tx: Tx) => Promise<unknown>) => Promise<unknown>;

/**
 * Runs a change: verb, audit event and idempotency record in one transaction (AUD-1). A refusal's audit event commits
 * in a transaction of its own.
 */
export async function runChange(
  run: ChangeRun,
  work: (begin: Begin) => Promise<unknown>,
): Promise<unknown> {
  try {
    const response = await work(async (verb) => {
      // Before the transaction: a body that is slow to come must not hold a connection.
      const claim = await claimOf(run);
      return inTransactionOf(run.site.database, (tx) => once(run, claim, tx, () => verb(tx)));
    });
    run.site.nudge();
    return response;
  } catch (error) {
    if (error instanceof DomainError && isRefusedChange(run, error))
      await recordRefusal(run, error);
    throw error;
  }
}

async function claimOf(run: ChangeRun): Promise<IdempotencyClaim | null> {
  if (run.idempotencyKey === null) return null;
  return {
    principalId: run.actor.kind === "operator" ? OPERATOR : run.actor.principalId,
    operation: run.operation.id,
    key: run.idempotencyKey,
    request: await run.readRequest(),
  };
}

async function once(
  run: ChangeRun,
  claim: IdempotencyClaim | null,
  tx: Tx,
  verb: () => Promise<unknown>,
): Promise<unknown> {
  if (claim !== null) {
    const replay = await claimIdempotencyKey(tx, claim);
    if (replay !== null) {
      run.onReplay();
      return replay.response;
    }
  }
  const response = await verb();
  await recordAudit(tx, describe(run, response, "SUCCESS", null));
  if (claim !== null)
    await keepResponse(
      tx,
      claim,
      run.operation.status,
      run.redact ? run.redact(response) : response,
    );
  return response;
}

// Malformed input never reached the point of being a change; nor did what names nothing.
function isRefusedChange(run: ChangeRun, error: DomainError): boolean {
  if (error.code === "invalid_input" || error.code === "unsupported_media_type") return false;
  return run.target !== null || error.code !== "not_found";
}

async function recordRefusal(run: ChangeRun, error: DomainError): Promise<void> {
  await inTransactionOf(run.site.database, (tx) =>
    recordAudit(tx, describe(run, null, "FAILED", error.code)),
  );
}

function describe(
  run: ChangeRun,
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
    },
    requestId: run.requestId,
    sourceAddress: run.sourceAddress,
  };
}
