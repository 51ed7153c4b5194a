import { withTenant } from "#db/tenant.ts";
import { auditActor } from "#domain/access/actor.ts";
import { auditScopeOf, auditTarget } from "#domain/audit/describe.ts";
import { recordAudit } from "#domain/audit/record.ts";
import type { ReadContext } from "#domain/context.ts";
import { authorizedContext, identify } from "./identify.ts";
import { on, readInput, type InputOf, type Mounting } from "./mount.ts";
import { REQUEST_ID } from "./problem.ts";
import type { AnyOperation } from "./route-context.ts";
import { textStream } from "./text-stream.ts";

/** A file that is made while it is being sent. */
export interface ExportedFile {
  readonly filename: string;
  /** Read no faster than the client takes it. */
  readonly content: AsyncIterable<string>;
}

/**
 * Mounts an export: a read whose answer is a file of any size, and an audited act (AUD-1) that is recorded before the
 * first byte leaves. What fails before that is a problem as everywhere; later, the connection breaks.
 */
export function mountExport<O extends AnyOperation>(
  mounting: Mounting,
  operation: O,
  handler: (ctx: ReadContext, input: InputOf<O>) => Promise<ExportedFile>,
): void {
  on(mounting, operation, async (c) => {
    const { actor, target, params } = await identify(mounting, c, operation);
    const ctx = await authorizedContext(mounting, c, operation, actor, target);
    const input = await readInput<O>(c, operation, params);
    const { filename, content } = await handler(ctx, input);
    const body = await textStream(content);
    await recordExport(operation, ctx, params, input.query as object);
    const headers = {
      [REQUEST_ID]: c.get("requestId"),
      "content-type": `${operation.produces[0]}; charset=utf-8`,
      "content-disposition": `attachment; filename="${filename}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    };
    return new Response(body, { status: operation.status, headers });
  });
}

function recordExport(
  operation: AnyOperation,
  { site, actor, authorization, requestId, sourceAddress }: ReadContext,
  params: Record<string, string>,
  query: object,
): Promise<void> {
  const { target } = authorization;
  return withTenant(site.database, target.organizationId, (tx) =>
    recordAudit(tx, {
      ...auditTarget(operation.id, target, params, null),
      actor: auditActor(actor),
      scope: auditScopeOf(operation),
      category: operation.tag,
      action: operation.id,
      outcome: "SUCCESS",
      details: { ...params, ...query },
      requestId,
      sourceAddress,
    }),
  );
}
