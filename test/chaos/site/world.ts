import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReplicaPool } from "../../simulation/site/replica-pool.ts";
import { startCluster, type StartedCluster } from "../../support/cluster/start.ts";
import { patientConnection, type PatientConnection } from "./patient-connection.ts";

/** What all seeds have in common: a Kubernetes of the suite's own, to be broken, and processes. */
export interface World {
  readonly cluster: StartedCluster;
  /** Straight to the API server, as its administrator; waits where that is away. */
  readonly admin: PatientConnection;
  readonly replicas: ReplicaPool;
  /** For site files and kubeconfigs. */
  readonly folder: string;
  end(): Promise<void>;
}

const SPARE_REPLICAS = 1;

/** Nothing is left running when it throws. */
export async function makeWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "aifactory-chaos-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const cluster = await startCluster();
  stack.defer(() => cluster.stop());
  const replicas = new ReplicaPool(SPARE_REPLICAS);
  stack.defer(() => replicas.end());
  const admin = patientConnection(cluster.kubeconfigs.admin);
  const everything = stack.move();
  return { cluster, admin, replicas, folder, end: () => everything.disposeAsync() };
}
