import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import {
  DEFAULT_DELAYS,
  type Delays,
  type NodeConfig,
} from "../../api/adapters/simulator/config.ts";
import { openSimulators } from "../../api/adapters/simulator/open.ts";
import type { SimulatedCluster } from "../../api/adapters/simulator/simulated-cluster.ts";
import { openDatabase, type Database } from "../../api/db/database.ts";
import { workspaces } from "../../api/db/schema/organizations.ts";
import { resources, volumes } from "../../api/db/schema/resources.ts";
import { withSystem, withTenant, type TenantTx } from "../../api/db/tenant.ts";
import { grantCredit } from "../../api/domain/billing/credit/grant-credit.ts";
import type { Catalogue } from "../../api/domain/catalogue/catalogue.ts";
import { loadCatalogue } from "../../api/domain/catalogue/load.ts";
import { holdClock } from "../../api/domain/clock/hold-clock.ts";
import { nextMoment } from "../../api/domain/clock/next-moment.ts";
import { newId } from "../../api/domain/ids.ts";
import { insertOrganization } from "../../api/domain/organizations/insert-organization.ts";
import { ensurePerson } from "../../api/domain/principals/sign-in.ts";
import { changeDesired, nextGeneration } from "../../api/domain/resources/change-desired.ts";
import { lockAdmission } from "../../api/domain/billing/limits/lock-admission.ts";
import { insertResource, NO_SECRETS } from "../../api/domain/resources/insert-resource.ts";
import { requestResourceDeletion } from "../../api/domain/resources/request-resource-deletion.ts";
import { lockView } from "../../api/domain/resources/resource-view.ts";
import type { ContainerSpec } from "../../api/domain/resources/types.ts";
import { insertVolume } from "../../api/domain/volumes/insert-volume.ts";
import { createWorker, type Worker, type WorkerOptions } from "../../api/worker/create-worker.ts";
import { workHandlers } from "../../api/worker/work-handlers.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

export const GPU_MODEL = "H100 SXM5";
const NODES: NodeConfig[] = [
  { name: "gpu", count: 2, gpuModel: GPU_MODEL, gpus: 8, vcpu: 96, memoryGib: 1536 },
  { name: "cpu", gpuModel: null, gpus: 0, vcpu: 64, memoryGib: 256 },
];

/** One replica's worker and one simulated cluster on a database. */
export interface Replica {
  database: Database;
  cluster: SimulatedCluster;
  clusters: ReadonlyMap<string, SimulatedCluster>;
  catalogue: Catalogue;
  worker: Worker;
  close(): Promise<void>;
}

/** A replica on a database that is there; nothing runs before `worker.start()` or `runUntilQuiet()`. */
export async function openReplica(
  url: string,
  options: { delays?: Partial<Delays>; nodes?: NodeConfig[]; worker?: Partial<WorkerOptions> } = {},
): Promise<Replica> {
  const database = openDatabase(url);
  const catalogue = loadCatalogue(null);
  const simulators = await openSimulators(url, [
    {
      id: "hanoi-1",
      region: "hanoi",
      nodes: options.nodes ?? NODES,
      delays: { ...DEFAULT_DELAYS, ...options.delays },
    },
  ]);
  const cluster = simulators.clusters[0]!;
  const clusters = new Map([[cluster.id, cluster]]);
  const handlers = workHandlers({ database, clusters, catalogue, mailer: null });
  const worker = createWorker({ database, clusters, handlers, ...options.worker });
  const close = async () => {
    await worker.drain();
    await simulators.close();
    await database.close();
  };
  return { database, cluster, clusters, catalogue, worker, close };
}

/** A funded Organization with one Workspace. */
export interface Tenant {
  organizationId: string;
  workspaceId: string;
  ownerId: string;
}

export interface WorkerSite extends Replica, Tenant {
  testDatabase: TestDatabase;
  now(): Promise<Date>;
  /** Moves the clock by milliseconds and runs what is due then, without charging minutes. */
  pass(ms: number): Promise<void>;
}

