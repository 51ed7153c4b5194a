import { inTransactionOf } from "#db/tenant.ts";
import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import { claimIdempotencyKey, keepResponse, type IdempotencyClaim } from "#domain/idempotency.ts";
import { AnnouncedError } from "#domain/notices/announced-error.ts";
import { notify } from "#domain/notices/notify.ts";
import type { Site } from "#domain/site.ts";
import { recordChange, recordRefusal, type RecordedRun } from "./record-change.ts";

/** The operator is no principal of the database; its keys are kept under the nil UUID. */
const OPERATOR = "00000000-0000-0000-0000-000000000000";

/** One request that changes something. */
export interface ChangeRun extends RecordedRun {
  readonly site: Site;
  readonly idempotencyKey: string | null;
  readonly redact: ((response: any) => unknown) | undefined;
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
  const { database } = run.site;
  try {
    const response = await work(async (verb) => {
      // Before the transaction: a body that is slow to come must not hold a connection.
      const claim = await claimOf(run);
      const done = await inTransactionOf(database, (tx) => once(run, claim, tx, () => verb(tx)));
      run.policySets.remember(done.policySets);
      return done.response;
    });
    run.site.nudge();
    return response;
  } catch (error) {
    if (error instanceof DomainError && isRefusedChange(run, error)) {
      const stored = await inTransactionOf(database, async (tx) => {
        if (error instanceof AnnouncedError) await notify(tx, [error.notice]);
        return recordRefusal(run, tx, error);
      });
      run.policySets.remember(stored);
    }
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
): Promise<{ response: unknown; policySets: string[] }> {
  if (claim !== null) {
    const replay = await claimIdempotencyKey(tx, claim);
    if (replay !== null) {
      run.onReplay();
      return { response: replay.response, policySets: [] };
    }
  }
  const response = await verb();
  const policySets = await recordChange(run, tx, response);
  if (claim !== null)
    await keepResponse(
      tx,
      claim,
      run.operation.status,
      run.redact ? run.redact(response) : response,
    );
  return { response, policySets };
}

const MALFORMED = new Set(["invalid_input", "unsupported_media_type", "upgrade_required"]);

// Malformed input never reached the point of being a change; nor did what names nothing.
function isRefusedChange(run: ChangeRun, error: DomainError): boolean {
  if (MALFORMED.has(error.code)) return false;
  return run.target !== null || error.code !== "not_found";
}
