import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { changeDesired, nextGeneration } from "#domain/resources/change-desired.ts";
import { lockView } from "#domain/resources/resource-view.ts";
import { growVolume } from "#domain/volumes/grow-volume.ts";
import {
  ask,
  createContainer,
  rowOf,
  runsOf,
  startWorkerSite,
  volumesOf,
  type WorkerSite,
} from "../../../../test/support/worker-site.ts";

let site: WorkerSite;
beforeAll(async () => {
  // Longer than a busy machine takes between a request and a look: what waits or has not started yet is then still seen.
  site = await startWorkerSite({ delays: { scheduleMs: 4500, startMs: 4500 } });
});
afterAll(() => site?.close());
afterEach(async () => {
  await site.cluster.clearFailures();
  const { rows } = await site.database.pool.query<{ id: string }>(
    "select id from resources where deleted_at is null",
  );
  for (const { id } of rows) await ask(site, id, "delete");
  await site.pass(70_000);
  expect(await site.cluster.list()).toEqual({ workloads: [], volumes: [], workspaces: [] });
});

const freeGpus = async () =>
  (await site.cluster.capacity()).reduce((sum, node) => sum + node.free.gpus, 0);
const intervalsOf = async (id: string) =>
  (await site.cluster.observeWorkload(site.workspaceId, id))?.intervals ?? [];

test("RES-2 a container is PROCESSING, then RUNNING from the moment the cluster reports", async () => {
  const id = await createContainer(site, { diskGib: 20 });
  expect(await rowOf(site, id)).toMatchObject({ status: "PROCESSING" });
  await site.worker.runUntilQuiet();
  expect(await rowOf(site, id)).toMatchObject({
    status: "PROCESSING",
    observed: { phase: "waiting" },
  });
  await site.pass(10_000);
  const row = await rowOf(site, id);
  const [interval] = await intervalsOf(id);
  expect(row).toMatchObject({
    status: "RUNNING",
    stoppedAt: null,
    statusReason: { code: "running" },
  });
  expect(row.runningSince!.toISOString()).toBe(interval!.runningSince);
  expect(await runsOf(site, id)).toEqual([
    {
      product: "h100-sxm5-1",
      quantity: 1,
      started_at: row.runningSince,
      ended_at: null,
      price_per_hour: 2_500_000n,
    },
  ]);
});

test("BIL-1 a stop ends the charge when it is accepted, and storage stays and is charged", async () => {
  const id = await createContainer(site, { diskGib: 20 });
  await site.pass(10_000);
  const acceptedAt = await ask(site, id, "stop");
  expect(await rowOf(site, id)).toMatchObject({ status: "STOPPING" });
  await site.pass(5000);
  const row = await rowOf(site, id);
  expect(row).toMatchObject({ status: "STOPPED", statusReason: { code: "stoppedByUser" } });
  expect(row.stoppedAt).toEqual(acceptedAt);
  expect(await runsOf(site, id)).toMatchObject([
    { started_at: row.runningSince, ended_at: acceptedAt },
  ]);
  const [disk] = await volumesOf(site, id);
  expect(disk).toMatchObject({ status: "AVAILABLE", observedSizeGib: 20 });
  expect(await runsOf(site, disk!.id)).toMatchObject([
    { quantity: 20, started_at: disk!.storageSince, ended_at: null },
  ]);
});

test("RES-5 a deletion is reported when nothing is left, workload and disk", async () => {
  const id = await createContainer(site, { diskGib: 20 });
  await site.pass(10_000);
  const acceptedAt = await ask(site, id, "delete");
  await site.worker.runUntilQuiet();
  expect(await rowOf(site, id)).toMatchObject({ status: "DELETING", deletedAt: null });
  const [disk] = await volumesOf(site, id);
  // The disk is not touched while the workload is there.
  expect(await site.cluster.observeVolume(site.workspaceId, disk!.id)).toMatchObject({
    phase: "ready",
  });
  await site.pass(5000);
  expect(await rowOf(site, id)).toMatchObject({ status: "DELETED", stoppedAt: acceptedAt });
  expect((await rowOf(site, id)).deletedAt).not.toBeNull();
  expect(await runsOf(site, disk!.id)).toMatchObject([{ ended_at: acceptedAt }]);
  expect((await volumesOf(site, id))[0]).toMatchObject({ status: "DELETED" });
  expect(await site.cluster.list()).toEqual({ workloads: [], volumes: [], workspaces: [] });
});

