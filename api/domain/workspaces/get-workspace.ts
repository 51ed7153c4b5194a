import { and, eq } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { presentWorkspace } from "./present-workspace.ts";

/** One Workspace. */
export async function getWorkspace({ site, authorization: { target } }: ReadContext) {
  const [row] = await site.database.read
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.organizationId, target.organizationId), eq(workspaces.id, target.id)));
  return presentWorkspace(row!);
}
