import { setTimeout as sleep } from "node:timers/promises";
import { v7 } from "uuid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ClusterUnavailable,
  WorkloadNotRunning,
  type Cluster,
  type NodeCapacity,
  type ObjectChange,
  type ObservedVolume,
  type ObservedWorkload,
  type Workload,
} from "../../api/ports/cluster.ts";

/** What the suite needs of the world around a cluster. */
export interface ClusterHarness {
  readonly cluster: Cluster;
  /** A GPU model of which the cluster has at least two nodes; no workload of the suite is larger than one node. */
  readonly gpuModel: string;
  /** Site time, as the cluster sees it. */
  now(): Promise<Date>;
  /** Makes the process of a ready workload end. */
  endProcess(resourceId: string, exitCode: number): Promise<void>;
  /** Makes every process of the workload end, also those of its restarts. */
  keepEnding(resourceId: string, exitCode: number): Promise<void>;
  /** Takes away the node that the workload runs on. */
  loseNode(resourceId: string): Promise<void>;
  /**
   * Makes what a ready notebook answers when it is probed: that somebody computes and is connected, that nobody has done
   * anything for a second or longer, or nothing at all.
   */
  use(resourceId: string, use: "active" | "idle" | "silent"): Promise<void>;
  /** Makes the next call about the resource fail. */
  makeUnavailable(resourceId: string): Promise<void>;
  close(): Promise<void>;
}

