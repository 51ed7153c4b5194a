import { expect } from "vitest";
import { openDatabase } from "../../../api/db/database.ts";
import { tick } from "../../../api/domain/billing/tick/tick.ts";
import { verifyLedger } from "../../../api/domain/billing/verify/verify-ledger.ts";
import { keyOf } from "../../../api/domain/ids.ts";
import {
  expectBalanced,
  expectChargesAsRuns,
  expectCountersAsRuns,
  expectMinutesChargedOnce,
  expectRunsAsTruth,
  readBooks,
  type Books,
} from "../../e2e/crash/books.ts";
import { expectedRuns, type ExpectedRun } from "../../e2e/crash/expected-runs.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { ChaosSite } from "../site/site.ts";
import type { FaultLog } from "../story/fault-log.ts";
import type { VolumeSize, Witness } from "../witness/witness.ts";
import { settle, type Interval } from "./settle.ts";

interface Accepted {
  id: string;
  generation: number;
  state: string;
  at: Date;
}

/**
 * Charges are BIL-1 over what the witness saw of the Pods and what was accepted, minute for minute; then the product
 * verifies its books itself. Nothing lives any more, and the replicas have gone.
 */
export async function expectBooksRight(
  site: ChaosSite,
  witness: Witness,
  log: FaultLog,
): Promise<Record<string, number>> {
  const { adminUrl } = site.database;
  await chargeLastMinute(site);
  const books = await readBooks(adminUrl, keyOf(site.organizationId));
  await writeTruth(site, books, witness, log);
  const expected = await expectedRuns(adminUrl);
  expect(differentRuns(books, expected, witness), "runs that differ").toEqual([]);
  expectRunsAsTruth(books, expected);
  expectMinutesChargedOnce(books);
  expectChargesAsRuns(books);
  expectCountersAsRuns(books);
  expectBalanced(books);
  const database = openDatabase(adminUrl);
  try {
    const found: unknown[] = [];
    await verifyLedger(database, (difference) => found.push(difference));
    expect(found, "verifyLedger").toEqual([]);
  } finally {
    await database.close();
  }
  return { runs: expected.length, entries: books.entries.length, corrected: books.windows.length };
}

/** In lines that can be read, with what the witness saw of the same; `expectRunsAsTruth` compares every field. */
function differentRuns({ runs }: Books, expected: ExpectedRun[], witness: Witness): string[] {
  const line = (subject: string, since: number, until: number) =>
    `${subject} ${clock(since)} – ${clock(until)}`;
  const recorded = runs
    .filter((run) => run.ended_at === null || run.ended_at > run.started_at)
    .map((it) => line(it.subject_id, it.started_at.getTime(), it.ended_at?.getTime() ?? 0));
  const wanted = expected.map((it) => line(it.subject, it.startedAt, it.endedAt));
  const differing = [
    ...recorded.filter((it) => !wanted.includes(it)).map((it) => `recorded: ${it}`),
    ...wanted.filter((it) => !recorded.includes(it)).map((it) => `expected: ${it}`),
  ];
  const seen = [...witness.pods.values()]
    .filter(({ resourceId }) => differing.some((it) => it.includes(resourceId)))
    .flatMap(({ name, ready }) =>
      ready.map(
        ({ since, until, traceless }) =>
          `seen: ${name} ${clock(since)} – ${until && clock(until)}${traceless ? " (no trace)" : ""}`,
      ),
    );
  const empty = runs
    .filter(({ ended_at: end, started_at: start }) => end !== null && end <= start)
    .map((it) => `nothing: ${line(it.subject_id, it.started_at.getTime(), it.ended_at!.getTime())}`)
    .filter((it) => differing.some((other) => it.includes(other.split(" ")[1]!)));
  return [...differing, ...empty, ...seen];
}

const clock = (at: number) => new Date(at).toISOString().slice(11);

/** No replica is left whose time this would move: the minute of the last deletion is over, without anybody waiting for it. */
async function chargeLastMinute({ database }: ChaosSite): Promise<void> {
  await queryAsOwner(database.adminUrl, "update site_clock set offset_ms = offset_ms + 120000");
  while ((await tick(database.database)).length > 0);
}

/** Puts what the witness saw where `expectedRuns` looks for it. */
async function writeTruth(
  { database: { adminUrl } }: ChaosSite,
  { runs }: Books,
  witness: Witness,
  { blind }: FaultLog,
): Promise<void> {
  const accepted = await queryAsOwner<Accepted & Record<string, unknown>>(
    adminUrl,
    "select * from witness.accepted order by number",
  );
  // Kubernetes tells when a growth was written, which may come to be after a deletion that was accepted later than that.
  const isUnseenGrowth = ({ id, since, seenAt }: VolumeSize) =>
    accepted.some((it) => it.id === id && it.state === "deleted" && it.at.getTime() <= seenAt) &&
    !runs.some((run) => run.subject_id === id && run.started_at.getTime() === since);
  const pods = Map.groupBy(witness.pods.values(), ({ resourceId }) => resourceId);
  for (const [id, records] of pods) {
    const truth = records.flatMap(({ generation, ready }) =>
      ready.map((it) => ({ ...it, generation })),
    );
    const recorded = runs
      .filter((run) => run.kind === "gpu" && run.subject_id === id && run.ended_at !== null)
      .map((run) => ({ startedAt: run.started_at.getTime(), endedAt: run.ended_at!.getTime() }))
      .filter(({ startedAt, endedAt }) => endedAt > startedAt);
    const acceptedEnd = ({ generation }: Interval) =>
      Math.min(
        ...accepted
          .filter(
            (it) =>
              it.id === id &&
              (it.generation > generation ||
                (it.generation === generation && it.state !== "running")),
          )
          .map(({ at }) => at.getTime()),
      );
    const settled = settle(truth, recorded, acceptedEnd, blind);
    for (const [generation, intervals] of Map.groupBy(settled, (it) => it.generation)) {
      const json = JSON.stringify(intervals.map(({ since, until }) => ({ since, until })));
      await queryAsOwner(
        adminUrl,
        `insert into witness.workloads values ('${id}', ${generation}, '${json}')`,
      );
    }
  }
  for (const size of witness.sizes) {
    if (isUnseenGrowth(size)) continue;
    const { id, since, sizeGib } = size;
    await queryAsOwner(
      adminUrl,
      `insert into witness.sizes values ('${id}', ${since}, ${sizeGib})
       on conflict (id, since) do update set size_gib = excluded.size_gib`,
    );
  }
}
