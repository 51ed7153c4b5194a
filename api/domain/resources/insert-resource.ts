import { insertRow } from "#db/insert-row.ts";
import { resources, resourceSecrets } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { newSecret } from "#domain/principals/secrets.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { deriveStatus } from "./derive-status.ts";
import { recordEvent } from "./record-event.ts";
import { readView, type ResourceKind, type ResourceView } from "./resource-view.ts";
import type { ContainerSpec, NotebookSpec } from "./types.ts";

export interface NewResource {
  id: string;
  workspaceId: string;
  shard: number;
  kind: ResourceKind;
  name: string;
  region: string;
  clusterId: string;
  ownerId: string;
  tags: Record<string, string>;
  clientToken: string | null;
  flavor: string;
  spec: NotebookSpec | ContainerSpec;
}

/** Write-only values of a resource (RBAC-3). */
export interface Secrets {
  env: Record<string, string>;
  registryCredentials: { server: string; username: string; password: string } | null;
}

export const NO_SECRETS: Secrets = { env: {}, registryCredentials: null };

/**
 * Inserts an accepted resource that is asked to run, with its secrets and an access token of its own, and has it
 * reconciled. `addStorage` inserts or moves the volumes that it mounts.
 */
export async function insertResource(
  tx: TenantTx,
  resource: NewResource,
  secrets: Secrets,
  addStorage: () => Promise<void>,
): Promise<ResourceView> {
  const { organizationId } = tx;
  const desired = {
    desiredState: "running",
    desiredAt: tx.now,
    generation: 1,
    stopCause: null,
  } as const;
  const { status, reason } = deriveStatus(
    { ...resource, ...desired, observed: null, observedAt: null },
    [],
  );
  await Promise.all([
    insertRow(tx.client, resources, {
      ...resource,
      ...desired,
      organizationId,
      createdAt: tx.now,
      status,
      statusReason: reason,
    }),
    insertRow(tx.client, resourceSecrets, {
      resourceId: resource.id,
      organizationId,
      accessToken: newSecret("at_"),
      ...secrets,
    }),
  ]);
  await addStorage();
  recordEvent(
    tx,
    { organizationId, id: resource.id },
    { code: "createRequested", message: "Creation was requested." },
  );
  enqueue(tx, {
    kind: "reconcileResource",
    key: resource.id,
    clusterId: resource.clusterId,
    organizationId,
  });
  return readView(tx.client, { organizationId, id: resource.id });
}
