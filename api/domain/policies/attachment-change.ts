import {
  compileAccess,
  diffAccess,
  findEmptySets,
  type AccessSubject,
  type EnabledServices,
} from "@aifactory/sdk/policy";
import { and, eq } from "drizzle-orm";
import { workspaceServices } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { publicId } from "#domain/ids.ts";

/** What somebody can do before and after Policies are attached or detached. */
export interface AttachmentChange {
  readonly before: AccessSubject;
  readonly after: AccessSubject;
}

/** The cells gained and lost, and a warning where what is attached afterwards allows nothing (POL-3, POL-8). */
export function presentAttachmentChange(
  ids: { workspaceId: string; policyId: string },
  { before, after }: AttachmentChange,
) {
  const { gained, lost } = diffAccess(compileAccess(before), compileAccess(after));
  return {
    workspaceId: publicId("workspace", ids.workspaceId),
    policyId: publicId("policy", ids.policyId),
    gained: [...gained],
    lost: [...lost],
    warnings: warningsOf(after),
  };
}

/** The part of an attachment's answer that the audit log keeps (POL-8). */
export function auditedCells({ gained, lost }: { gained: unknown[]; lost: unknown[] }) {
  return { gained, lost };
}

/** The part of an edit's answer that the audit log keeps (POL-8). */
export function auditedChanges({ changes }: { changes: unknown[] }) {
  return { changes };
}

/** The Services enabled in a Workspace, each with its regions; none of them is disabled until the transaction ends. */
export async function enabledServices(tx: TenantTx, workspaceId: string): Promise<EnabledServices> {
  const rows = await tx.db
    .select()
    .from(workspaceServices)
    .where(
      and(
        eq(workspaceServices.organizationId, tx.organizationId),
        eq(workspaceServices.workspaceId, workspaceId),
      ),
    )
    .for("share");
  return Object.fromEntries(rows.map((row) => [row.service, row.regions]));
}

/** Where what is attached allows nothing (POL-3): one warning of each kind, however many Policies are at fault together. */
export function warningsOf(subject: AccessSubject): { code: string; message: string }[] {
  const byCode = new Map(
    findEmptySets(subject).map(({ code, message }) => [code, { code, message }]),
  );
  return [...byCode.values()];
}
