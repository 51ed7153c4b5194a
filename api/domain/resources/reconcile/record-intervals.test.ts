import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenant.ts";
import {
  createContainer,
  rowOf,
  runsOf,
  startWorkerSite,
  type WorkerSite,
} from "../../../../test/support/worker-site.ts";
import { recordIntervals } from "./record-intervals.ts";

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

test("BIL-1 what is told to have begun before the one before it ended, in whole seconds, begins at that end", async () => {
  const id = await createContainer(site);
  const row = await rowOf(site, id);
  const second = Math.floor(row.createdAt.getTime() / 1000) * 1000 + 60_000;
  const at = (ms: number) => new Date(second + ms);
  const { flavor } = row;
  const record = (known: typeof row, since: Date, until: Date | null) =>
    withTenant(site.database, row.organizationId, async (tx) => ({
      ...known,
      ...(await recordIntervals(tx, site.catalogue, known, [{ flavor, since, until }], at(90_000))),
    }));
  const first = await record(row, at(-5000), at(400));
  const again = await record(first, at(0), null);
  expect(again).toMatchObject({ runningSince: at(400), stoppedAt: null });
  // However often it is told.
  expect(await record(again, at(0), null)).toEqual(again);
  const ended = await record(again, at(0), at(7000));
  expect(ended).toMatchObject({ runningSince: at(400), stoppedAt: at(7000) });
  expect(await record(ended, at(0), at(7000))).toEqual(ended);
  const runs = (await runsOf(site, id)).map(({ started_at, ended_at }) => [started_at, ended_at]);
  expect(runs).toEqual([
    [at(-5000), at(400)],
    [at(400), at(7000)],
  ]);
});