test.each(["stopped", "deleted"] as const)(
  "RES-5 a look between a request and its acceptance does not verify that it is %s",
  async (desiredState) => {
    const id = await createContainer(site);
    await withTenant(site.database, site.organizationId, async (tx) => {
      // The worker looks, finds nothing yet, and goes on to apply it, while this waits for the row.
      await site.database.pool.query(
        "update resources set observed_at = site_now() + interval '5 ms' where id = $1",
        [id],
      );
      const current = await lockView(tx, id);
      const change = { desiredState, desiredAt: tx.now, stopCause: null };
      await changeDesired(tx, current, change);
    });
    const { status, desiredAt, observedAt } = await rowOf(site, id);
    expect(status).toBe(desiredState === "stopped" ? "STOPPING" : "DELETING");
    expect(desiredAt.getTime()).toBe(observedAt!.getTime() + 1);
  },
);

test("BIL-1 what was ready and no longer asked for before the worker looked is charged exactly", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  const [first] = await intervalsOf(id);
  // Nobody works while these are accepted, one after the other.
  const restarted = await ask(site, id, "restart");
  const stopped = await ask(site, id, "stop");
  const started = await ask(site, id, "start");
  await site.pass(10_000);
  const row = await rowOf(site, id);
  expect(row).toMatchObject({ status: "RUNNING", generation: 3 });
  expect(started >= stopped).toBe(true);
  const runs = await runsOf(site, id);
  expect(runs).toMatchObject([
    { started_at: new Date(first!.runningSince), ended_at: restarted },
    { started_at: row.runningSince, ended_at: null },
  ]);
  expect(row.generationEnds).toEqual({});
});

test("BIL-1 a start that began before a stop, and waited for it, is accepted after it", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  const stopped = await withTenant(site.database, site.organizationId, async (tx) => {
    const acceptedAt = await ask(site, id, "stop");
    const current = await lockView(tx, id);
    await changeDesired(tx, current, nextGeneration(tx, current));
    return acceptedAt;
  });
  expect((await rowOf(site, id)).desiredAt.getTime()).toBe(stopped.getTime() + 1);
  await site.pass(10_000);
  expect(await runsOf(site, id)).toMatchObject([{ ended_at: stopped }, { ended_at: null }]);
});

test("BIL-1 a workload that became ready unseen and was stopped is charged for what it ran", async () => {
  const id = await createContainer(site);
  await site.worker.runUntilQuiet();
  // The cluster goes on, the worker does not.
  await site.database.pool.query("update site_clock set offset_ms = offset_ms + 30000");
  const acceptedAt = await ask(site, id, "delete");
  await site.pass(5000);
  const row = await rowOf(site, id);
  expect(row.status).toBe("DELETED");
  expect(row.runningSince!.getTime()).toBeLessThan(acceptedAt.getTime() - 20_000);
  expect(await runsOf(site, id)).toMatchObject([
    { started_at: row.runningSince, ended_at: acceptedAt },
  ]);
});

test("RES-7 a process that ends with 0 leaves the container STOPPED, completed", async () => {
  const id = await createContainer(site, { command: ["sh", "-c", "sleep 30; exit 0"] });
  await site.pass(10_000);
  expect((await rowOf(site, id)).status).toBe("RUNNING");
  await site.pass(40_000);
  const row = await rowOf(site, id);
  expect(row).toMatchObject({
    status: "STOPPED",
    desiredState: "stopped",
    stopCause: "completed",
    statusReason: { code: "completed" },
  });
  expect(row.stoppedAt!.getTime() - row.runningSince!.getTime()).toBe(30_000);
  expect(await runsOf(site, id)).toMatchObject([{ ended_at: row.stoppedAt }]);
});

test("RES-7 a process that keeps failing is restarted, each run charged, then FAILED and its GPU free", async () => {
  const free = await freeGpus();
  const id = await createContainer(site, { command: ["sh", "-c", "sleep 20; exit 7"] });
  await site.pass(600_000);
  const row = await rowOf(site, id);
  expect(row).toMatchObject({
    status: "FAILED",
    desiredState: "stopped",
    stopCause: "failed",
    observed: { phase: "gone", exitCode: 7 },
    statusReason: { code: "crashLoop", message: expect.stringContaining("exit code 7") },
  });
  expect(await freeGpus()).toBe(free);
  const runs = await runsOf(site, id);
  expect(runs).toHaveLength(6);
  for (const run of runs) {
    expect(run.ended_at!.getTime() - run.started_at.getTime()).toBe(20_000);
  }
  const { rows } = await site.database.pool.query(
    "select action, reason, actor ->> 'kind' as actor from audit_events where reason = 'failed'",
  );
  expect(rows).toContainEqual({ action: "stopContainer", reason: "failed", actor: "system" });
});

