import type { ReadContext } from "#domain/context.ts";
import { boundaryOf } from "./attached-policies.ts";
import { presentPolicy } from "./present-policy.ts";

/** A Workspace's permission boundary: every Policy attached to it, by name. */
export async function listWorkspacePolicies({ site, authorization: { target } }: ReadContext) {
  const { organizationId, id: workspaceId } = target;
  const boundary = await boundaryOf(site.database.read, { organizationId, workspaceId });
  return { items: boundary.map(presentPolicy), nextCursor: null };
}
