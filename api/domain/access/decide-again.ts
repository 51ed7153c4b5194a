import { sql } from "drizzle-orm";
import type { Tx } from "#db/tenant.ts";
import { authorize, type AccessRequest } from "./authorize.ts";
import type { MadeDecision } from "./decisions.ts";
import type { Grants } from "./grants.ts";
import { requireAction } from "./require-action.ts";

/**
 * Decides anew, in the transaction of the change, what was decided before access moved: a request that waited for a
 * lock commits by what is true when it commits. Replaces `decisions`; answers the version they were made under now.
 * Throws as `authorize` does.
 */
export async function decideAgain(
  tx: Tx,
  grants: Grants,
  request: AccessRequest,
  decisions: MadeDecision[],
): Promise<string> {
  const { organizationId } = request.target;
  const { rows } = await tx.db.execute<{ version: string }>(
    sql`select access_version::text as version from organizations where id = ${organizationId}`,
  );
  const accessVersion = rows[0]!.version;
  const former = decisions.splice(0);
  const moved = { ...request, target: { ...request.target, accessVersion } };
  const authorization = await authorize(grants, moved, { decisions, db: tx.db });
  for (const { question } of former) {
    if (decisions.some((made) => isSame(made.question, question))) continue;
    const { owns, action, region } = question;
    requireAction({ ...authorization, owns }, action, region);
  }
  return accessVersion;
}

function isSame(a: MadeDecision["question"], b: MadeDecision["question"]): boolean {
  return a.action === b.action && a.region === b.region && a.owns === b.owns;
}