test("RES-7 an image that cannot be fetched fails, charges nothing and frees its GPU", async () => {
  const free = await freeGpus();
  const id = await createContainer(site);
  await site.cluster.injectFailure({ match: { resourceId: id }, failure: "imagePull" });
  await site.pass(60_000);
  expect(await rowOf(site, id)).toMatchObject({
    status: "FAILED",
    statusReason: { code: "imagePullFailed" },
    runningSince: null,
  });
  expect(await runsOf(site, id)).toEqual([]);
  expect(await freeGpus()).toBe(free);
});

test("RES-7 a container is stopped when its maximum running time is over", async () => {
  const id = await createContainer(site, { maxRunningSeconds: 3600 });
  await site.pass(10_000);
  const { runningSince } = await rowOf(site, id);
  const due = new Date(runningSince!.getTime() + 3_600_000);
  const { rows } = await site.database.pool.query(
    "select due_at from work_items where kind = 'stopAtLimit' and key = $1",
    [id],
  );
  expect(rows).toEqual([{ due_at: due }]);
  await site.pass(3_590_000 - 5000);
  expect((await rowOf(site, id)).status).toBe("RUNNING");
  await site.pass(20_000);
  expect(await rowOf(site, id)).toMatchObject({
    status: "STOPPED",
    stopCause: "maximumRunningTime",
    statusReason: { code: "maximumRunningTime" },
  });
});

test("BIL-1 a lost node ends the charge; the workload is placed anew and charged again", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  await site.cluster.injectFailure({ match: { resourceId: id }, failure: "nodeLost" });
  await site.pass(10_000);
  const row = await rowOf(site, id);
  const intervals = await intervalsOf(id);
  expect(row.status).toBe("RUNNING");
  expect(intervals).toHaveLength(2);
  expect(await runsOf(site, id)).toMatchObject([
    {
      started_at: new Date(intervals[0]!.runningSince),
      ended_at: new Date(intervals[0]!.stoppedAt!),
    },
    { started_at: new Date(intervals[1]!.runningSince), ended_at: null },
  ]);
});

test("RES-4 waiting for capacity is no error, costs nothing and ends when capacity is free", async () => {
  const large = [];
  for (let i = 0; i < 2; i++) large.push(await createContainer(site, { flavor: "h100-sxm5-8" }));
  await site.pass(10_000);
  const id = await createContainer(site, { flavor: "h100-sxm5-4" });
  await site.pass(60_000);
  expect(await rowOf(site, id)).toMatchObject({
    status: "PROCESSING",
    statusReason: { code: "waitingForCapacity" },
    runningSince: null,
  });
  await ask(site, large[0]!, "stop");
  await site.pass(10_000);
  expect((await rowOf(site, id)).status).toBe("RUNNING");
});

test("RES-3 a grown disk is charged by its new size from when it has it", async () => {
  const id = await createContainer(site, { diskGib: 10 });
  await site.pass(10_000);
  const [disk] = await volumesOf(site, id);
  await withTenant(site.database, site.organizationId, (tx) => growVolume(tx, disk!.id, 40));
  await site.pass(10_000);
  const seen = await site.cluster.observeVolume(site.workspaceId, disk!.id);
  const grownAt = new Date(seen!.sizeSince!);
  expect((await volumesOf(site, id))[0]).toMatchObject({ observedSizeGib: 40 });
  expect(await runsOf(site, disk!.id)).toMatchObject([
    { quantity: 10, started_at: disk!.storageSince, ended_at: grownAt },
    { quantity: 40, started_at: grownAt, ended_at: null },
  ]);
});

test("BIL-1 a disk that grew unseen before its deletion is charged by its new size until then", async () => {
  const id = await createContainer(site, { diskGib: 10 });
  await site.pass(10_000);
  const [disk] = await volumesOf(site, id);
  await withTenant(site.database, site.organizationId, (tx) => growVolume(tx, disk!.id, 40));
  await site.worker.runUntilQuiet();
  // The cluster goes on, the worker does not.
  await site.database.pool.query("update site_clock set offset_ms = offset_ms + 30000");
  const seen = await site.cluster.observeVolume(site.workspaceId, disk!.id);
  const grownAt = new Date(seen!.sizeSince!);
  const acceptedAt = await ask(site, id, "delete");
  await site.pass(10_000);
  expect(grownAt.getTime()).toBeLessThan(acceptedAt.getTime() - 20_000);
  expect(await runsOf(site, disk!.id)).toMatchObject([
    { quantity: 10, ended_at: grownAt },
    { quantity: 40, started_at: grownAt, ended_at: acceptedAt },
  ]);
});

