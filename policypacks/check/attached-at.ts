import type { AccessChange } from "@aifactory/sdk";
import type { FilePolicy } from "./judge-entries.ts";
import type { Live, SavedBoundary } from "./live.ts";

/** A Workspace, and who is concerned there; null: whoever has no identity policies. */
export type Place = Pick<AccessChange, "workspaceId" | "workspace" | "userId">;

/** Those of some Policies that are attached at a place, as boundary or to the member. */
export async function attachedAt(
  { client }: Live,
  { workspaceId, userId }: Place,
  policies: readonly FilePolicy[],
  boundaries: readonly SavedBoundary[],
): Promise<FilePolicy[]> {
  const boundary = boundaries.find((one) => one.workspaceId === workspaceId)?.policies ?? [];
  const identity =
    userId === null
      ? []
      : (await client.listMemberPolicies({ path: { workspaceId, userId } })).items;
  const names = new Set([...boundary, ...identity].map(({ name }) => name));
  return policies.filter(({ document }) => names.has(document.name));
}
