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

/** Generation, since, until. */
type Told = [number, number, number | null];

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

/** A container and a way to record what is told of it, one report after another; moments are milliseconds of a minute. */
async function reported() {
  const id = await createContainer(site);
  let row = await rowOf(site, id);
  const minute = Math.floor(row.createdAt.getTime() / 1000) * 1000 + 60_000;
  const at = (ms: number) => new Date(minute + ms);
  const interval = ([generation, since, until]: Told) => ({
    generation,
    flavor: row.flavor,
    since: at(since),
    until: until === null ? null : at(until),
  });
  const report = (told: Told[], vanishedAt = 90_000) =>
    withTenant(site.database, row.organizationId, async (tx) => {
      const intervals = told.map(interval);
      const latest = await recordIntervals(tx, site.catalogue, row, intervals, at(vanishedAt));
      row = { ...row, ...latest };
    });
  const runs = async () =>
    (await runsOf(site, id)).map(({ started_at, ended_at }) => [
      started_at.getTime() - minute,
      ended_at && ended_at.getTime() - minute,
    ]);
  /** As a row was before generations were kept. */
  const forgetGeneration = () => (row = { ...row, runningGeneration: null });
  return { report, runs, forgetGeneration };
}

test("BIL-1 what is told to have begun before the one before it ended, in whole seconds, begins at that end", async () => {
  const { report, runs } = await reported();
  await report([[1, -5000, 400]]);
  await report([
    [1, -5000, 400],
    [2, 0, null],
  ]);
  const open = [
    [-5000, 400],
    [400, null],
  ];
  expect(await runs()).toEqual(open);
  // However often it is told.
  await report([[2, 0, null]]);
  expect(await runs()).toEqual(open);
  await report([[2, 0, 7000]]);
  await report([[2, 0, 7000]]);
  expect(await runs()).toEqual([
    [-5000, 400],
    [400, 7000],
  ]);
});

test("BIL-1 a generation that is ready in the same second as the one before it is charged, whatever is left of that", async () => {
  const { report, runs } = await reported();
  await report([[1, 0, null]]);
  await report([[1, 0, 400]]);
  await report([]);
  await report([[2, 0, null]]);
  await report([[2, 0, null]]);
  expect(await runs()).toEqual([
    [0, 400],
    [400, null],
  ]);
  // Told to have ended by then, in whole seconds: no moment of it was after the one before it.
  await report([
    [2, 0, 0],
    [3, 0, null],
  ]);
  await report([[3, 0, 8000]]);
  expect(await runs()).toEqual([
    [0, 400],
    [400, 400],
    [401, 8000],
  ]);
});

test("BIL-1 what has ended is not begun again by a report that came late", async () => {
  const { report, runs } = await reported();
  await report([[1, 0, 4000]]);
  await report([[1, 0, null]]);
  await report([[2, 6000, null]]);
  await report([[1, 0, null]]);
  expect(await runs()).toEqual([
    [0, 4000],
    [6000, 90_000],
  ]);
  await report([[1, 5000, null]]);
  expect(await runs()).toEqual([
    [0, 4000],
    [6000, 90_000],
  ]);
});

test("BIL-1 what is not told any more ends when the next one began, or when it was found to have vanished", async () => {
  const { report, runs } = await reported();
  await report([[1, 0, null]]);
  await report([[2, 5000, null]]);
  await report([], 8000);
  expect(await runs()).toEqual([
    [0, 5000],
    [5000, 8000],
  ]);
});

test("BIL-1 a report may shorten what was recorded, and not lengthen it", async () => {
  const { report, runs } = await reported();
  await report([[1, 0, 9000]]);
  await report([[1, 0, 7000]]);
  await report([[1, 0, 8000]]);
  expect(await runs()).toEqual([[0, 7000]]);
});

test("BIL-1 what was recorded from a later moment on, and is told to have ended before, ends as it began", async () => {
  const { report, runs } = await reported();
  await report([[1, -5000, 400]]);
  await report([[2, 0, null]]);
  await report([[2, 0, 0]]);
  expect(await runs()).toEqual([
    [-5000, 400],
    [400, 400],
  ]);
});

test("BIL-1 of two at once in one generation, the one that is charged goes on, or the later takes its place", async () => {
  const overlapping = await reported();
  await overlapping.report([[1, 3000, null]]);
  await overlapping.report([
    [1, 1000, 4000],
    [1, 3000, null],
  ]);
  expect(await overlapping.runs()).toEqual([[3000, null]]);
  const both = await reported();
  await both.report([[1, 1000, null]]);
  const two: Told[] = [
    [1, 1000, null],
    [1, 5000, null],
  ];
  await both.report(two);
  await both.report(two);
  expect(await both.runs()).toEqual([
    [1000, 5000],
    [5000, null],
  ]);
});

test("BIL-1 a run that was recorded without its generation goes on", async () => {
  const { report, runs, forgetGeneration } = await reported();
  await report([[1, 0, null]]);
  forgetGeneration();
  await report([
    [1, 0, 400],
    [2, 0, null],
  ]);
  expect(await runs()).toEqual([
    [0, 400],
    [400, null],
  ]);
});