test("RES-3 a volume that cannot grow keeps no workload from being started again", async () => {
  const id = await createContainer(site, { diskGib: 10 });
  await site.pass(10_000);
  const [disk] = await volumesOf(site, id);
  const refused = vi.spyOn(site.cluster, "applyVolume").mockRejectedValue(new Error("no"));
  onTestFinished(() => refused.mockRestore());
  await withTenant(site.database, site.organizationId, (tx) => growVolume(tx, disk!.id, 40));
  await ask(site, id, "restart");
  await site.pass(60_000);
  expect(await rowOf(site, id)).toMatchObject({ status: "RUNNING", observed: { generation: 2 } });
});

test("RES-5 what a crash left of a new start is removed when it is stopped before anybody sees it", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  await ask(site, id, "stop");
  await site.pass(10_000);
  expect(await rowOf(site, id)).toMatchObject({ status: "STOPPED", observed: { phase: "gone" } });
  const removed = vi.spyOn(site.cluster, "deleteWorkload");
  onTestFinished(() => removed.mockRestore());
  await ask(site, id, "start");
  await ask(site, id, "stop");
  await site.worker.runUntilQuiet();
  expect(removed).toHaveBeenCalledWith(site.workspaceId, id);
  expect((await rowOf(site, id)).status).toBe("STOPPED");
});

test("RES-5 what others change as fast as it is to be removed is removed a moment later", async () => {
  const id = await createContainer(site, { diskGib: 10 });
  await site.pass(10_000);
  const [disk] = await volumesOf(site, id);
  const kept = [
    vi.spyOn(site.cluster, "deleteWorkload"),
    vi.spyOn(site.cluster, "deleteVolume"),
  ] as const;
  // As often as it is looked at in a row: each time something had happened to it since.
  for (const it of kept) for (let round = 0; round < 4; round++) it.mockResolvedValueOnce();
  onTestFinished(() => kept.forEach((it) => it.mockRestore()));
  await ask(site, id, "delete");
  await site.worker.runUntilQuiet();
  expect(kept[0]).toHaveBeenCalledTimes(4);
  expect(await rowOf(site, id)).toMatchObject({ status: "DELETING" });
  await site.pass(10_000);
  await site.pass(10_000);
  expect(await rowOf(site, id)).toMatchObject({ status: "DELETED" });
  expect(kept[1]).toHaveBeenCalledTimes(5);
  expect(kept[1]).toHaveBeenLastCalledWith(site.workspaceId, disk!.id);
});

test("RES-5 what a silent node keeps is not asked for again and again", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  const running = await site.cluster.observeWorkload(site.workspaceId, id);
  const kept = [
    vi.spyOn(site.cluster, "deleteWorkload").mockResolvedValue(),
    vi.spyOn(site.cluster, "observeWorkload").mockResolvedValue({ ...running!, phase: "lost" }),
  ];
  await ask(site, id, "stop");
  await site.pass(10_000);
  const asked = kept[0]!.mock.calls.length;
  for (const it of kept) it.mockRestore();
  expect(asked).toBeGreaterThan(0);
  const { rowCount } = await site.database.pool.query("select from work_items where key = $1", [
    id,
  ]);
  expect(rowCount).toBe(0);
});

test("RES-5 a cluster that does not answer is tried again until it does", async () => {
  const id = await createContainer(site);
  await site.cluster.injectFailure({ match: { resourceId: id }, failure: "apiErrors", count: 3 });
  for (let i = 0; i < 50 && (await rowOf(site, id)).status !== "RUNNING"; i++) {
    await site.pass(5000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect((await rowOf(site, id)).status).toBe("RUNNING");
});

test("RES-4 every change of the reason is an event of the resource's history", async () => {
  const id = await createContainer(site);
  await site.pass(10_000);
  await ask(site, id, "stop");
  await site.pass(10_000);
  const { rows } = await site.database.pool.query<{ code: string }>(
    "select code from resource_events where resource_id = $1 order by id",
    [id],
  );
  expect(rows.map((it) => it.code)).toEqual(
    expect.arrayContaining(["starting", "running", "stoppedByUser"]),
  );
});