/** The contract of the cluster port; every adapter passes it. */
export function clusterConformance(name: string, makeHarness: () => Promise<ClusterHarness>): void {
  describe(`cluster port: ${name}`, () => {
    const workspaceId = v7();
    let harness: ClusterHarness;
    let cluster: Cluster;
    beforeAll(async () => {
      harness = await makeHarness();
      cluster = harness.cluster;
    });
    afterAll(() => harness?.close());

    const workload = (change: Partial<Workload> = {}): Workload => ({
      workspaceId,
      resourceId: v7(),
      generation: 1,
      kind: "container",
      name: "trainer",
      image: "registry.example/trainer:1",
      command: null,
      env: [],
      ports: [
        { port: 8080, protocol: "HTTP" },
        { port: 22, protocol: "TCP" },
      ],
      size: { vcpu: 4, memoryGib: 8, gpu: { model: harness.gpuModel, count: 1 } },
      mounts: [],
      maxRestarts: 2,
      accessToken: "secret-access-token",
      registryCredentials: null,
      ...change,
    });
    // As the worker does: each look continues from what the one before has recorded.
    const recorded = new Map<string, ObservedWorkload | null>();
    const observe = async (resourceId: string) => {
      const before = recorded.get(resourceId) ?? null;
      const observed = await cluster.observeWorkload(workspaceId, resourceId, before);
      recorded.set(resourceId, observed);
      return observed;
    };
    const reaches = (resourceId: string, ...phases: ObservedWorkload["phase"][]) =>
      until(
        () => observe(resourceId),
        (it): it is ObservedWorkload => it !== null && phases.includes(it.phase),
      );
    // A removal may have to be asked for again, as the worker does while anything else is observed.
    const isGone = (resourceId: string) =>
      until(
        async () => {
          const observed = await observe(resourceId);
          if (observed !== null && observed.phase !== "stopping")
            await cluster.deleteWorkload(workspaceId, resourceId);
          return observed;
        },
        (it): it is null => it === null,
      );
    const volumeIsReady = (volumeId: string, sizeGib: number) =>
      until(
        () => cluster.observeVolume(workspaceId, volumeId),
        (it) => it?.phase === "ready" && it.sizeGib >= sizeGib,
      );
    const remove = async (...ids: string[]) => {
      for (const id of ids) await cluster.deleteWorkload(workspaceId, id);
      for (const id of ids) await isGone(id);
    };
    const removeVolume = (
      volumeId: string,
      reached: (it: ObservedVolume | null) => boolean = (it) => it === null,
    ) =>
      until(async () => {
        const now = await cluster.observeVolume(workspaceId, volumeId);
        if (now !== null && now.phase !== "deleting")
          await cluster.deleteVolume(workspaceId, volumeId);
        return now;
      }, reached);
    const freeGpus = async () => freeOf(await cluster.capacity(), harness.gpuModel);

    test("RES-5 a workload becomes ready, once, however often it is asked for", async () => {
      const before = await harness.now();
      const asked = workload();
      await cluster.applyWorkload(asked);
      await cluster.applyWorkload(asked);
      const ready = await reaches(asked.resourceId, "ready");
      await cluster.applyWorkload(asked);
      const again = (await observe(asked.resourceId))!;
      expect(again).toEqual(ready);
      expect(ready).toMatchObject({ generation: 1, cause: null, exitCode: null, restarts: 0 });
      expect(ready.intervals).toEqual([
        { generation: 1, runningSince: expect.any(String), stoppedAt: null },
      ]);
      const since = new Date(ready.intervals[0]!.runningSince);
      expect(since.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(since.getTime()).toBeLessThanOrEqual((await harness.now()).getTime());
      expect(ready.endpoints.map(({ port, protocol }) => ({ port, protocol }))).toEqual(
        asked.ports,
      );
      for (const { protocol, address } of ready.endpoints) {
        expect(address).toMatch(protocol === "HTTP" ? /^https:\/\/[^/]+\// : /^[^:/]+:\d+$/);
      }
      await remove(asked.resourceId);
    });

    test("RES-5 what is deleted is gone, with its capacity, and may be deleted again", async () => {
      const free = await freeGpus();
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      expect(await freeGpus()).toBe(free - 1);
      await cluster.deleteWorkload(workspaceId, asked.resourceId);
      const stopping = await observe(asked.resourceId);
      if (stopping !== null) {
        expect(stopping.phase).toBe("stopping");
        expect(stopping.intervals).toHaveLength(1);
      }
      await isGone(asked.resourceId);
      expect(await freeGpus()).toBe(free);
      await cluster.deleteWorkload(workspaceId, asked.resourceId);
      await cluster.deleteWorkload(workspaceId, v7());
      expect(await observe(asked.resourceId)).toBeNull();
    });

    test("RES-5 a workload that is being removed is not brought back by a late request", async () => {
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await cluster.deleteWorkload(workspaceId, asked.resourceId);
      if ((await observe(asked.resourceId)) !== null) {
        await cluster.applyWorkload(asked);
        await isGone(asked.resourceId);
      }
      expect(await observe(asked.resourceId)).toBeNull();
    });

    test("RES-5 a newer generation takes the place of the older one, never beside it", async () => {
      const free = await freeGpus();
      const first = workload();
      await cluster.applyWorkload(first);
      await reaches(first.resourceId, "ready");
      const second = await until(
        async () => {
          await cluster.applyWorkload({ ...first, generation: 2 });
          expect(await freeGpus()).toBeGreaterThanOrEqual(free - 1);
          return observe(first.resourceId);
        },
        (it) => it?.generation === 2 && it.phase === "ready",
      );
      expect(second!.intervals.filter((it) => it.stoppedAt === null)).toHaveLength(1);
      expect(second!.intervals.at(-1)!.generation).toBe(2);
      await cluster.applyWorkload(first);
      expect((await observe(first.resourceId))!.generation).toBe(2);
      await remove(first.resourceId);
    });

    test("CAT-3 capacity is what is allocatable minus what is requested; a workload without room waits for it", async () => {
      const nodes = (await cluster.capacity()).filter((it) => it.gpuModel === harness.gpuModel);
      expect(nodes.length).toBeGreaterThanOrEqual(2);
      const perNode = nodes[0]!.total.gpus;
      const size = { vcpu: 1, memoryGib: 1, gpu: { model: harness.gpuModel, count: perNode } };
      const whole = nodes.map(() => workload({ size }));
      for (const it of whole) await cluster.applyWorkload(it);
      for (const it of whole) await reaches(it.resourceId, "ready");
      expect(await freeGpus()).toBe(0);
      const late = workload();
      await cluster.applyWorkload(late);
      const waiting = await until(
        () => observe(late.resourceId),
        (it) => it?.cause?.code === "waitingForCapacity",
      );
      expect(waiting).toMatchObject({ phase: "waiting", intervals: [] });
      await remove(whole[0]!.resourceId);
      await reaches(late.resourceId, "ready");
      await remove(late.resourceId, ...whole.slice(1).map((it) => it.resourceId));
    });

    test("RES-3 a volume is provisioned once, grows and never shrinks", async () => {
      const volumeId = v7();
      const before = await harness.now();
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 10 });
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 10 });
      const first = (await volumeIsReady(volumeId, 10))!;
      expect(first).toMatchObject({ phase: "ready", sizeGib: 10, cause: null });
      expect(new Date(first.provisionedAt!).getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(first.sizeSince).toBe(first.provisionedAt);
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 25 });
      const grown = (await volumeIsReady(volumeId, 25))!;
      expect(grown).toMatchObject({ sizeGib: 25, provisionedAt: first.provisionedAt });
      expect(new Date(grown.sizeSince!).getTime()).toBeGreaterThanOrEqual(
        new Date(first.provisionedAt!).getTime(),
      );
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 5 });
      expect((await cluster.observeVolume(workspaceId, volumeId))!.sizeGib).toBe(25);
      await cluster.deleteVolume(workspaceId, volumeId);
      await cluster.deleteVolume(workspaceId, volumeId);
      await removeVolume(volumeId);
    });

    test("RES-3 a volume is made with the workload that mounts it, outlives it, and goes only after it", async () => {
      const volumeId = v7();
      const volumes = [{ workspaceId, volumeId, sizeGib: 10 }];
      const asked = workload({ mounts: [{ volumeId, mountPath: "/data" }] });
      await cluster.applyWorkload(asked, volumes);
      await cluster.applyWorkload(asked, volumes);
      await reaches(asked.resourceId, "ready");
      expect(await cluster.observeVolume(workspaceId, volumeId)).toMatchObject({ sizeGib: 10 });
      await removeVolume(volumeId, (it) => it?.phase === "deleting");
      await cluster.deleteWorkload(workspaceId, asked.resourceId);
      await until(
        async () => {
          const volume = await cluster.observeVolume(workspaceId, volumeId);
          return { volume, left: await observe(asked.resourceId) };
        },
        ({ volume, left }) => {
          expect(volume !== null || left === null).toBe(true);
          return volume === null;
        },
      );
    });

    test("RES-3 a volume is mounted by one workload at a time: its successor waits", async () => {
      const volumeId = v7();
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 10 });
      const mounts = [{ volumeId, mountPath: "/data" }];
      const [first, second] = [workload({ mounts }), workload({ mounts })];
      await cluster.applyWorkload(first);
      await reaches(first.resourceId, "ready");
      await cluster.applyWorkload(second);
      await until(
        () => observe(second.resourceId),
        (it) => it?.cause?.code === "volumeInUse",
      );
      await remove(first.resourceId);
      await reaches(second.resourceId, "ready");
      await remove(second.resourceId);
      await removeVolume(volumeId);
    });

    test("RES-7 a process that ends with 0 has exited: not ready since then, and holding no capacity", async () => {
      const free = await freeGpus();
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await harness.endProcess(asked.resourceId, 0);
      const exited = await reaches(asked.resourceId, "exited");
      expect(exited).toMatchObject({ exitCode: 0, restarts: 0 });
      expect(exited.intervals).toEqual([
        { generation: 1, runningSince: expect.any(String), stoppedAt: expect.any(String) },
      ]);
      expect(await freeGpus()).toBe(free);
      await cluster.applyWorkload(asked);
      expect((await observe(asked.resourceId))!.phase).toBe("exited");
      await remove(asked.resourceId);
    });

    test("RES-7 a process that ends otherwise is restarted, and after the last time has failed", async () => {
      const free = await freeGpus();
      const asked = workload({ maxRestarts: 2 });
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await harness.endProcess(asked.resourceId, 3);
      const again = await until(
        () => observe(asked.resourceId),
        (it) => it?.phase === "ready" && it.restarts === 1,
      );
      expect(again).toMatchObject({ exitCode: 3 });
      expect(again!.intervals).toHaveLength(2);
      expect(again!.intervals[0]!.stoppedAt! <= again!.intervals[1]!.runningSince).toBe(true);
      await harness.keepEnding(asked.resourceId, 4);
      const failed = await reaches(asked.resourceId, "failed");
      expect(failed).toMatchObject({ exitCode: 4, restarts: 2, cause: { code: "crash" } });
      expect(failed.intervals.every((it) => it.stoppedAt !== null)).toBe(true);
      await remove(asked.resourceId);
      expect(await freeGpus()).toBe(free);
    });

    test("BIL-1 a workload whose node is lost ran until then, and starts anew when it is asked for again", async () => {
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await harness.loseNode(asked.resourceId);
      const lost = await reaches(asked.resourceId, "lost");
      expect(lost.cause?.code).toBe("nodeLost");
      expect(lost.intervals).toEqual([
        { generation: 1, runningSince: expect.any(String), stoppedAt: expect.any(String) },
      ]);
      await cluster.applyWorkload(asked);
      const back = await reaches(asked.resourceId, "ready");
      expect(back.intervals).toEqual([
        lost.intervals[0],
        { generation: 1, runningSince: expect.any(String), stoppedAt: null },
      ]);
      await remove(asked.resourceId);
    });

    test("RES-6 logs are there as long as the workload", async () => {
      const asked = workload();
      const lines = (tailLines: number, sinceSeconds?: number) =>
        Array.fromAsync(cluster.logs(workspaceId, asked.resourceId, { tailLines, sinceSeconds }));
      expect(await lines(10)).toEqual([]);
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      const all = await lines(100);
      expect(all.join("\n")).not.toContain("secret-access-token");
      expect(await lines(1)).toEqual(all.slice(-1));
      expect(await lines(100, 3600)).toEqual(all);
      await remove(asked.resourceId);
      expect(await lines(10)).toEqual([]);
    });

    test("RES-6 a log that is followed tells what is added, and ends with the process or at the signal", async () => {
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      const options = { tailLines: 100, follow: true };
      const followed = Array.fromAsync(cluster.logs(workspaceId, asked.resourceId, options));
      const abort = new AbortController();
      const left = Array.fromAsync(
        cluster.logs(workspaceId, asked.resourceId, { ...options, signal: abort.signal }),
      );
      await sleep(100);
      abort.abort();
      const soFar = await left;
      await harness.endProcess(asked.resourceId, 0);
      const whole = await followed;
      expect(whole.slice(0, soFar.length)).toEqual(soFar);
      await reaches(asked.resourceId, "exited");
      const since = Array.fromAsync(cluster.logs(workspaceId, asked.resourceId, options));
      expect(await since).toEqual(whole);
      await remove(asked.resourceId);
      expect(await Array.fromAsync(cluster.logs(workspaceId, asked.resourceId, options))).toEqual(
        [],
      );
    });

    test("RES-6 a shell beside the process reads and writes, and ends with its own exit code", async () => {
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      for (const [tty, typed, exitCode] of [
        [false, "echo one two\nexit 3\n", 3],
        [false, "no-such-command\nexit\n", 127],
        [true, "echo one two\rexit 5\r", 5],
      ] as const) {
        const options = { command: null, tty, columns: 80, rows: 24 };
        const session = await cluster.exec(workspaceId, asked.resourceId, options);
        session.resize({ columns: 132, rows: 43 });
        await session.write(Buffer.from(typed));
        const written = await textOf(session.output);
        expect(await session.exitCode).toBe(exitCode);
        expect(written).toContain(typed.startsWith("echo") ? "one two" : "not found");
        await session.write(Buffer.from("too late"));
        session.close();
      }
      const command = ["echo", "a  b"];
      const once = { command, tty: false, columns: 80, rows: 24 };
      const session = await cluster.exec(workspaceId, asked.resourceId, once);
      expect(await textOf(session.output)).toBe("a  b\n");
      expect(await session.exitCode).toBe(0);
      await remove(asked.resourceId);
    });

    test("RES-6 a shell ends when it is closed and with its workload; without a process there is none", async () => {
      const asked = workload();
      const options = { command: null, tty: true, columns: 80, rows: 24 };
      const open = () => cluster.exec(workspaceId, asked.resourceId, options);
      await expect(open()).rejects.toBeInstanceOf(WorkloadNotRunning);
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      const closed = await open();
      closed.close();
      expect(await closed.exitCode).toBeNull();
      await textOf(closed.output);
      const session = await open();
      const output = textOf(session.output);
      await remove(asked.resourceId);
      expect(await session.exitCode).toBeNull();
      await output;
      await expect(open()).rejects.toBeInstanceOf(WorkloadNotRunning);
    });

    test("RES-9 a probe tells how a ready notebook is used at this moment, and null of what it cannot learn", async () => {
      const asked = workload({ kind: "notebook", ports: [{ port: 8888, protocol: "HTTP" }] });
      const probe = () => cluster.observeActivity(workspaceId, asked.resourceId, asked.accessToken);
      expect(await probe()).toBeNull();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await harness.use(asked.resourceId, "active");
      const active = await probe();
      expect(active!.kernels!.busy + active!.connections!.open).toBeGreaterThan(0);
      await harness.use(asked.resourceId, "idle");
      const idle = await until(probe, (it) => (it?.connections?.quietSeconds ?? 0) >= 1);
      expect(idle).toMatchObject({
        kernels: { busy: 0, quietSeconds: expect.any(Number) },
        terminals: { open: expect.any(Number) },
        connections: { open: 0, quietSeconds: expect.any(Number) },
      });
      expect(["unmetered", 0]).toContain(idle!.gpuPercent);
      await harness.use(asked.resourceId, "silent");
      const silent = await probe();
      expect(silent).toMatchObject({ kernels: null, terminals: null, connections: null });
      await harness.use(asked.resourceId, "active");
      expect(await probe()).toEqual(active);
      await remove(asked.resourceId);
      expect(await probe()).toBeNull();
    });

    test("RES-5 the list names everything that is there, and nothing that is gone", async () => {
      const volumeId = v7();
      await cluster.applyVolume({ workspaceId, volumeId, sizeGib: 1 });
      const asked = workload();
      await cluster.applyWorkload(asked);
      const listed = await cluster.list();
      expect(listed.workloads).toContainEqual({ workspaceId, id: asked.resourceId });
      expect(listed.volumes).toContainEqual({ workspaceId, id: volumeId });
      await remove(asked.resourceId);
      await removeVolume(volumeId);
      const after = await cluster.list();
      expect(after.workloads).not.toContainEqual({ workspaceId, id: asked.resourceId });
      expect(after.volumes).not.toContainEqual({ workspaceId, id: volumeId });
    });

    test("RES-5 a watch tells of every change until it is aborted", async () => {
      const seen: ObjectChange[] = [];
      const abort = new AbortController();
      const begun = Promise.withResolvers<void>();
      const listener = { begun: begun.resolve, changed: (it: ObjectChange) => void seen.push(it) };
      const watching = cluster.watch(listener, abort.signal);
      await begun.promise;
      const asked = workload();
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      const told = () => seen.filter((it) => it.id === asked.resourceId).length;
      await until(
        async () => told(),
        (count) => count > 0,
      );
      const soFar = told();
      await remove(asked.resourceId);
      await until(
        async () => told(),
        (count) => count > soFar,
      );
      expect(seen).toContainEqual({ object: "workload", workspaceId, id: asked.resourceId });
      abort.abort();
      await watching;
    });

    test("RES-5 a cluster that cannot be reached says so, and takes the same request later", async () => {
      const asked = workload();
      await harness.makeUnavailable(asked.resourceId);
      await expect(cluster.applyWorkload(asked)).rejects.toBeInstanceOf(ClusterUnavailable);
      await cluster.applyWorkload(asked);
      await reaches(asked.resourceId, "ready");
      await remove(asked.resourceId);
    });
  });
}

async function textOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(output)).toString();
}

function freeOf(nodes: NodeCapacity[], gpuModel: string): number {
  return nodes.filter((it) => it.gpuModel === gpuModel).reduce((sum, it) => sum + it.free.gpus, 0);
}

async function until<T, S extends T>(
  probe: () => Promise<T>,
  reached: (value: T) => value is S,
): Promise<S>;
async function until<T>(probe: () => Promise<T>, reached: (value: T) => boolean): Promise<T>;
async function until<T>(probe: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await probe();
    if (reached(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`not reached within 30 s; last seen: ${JSON.stringify(value)}`);
    await sleep(10);
  }
}
