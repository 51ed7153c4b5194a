import type { Connection, SavedWorkspace } from "@aifactory/policy-kit";
import { NotFoundError, paginate } from "@aifactory/sdk";
import type { SavedPolicy } from "./configuration.ts";
import type { Saved, SavedAttachment } from "./saved.ts";

/**
 * Reads what the control plane has: of the Workspaces that the program touches, boundaries and, for a principal,
 * membership and identity policies. Throws what the API refuses: half an answer is none.
 */
export async function readSaved(
  { client, organizationId, signal }: Connection,
  isTouched: (workspace: SavedWorkspace) => boolean,
  userId: string | undefined,
): Promise<Saved> {
  const common = { path: { organizationId }, query: { limit: 200 }, signal };
  const [workspaces, policies, regions, organization] = await Promise.all([
    Array.fromAsync(paginate(client.listWorkspaces, common)),
    Array.fromAsync(paginate(client.listPolicies, common)),
    Array.fromAsync(paginate(client.listRegions, { signal })),
    client.getOrganization({ path: { organizationId }, signal }),
  ]);
  const attachments: SavedAttachment[] = [];
  const memberOf: string[] = [];
  for (const { id: workspaceId } of workspaces.filter(isTouched)) {
    const place = { path: { workspaceId }, signal };
    for await (const { id } of paginate(client.listWorkspacePolicies, place))
      attachments.push({ workspaceId, policyId: id, isIdentity: false });
    if (userId === undefined) continue;
    const identity = await ifThere(() =>
      Array.fromAsync(
        paginate(client.listMemberPolicies, { path: { workspaceId, userId }, signal }),
      ),
    );
    if (identity === null) continue;
    attachments.push(
      ...identity.map(({ policyId }) => ({ workspaceId, policyId, isIdentity: true as const })),
    );
    // Policies also wait for the return of somebody who is no member any more (POL-2).
    const member = await ifThere(() => client.getMember({ path: { workspaceId, userId }, signal }));
    if (member !== null) memberOf.push(workspaceId);
  }
  return {
    workspaces: workspaces.map(({ id, name }) => ({ id, name })),
    policies: policies.map(({ id, name, statements }) => {
      return { policyId: id, name, statements: statements as SavedPolicy["statements"] };
    }),
    attachments,
    memberOf: userId === undefined ? null : memberOf,
    isOwner: userId !== undefined && organization.ownerId === userId,
    regions: regions.map(({ id }) => id),
  };
}

/** What is read; null where there is no such thing. */
async function ifThere<Answer>(read: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
