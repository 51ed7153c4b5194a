import type { V1PersistentVolume, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { isCode, MERGE, type Connection } from "./connect.ts";
import { follow } from "./follow.ts";

/** The name that storage classes call us by. */
export const PROVISIONER = "aifactory.dev/test-provisioner";

const WANTED_BY = "volume.kubernetes.io/storage-provisioner";

/**
 * The storage driver of a test cluster: gives a claim a volume, grows it, and removes the volume when the claim is gone.
 * Kubernetes itself binds the two and protects what is in use.
 */
export function startProvisioner(connection: Connection): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = [
    follow<V1PersistentVolumeClaim>(
      connection,
      "/api/v1/persistentvolumeclaims",
      stopping.signal,
      (claim) => serve(connection, claim),
    ),
    follow<V1PersistentVolume>(connection, "/api/v1/persistentvolumes", stopping.signal, (volume) =>
      removeReleased(connection, volume),
    ),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function serve(connection: Connection, claim: V1PersistentVolumeClaim): Promise<void> {
  // Kubernetes writes there whose turn it is, once a claim that waits for its first Pod has one.
  if (claim.metadata!.annotations?.[WANTED_BY] !== PROVISIONER) return;
  if (claim.metadata!.deletionTimestamp !== undefined) return;
  if (claim.spec!.volumeName === undefined) await provision(connection, claim);
  else if (claim.status!.phase === "Bound") await grow(connection, claim);
}

async function provision({ core }: Connection, claim: V1PersistentVolumeClaim): Promise<void> {
  const { name, namespace, uid } = claim.metadata!;
  const volume: V1PersistentVolume = {
    metadata: {
      name: `pvc-${uid}`,
      annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER },
    },
    spec: {
      capacity: { storage: sizeOf(claim) },
      accessModes: claim.spec!.accessModes!,
      storageClassName: claim.spec!.storageClassName!,
      persistentVolumeReclaimPolicy: "Delete",
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: name!,
        namespace: namespace!,
        uid: uid!,
      },
      hostPath: { path: `/nowhere/${uid}` },
    },
  };
  try {
    await core.createPersistentVolume({ body: volume });
  } catch (error) {
    if (!isCode(error, 409)) throw error;
  }
}

/** A volume driver grows the volume, then the node the file system: the claim shows the size when both are done. */
async function grow({ core }: Connection, claim: V1PersistentVolumeClaim): Promise<void> {
  const { name, namespace } = claim.metadata!;
  const capacity = { storage: sizeOf(claim) };
  if (claim.status!.capacity?.storage === capacity.storage) return;
  await core.patchPersistentVolume(
    { name: claim.spec!.volumeName!, body: { spec: { capacity } } },
    MERGE,
  );
  await core.patchNamespacedPersistentVolumeClaimStatus(
    { name: name!, namespace: namespace!, body: { status: { capacity } } },
    MERGE,
  );
}

async function removeReleased({ core }: Connection, volume: V1PersistentVolume): Promise<void> {
  const { name, annotations, deletionTimestamp } = volume.metadata!;
  if (annotations?.["pv.kubernetes.io/provisioned-by"] !== PROVISIONER) return;
  if (volume.status!.phase !== "Released" || deletionTimestamp !== undefined) return;
  try {
    await core.deletePersistentVolume({ name: name! });
  } catch (error) {
    if (!isCode(error, 404)) throw error;
  }
}

const sizeOf = (claim: V1PersistentVolumeClaim) => claim.spec!.resources!.requests!.storage!;
