import { openSimulators } from "../../api/adapters/simulator/open.ts";
import type { Delays } from "../../api/adapters/simulator/config.ts";
import { createTestDatabase } from "../support/database.ts";
import { clusterConformance, type ClusterHarness } from "./cluster-port.ts";

// Long enough that every phase can be seen, short enough for a suite.
const delays: Delays = {
  scheduleMs: 20,
  startMs: 60,
  stopMs: 60,
  volumeMs: 60,
  runMs: 30,
  retryMs: 20,
  nodeReturnMs: 500,
};

clusterConformance("simulator", async (): Promise<ClusterHarness> => {
  const db = await createTestDatabase();
  const gpuModel = "H100 SXM5";
  const node = { gpuModel, gpus: 8, vcpu: 64, memoryGib: 512 };
  const { clusters, close } = await openSimulators(db.url, [
    { id: "hanoi-1", region: "hanoi", nodes: [{ name: "gpu", count: 2, ...node }], delays },
  ]);
  const cluster = clusters[0]!;
  return {
    cluster,
    gpuModel,
    now: async () =>
      (await db.database.pool.query<{ now: Date }>("select site_now() as now")).rows[0]!.now,
    async endProcess(resourceId, exitCode) {
      await cluster.injectFailure({ match: { resourceId }, failure: "exit", exitCode, count: 1 });
    },
    async keepEnding(resourceId, exitCode) {
      await cluster.injectFailure({ match: { resourceId }, failure: "exit", exitCode });
    },
    async loseNode(resourceId) {
      await cluster.injectFailure({ match: { resourceId }, failure: "nodeLost" });
    },
    async use(resourceId, use) {
      for (const { id, match } of await cluster.listFailures())
        if (match.resourceId === resourceId) await cluster.clearFailures(id);
      const failure = { idle: "idle", silent: "activityUnknown", active: null } as const;
      const injected = failure[use];
      if (injected !== null)
        await cluster.injectFailure({ match: { resourceId }, failure: injected });
    },
    async makeUnavailable(resourceId) {
      await cluster.injectFailure({ match: { resourceId }, failure: "apiErrors", count: 1 });
    },
    async close() {
      await close();
      await db.drop();
    },
  };
});
