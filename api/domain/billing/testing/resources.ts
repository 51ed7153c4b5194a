import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import type { Scene } from "./fixture.ts";

/** A notebook or container that was accepted and does not run yet, with persistent storage if asked for. */
export function createResource(
  scene: Scene,
  kind: "notebook" | "container",
  now: string,
  storageGib = 0,
): Promise<string> {
  return scene.at(now, (tx) => insertResource(tx, scene, kind, storageGib));
}

/** The same within the caller's transaction. */
export async function insertResource(
  tx: Tx,
  { organization }: Scene,
  kind: "notebook" | "container",
  storageGib = 0,
): Promise<string> {
  const id = newId();
  const { organizationId, workspaceIds } = organization;
  await tx.client.query(
    `insert into resources (id, organization_id, workspace_id, shard, kind, name, region, cluster_id, owner_id, created_at,
       flavor, spec, desired_state, desired_at, status, status_reason)
     select $1, o.id, $2, o.shard, $3, 'resource', 'hanoi', 'hanoi', o.owner_id, $4, 'h100-1', '{}', 'running', $4,
       'CREATING', '{}'
     from organizations o where o.id = $5`,
    [id, workspaceIds[0], kind, tx.now, organizationId],
  );
  if (storageGib > 0) {
    await tx.client.query(
      `insert into volumes (id, organization_id, workspace_id, shard, kind, name, region, cluster_id, owner_id, created_at,
         size_gib, desired_state, desired_at, resource_id, status, status_reason)
       select $1, organization_id, workspace_id, shard, 'home', 'home', region, cluster_id, owner_id, created_at, $3,
         'present', created_at, id, 'CREATING', '{}'
       from resources where id = $2`,
      [newId(), id, storageGib],
    );
  }
  return id;
}
