import { afterAll, beforeAll, expect, test } from "vitest";
import type { ObservedWorkload, ReadyInterval } from "#ports/cluster.ts";
import {
  ask,
  createContainer,
  rowOf,
  runsOf,
  startWorkerSite,
  type WorkerSite,
} from "../../../../test/support/worker-site.ts";
import { readResource } from "./read-resource.ts";
import { storeObservation } from "./store-observation.ts";

const SECOND = 1000;

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

/** Stores that a cluster which knows whole seconds tells of a resource. */
async function tell(id: string, generation: number, ...intervals: ReadyInterval[]): Promise<void> {
  const observed: ObservedWorkload = {
    generation,
    phase: intervals.some((it) => it.stoppedAt === null) ? "ready" : "waiting",
    cause: null,
    exitCode: null,
    restarts: 0,
    intervals,
    endpoints: [],
  };
  const seen = (await readResource(site.database, id))!;
  await storeObservation(site, { verify: async () => {} }, seen, observed);
}

const wholeSecond = (moment: Date, before = 0): string =>
  new Date(Math.floor(moment.getTime() / SECOND - before) * SECOND).toISOString();

test("BIL-1 a stop ends the charge when it is accepted, also where the cluster tells the second of it, and tells it again", async () => {
  const id = await createContainer(site);
  const { createdAt } = await rowOf(site, id);
  const ready = { generation: 1, runningSince: wholeSecond(createdAt, 5), stoppedAt: null };
  await tell(id, 1, ready);
  const acceptedAt = await ask(site, id, "stop");
  const over = { ...ready, stoppedAt: wholeSecond(acceptedAt) };
  await tell(id, 1, over);
  const run = { started_at: new Date(ready.runningSince), ended_at: acceptedAt };
  expect(await runsOf(site, id)).toMatchObject([run]);
  // Of the next generation nothing is ready yet, when another replica takes over and tells all that it was told.
  await ask(site, id, "start");
  await tell(id, 2);
  await tell(id, 2, over);
  expect(await runsOf(site, id)).toMatchObject([run]);
});

test("BIL-1 what vanished while its successor was seen already ends when it was no longer asked for", async () => {
  const id = await createContainer(site);
  const { createdAt } = await rowOf(site, id);
  const runningSince = wholeSecond(createdAt, 5);
  await tell(id, 1, { generation: 1, runningSince, stoppedAt: null });
  const acceptedAt = await ask(site, id, "restart");
  await tell(id, 2);
  expect(await runsOf(site, id)).toMatchObject([
    { started_at: new Date(runningSince), ended_at: acceptedAt },
  ]);
});
