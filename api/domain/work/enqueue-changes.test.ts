import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createContainer,
  startWorkerSite,
  type WorkerSite,
} from "../../../test/support/worker-site.ts";
import { claimWork } from "./claim.ts";
import { enqueueChanges } from "./enqueue-changes.ts";

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

test("RES-5 what a cluster tells goes before what was requested within the last minute, and before nothing older", async () => {
  const { database, worker } = site;
  const running = await createContainer(site);
  await site.pass(10_000);
  const requested = await createContainer(site);
  const waiting = await createContainer(site);
  await database.pool.query(
    "update work_items set due_at = due_at - interval '61 seconds' where key = $1",
    [waiting],
  );
  await enqueueChanges(database, site.cluster.id, [
    { object: "workload", workspaceId: site.workspaceId, id: running },
  ]);
  const order = [];
  for (const turn of [1, 2, 3]) {
    const claim = { replica: worker.replica, claim: `turn ${turn}`, limit: 1, leaseMs: 60_000 };
    order.push(...(await claimWork(database, claim)).map(({ key }) => key));
  }
  expect(order).toEqual([waiting, running, requested]);
});