/** A database with a funded Organization and a worker that is not started. */
export async function startWorkerSite(
  options: Parameters<typeof openReplica>[1] = {},
): Promise<WorkerSite> {
  const testDatabase = await createTestDatabase();
  const replica = await openReplica(testDatabase.url, options);
  const { database, worker } = replica;
  const now = async () =>
    (await database.pool.query<{ now: Date }>("select site_now() as now")).rows[0]!.now;
  return {
    ...replica,
    ...(await insertTenant(database)),
    testDatabase,
    now,
    async pass(ms) {
      await worker.runUntilQuiet();
      // Only now, or what a busy machine is late to begin would not be done by then.
      const target = new Date((await now()).getTime() + ms);
      for (let at = await now(); at < target; at = await now()) {
        const moments = [await replica.cluster.nextDueAt()];
        const next = await nextMoment(database, { now: at, target, moments });
        await holdClock(database, (clock) => clock.moveTo(next));
        await worker.runUntilQuiet();
      }
    },
    async close() {
      await replica.close();
      await testDatabase.drop();
    },
  };
}

export async function insertTenant(database: Database, usd = 1000n): Promise<Tenant> {
  return withSystem(database, async (tx) => {
    const subject = randomUUID();
    const identity = { issuer: "test", subject, email: null, emailVerified: false, name: "Owner" };
    const { principalId: ownerId } = await ensurePerson(tx, identity);
    const input = { name: "local", ownerId, currency: "USD" } as const;
    const { id: organizationId } = await insertOrganization(tx, input);
    const workspaceId = newId();
    await tx.db
      .insert(workspaces)
      .values({ id: workspaceId, organizationId, name: "ml", createdAt: tx.now });
    const amount = usd * 1_000_000n;
    const rates = () => {
      throw new Error("no conversion is expected");
    };
    if (usd > 0n) {
      await grantCredit(tx, { organizationId, kind: "plan", amount, currency: "USD", rates });
    }
    return { organizationId, workspaceId, ownerId };
  });
}

/** Accepts a container as the API does; answers its id. */
export async function createContainer(
  site: { database: Database } & Tenant,
  wanted: {
    flavor?: string;
    diskGib?: number;
    command?: string[];
    maxRunningSeconds?: number;
  } = {},
): Promise<string> {
  const id = newId();
  const spec: ContainerSpec = {
    image: "registry.example/trainer:1",
    template: null,
    ports: [{ port: 8080, protocol: "HTTP" }],
    env: [],
    command: wanted.command ?? null,
    maxRunningSeconds: wanted.maxRunningSeconds ?? null,
  };
  await inOrganization(site, async (tx) => {
    const placed = {
      workspaceId: site.workspaceId,
      shard: await lockAdmission(tx, tx.organizationId),
      region: "hanoi",
      clusterId: "hanoi-1",
      ownerId: site.ownerId,
      name: `trainer-${id}`,
    };
    const flavor = wanted.flavor ?? "h100-sxm5-1";
    const resource = { ...placed, id, flavor, spec, kind: "container", tags: {} } as const;
    await insertResource(tx, { ...resource, clientToken: null }, NO_SECRETS, async () => {
      if (wanted.diskGib === undefined) return;
      const disk = { ...placed, id: newId(), kind: "disk", resourceId: id } as const;
      await insertVolume(tx, { ...disk, sizeGib: wanted.diskGib, mountPath: "/data" });
    });
  });
  return id;
}

/** What the API's verbs change; answers the moment that it was accepted at. */
export async function ask(
  site: { database: Database } & Tenant,
  id: string,
  what: "start" | "stop" | "restart" | "delete",
): Promise<Date> {
  return inOrganization(site, async (tx) => {
    const current = await lockView(tx, id);
    if (what === "delete") await requestResourceDeletion(tx, id, "Deletion was requested.");
    else if (what !== "stop") await changeDesired(tx, current, nextGeneration(tx, current));
    else {
      const change = { desiredState: "stopped", desiredAt: tx.now, stopCause: "user" } as const;
      await changeDesired(tx, current, change);
    }
    return tx.now;
  });
}

export async function rowOf({ database }: { database: Database }, id: string) {
  const [row] = await database.read.select().from(resources).where(eq(resources.id, id));
  return row!;
}

export async function volumesOf({ database }: { database: Database }, resourceId: string) {
  return database.read.select().from(volumes).where(eq(volumes.resourceId, resourceId));
}

/** The usage runs of a resource or volume, oldest first. */
export async function runsOf({ database }: { database: Database }, subjectId: string) {
  const { rows } = await database.pool.query<{
    product: string;
    quantity: number;
    started_at: Date;
    ended_at: Date | null;
    price_per_hour: bigint;
  }>(
    `select product, quantity, started_at, ended_at, price_per_hour from usage_runs
     where subject_id = $1 order by started_at`,
    [subjectId],
  );
  return rows;
}

function inOrganization<T>(
  { database, organizationId }: { database: Database } & Tenant,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return withTenant(database, organizationId, work);
}
