import type { KubernetesConfig } from "../config.ts";
import type { OwnerReference } from "../api/object.ts";
import { FIELD_MANAGER, LABEL } from "../names.ts";

export function labels(
  { id }: Pick<KubernetesConfig, "id">,
  workspaceId: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    [LABEL.managedBy]: FIELD_MANAGER,
    [LABEL.cluster]: id,
    [LABEL.workspace]: workspaceId,
    ...more,
  };
}

/** The Secret of a resource owns what stands around it, so that a crash in the middle of a deletion leaves nothing. */
export function ownedBy(anchor: { name: string; uid: string }): OwnerReference[] {
  return [{ apiVersion: "v1", kind: "Secret", name: anchor.name, uid: anchor.uid }];
}
