import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { workspaces } from "#db/schema/organizations.ts";
import { withSystem, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { requestDeletionOf } from "#domain/resources/request-deletion.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import type { Workload } from "#ports/cluster.ts";
import {
  ask,
  createContainer,
  GPU_MODEL,
  insertTenant,
  rowOf,
  startWorkerSite,
  type WorkerSite,
} from "../../../../test/support/worker-site.ts";

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

const sweep = async () => {
  await withSystem(site.database, async (tx) =>
    enqueue(tx, { kind: "sweepCluster", key: "hanoi-1", clusterId: "hanoi-1" }),
  );
  await site.pass(10_000);
};
const orphan = (): Workload => ({
  workspaceId: site.workspaceId,
  resourceId: newId(),
  generation: 1,
  kind: "container",
  name: "orphan",
  image: "registry.example/orphan:1",
  command: null,
  env: [],
  ports: [],
  size: { vcpu: 1, memoryGib: 1, gpu: { model: GPU_MODEL, count: 1 } },
  mounts: [],
  maxRestarts: 5,
  accessToken: "",
  registryCredentials: null,
});

test("RES-5 what the cluster has and the database does not know is removed, and nothing else", async () => {
  const known = await createContainer(site, { diskGib: 10 });
  await site.pass(10_000);
  await site.cluster.applyWorkload(orphan());
  const { rows } = await site.database.pool.query<{ id: string }>("select id from volumes");
  const unheardOf = { workspaceId: site.workspaceId, volumeId: newId(), sizeGib: 10 };
  await site.cluster.applyVolume(unheardOf);
  await sweep();
  const { workloads, volumes } = await site.cluster.list();
  expect(workloads.map((it) => it.id)).toEqual([known]);
  // A database that has never heard of a volume may be the wrong one.
  const kept = [...rows.map(({ id }) => id), unheardOf.volumeId];
  expect(volumes.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
  await site.cluster.deleteVolume(site.workspaceId, unheardOf.volumeId);
  expect((await rowOf(site, known)).status).toBe("RUNNING");
});

test("RES-5 what the database has and the cluster lost is made again", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  await site.cluster.deleteWorkload(site.workspaceId, id);
  await site.database.pool.query("update site_clock set offset_ms = offset_ms + 10000");
  await site.cluster.settle();
  await site.database.pool.query("delete from work_items where key = $1", [id]);
  await sweep();
  expect((await rowOf(site, id)).status).toBe("RUNNING");
  expect(await site.cluster.observeWorkload(site.workspaceId, id)).toMatchObject({
    phase: "ready",
  });
});

test("RES-5 what a cluster refuses of a sweep keeps nothing else from being looked at", async () => {
  const lost = await createContainer(site);
  await site.pass(10_000);
  await site.cluster.applyWorkload(orphan());
  await site.cluster.deleteWorkload(site.workspaceId, lost);
  await site.database.pool.query("update site_clock set offset_ms = offset_ms + 10000");
  await site.cluster.settle();
  await site.database.pool.query("delete from work_items where key = $1", [lost]);
  const refused = vi.spyOn(site.cluster, "restoreWorkspace").mockRejectedValue(new Error("no"));
  const kept = vi.spyOn(site.cluster, "deleteWorkload").mockRejectedValueOnce(new Error("no"));
  onTestFinished(() => [refused, kept].forEach((spy) => spy.mockRestore()));
  await site.cluster.applyWorkload(orphan());
  await sweep();
  expect((await rowOf(site, lost)).status).toBe("RUNNING");
  expect(kept.mock.calls.length).toBeGreaterThanOrEqual(2);
  refused.mockRestore();
  await site.database.pool.query("update work_items set run_after = clock_timestamp()");
  await sweep();
});

test("RES-5 a deleted resource that is still there is an orphan", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  await ask(site, id, "delete");
  await site.pass(10_000);
  await site.cluster.applyWorkload({ ...orphan(), resourceId: id });
  const { rows } = await site.database.pool.query<{ id: string }>(
    "select id from volumes where deleted_at is not null",
  );
  for (const { id: volumeId } of rows)
    await site.cluster.applyVolume({ workspaceId: site.workspaceId, volumeId, sizeGib: 10 });
  await sweep();
  const listed = await site.cluster.list();
  expect(listed.workloads.map((it) => it.id)).not.toContain(id);
  await site.pass(10_000);
  const left = (await site.cluster.list()).volumes.map((it) => it.id);
  expect(left.filter((it) => rows.some(({ id: ended }) => ended === it))).toEqual([]);
});

test("ORG-6 a Workspace is gone once its last resource and volume are", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database)) };
  const id = await createContainer(tenant, { diskGib: 10 });
  await site.pass(10_000);
  await withTenant(site.database, tenant.organizationId, async (tx) => {
    await requestDeletionOf(tx, tenant.workspaceId);
    await tx.db
      .update(workspaces)
      .set({ deletingSince: tx.now })
      .where(eq(workspaces.id, tenant.workspaceId));
    const { organizationId } = tenant;
    enqueue(tx, { kind: "deleteWorkspace", key: tenant.workspaceId, organizationId });
  });
  const deletedAt = async () =>
    (
      await site.database.read
        .select()
        .from(workspaces)
        .where(eq(workspaces.id, tenant.workspaceId))
    )[0]!.deletedAt;
  await site.worker.runUntilQuiet();
  expect(await deletedAt()).toBeNull();
  const removed = vi.spyOn(site.cluster, "deleteWorkspace");
  onTestFinished(() => removed.mockRestore());
  await site.pass(10_000);
  expect((await rowOf(site, id)).status).toBe("DELETED");
  expect(await deletedAt()).not.toBeNull();
  expect(removed).toHaveBeenCalledExactlyOnceWith(tenant.workspaceId);
});

test("BIL-5 a stop for debt finds that there is credit again, and stops nothing", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  const { organizationId } = site;
  await withSystem(site.database, async (tx) =>
    enqueue(tx, { kind: "stopForDebt", key: `${organizationId}:container`, organizationId }),
  );
  await site.pass(5000);
  expect((await rowOf(site, id)).status).toBe("RUNNING");
});

test("BIL-5 a stop for debt also stops what is only being created", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database, 0n)) };
  const id = await createContainer(tenant);
  const { organizationId } = tenant;
  await withSystem(site.database, async (tx) =>
    enqueue(tx, { kind: "stopForDebt", key: `${organizationId}:container`, organizationId }),
  );
  await site.pass(5000);
  expect(await rowOf(site, id)).toMatchObject({
    status: "STOPPED",
    statusReason: { code: "insufficientBalance" },
    runningSince: null,
  });
});
