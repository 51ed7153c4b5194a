import { afterAll, beforeAll, expect, test } from "vitest";
import { withSystem, withTenant } from "#db/tenant.ts";
import { grantCredit } from "#domain/billing/credit/grant-credit.ts";
import { tickAll } from "#domain/billing/tick/tick-all.ts";
import { holdClock } from "#domain/clock/hold-clock.ts";
import { newId } from "#domain/ids.ts";
import { insertVolume } from "#domain/volumes/insert-volume.ts";
import {
  createContainer,
  insertTenant,
  openReplica,
  rowOf,
  startWorkerSite,
  volumesOf,
  type Tenant,
  type WorkerSite,
} from "../../../test/support/worker-site.ts";

const HOUR = 3_600_000;
// The clock runs on while the test works.
const SOON = 20_000;

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

interface Debtor extends Tenant {
  container: string;
  volume: string;
  negativeSince: Date;
}

/** An Organization without any credit, whose container has run for a minute; it is stopped, and its debt has begun. */
async function debtor(): Promise<Debtor> {
  const tenant = await insertTenant(site.database, 0n);
  const here = { ...site, ...tenant };
  const container = await createContainer(here, { diskGib: 100 });
  const volume = await separateVolume(tenant);
  await site.pass(30_000);
  expect((await rowOf(site, container)).status).toBe("RUNNING");
  await site.pass(60_000);
  await tickAll(site.database);
  await site.worker.runUntilQuiet();
  await site.pass(10_000);
  const negativeSince = (await shortageOf(tenant))!.negative_since!;
  return { ...tenant, container, volume, negativeSince };
}

async function separateVolume(tenant: Tenant): Promise<string> {
  const { organizationId, workspaceId, ownerId } = tenant;
  const id = newId();
  await withTenant(site.database, organizationId, async (tx) => {
    const { rows } = await tx.client.query("select shard from wallets where organization_id = $1", [
      organizationId,
    ]);
    const placed = { region: "hanoi", clusterId: "hanoi-1", workspaceId, ownerId };
    const volume = { ...placed, id, kind: "volume", name: "data", shard: rows[0].shard } as const;
    await insertVolume(tx, { ...volume, sizeGib: 10, resourceId: null, mountPath: null });
  });
  return id;
}

async function shortageOf({ organizationId }: Tenant) {
  const { rows } = await site.database.pool.query<{ since: Date; negative_since: Date | null }>(
    "select since, negative_since from shortages where organization_id = $1",
    [organizationId],
  );
  return rows[0];
}

/** What the Owner was told, and how many milliseconds after the debt began. */
async function told({ organizationId, negativeSince }: Debtor) {
  const { rows } = await site.database.pool.query(
    "select kind, facts, at from notices where organization_id = $1 order by id",
    [organizationId],
  );
  return rows.map(({ kind, facts, at }) => ({ kind, facts, after: +at - +negativeSince }));
}

const warningsOf = async (of: Debtor) =>
  (await told(of)).filter(({ kind }) => kind === "debtWarning");

/** Lets time pass until so long after the debt began; minutes are not charged. */
async function until({ negativeSince }: Debtor, ms: number): Promise<void> {
  await site.pass(+negativeSince + ms - +(await site.now()));
}

/** Nobody works while time goes on. */
async function outage(ms: number): Promise<void> {
  const to = new Date(+(await site.now()) + ms);
  await holdClock(site.database, (clock) => clock.moveTo(to));
}

async function desiredOf({ container, volume }: Debtor) {
  const { rows } = await site.database.pool.query(
    `select (select desired_state from resources where id = $1) as container,
       (select desired_state from volumes where id = $2) as volume`,
    [container, volume],
  );
  return rows[0];
}

const KEPT = { container: "stopped", volume: "present" };
const DELETED = { container: "deleted", volume: "deleted" };

async function topUp({ organizationId }: Tenant, amount = 1_000_000_000n): Promise<void> {
  const rates = () => {
    throw new Error("no conversion is expected");
  };
  await withSystem(site.database, (tx) =>
    grantCredit(tx, { organizationId, kind: "topUp", amount, currency: "USD", rates }),
  );
}

test("BIL-6 it warns when the debt starts, after 12 and 23 hours, and deletes after 24: volumes too, audited, told", async () => {
  const it = await debtor();
  expect(await warningsOf(it)).toMatchObject([{ facts: { warning: 1, service: "container" } }]);
  await until(it, 12 * HOUR - SOON);
  expect(await warningsOf(it)).toHaveLength(1);
  await until(it, 12 * HOUR + SOON);
  expect(await warningsOf(it)).toHaveLength(2);
  await until(it, 23 * HOUR - SOON);
  expect(await warningsOf(it)).toHaveLength(2);
  await until(it, 23 * HOUR + SOON);
  const warnings = await warningsOf(it);
  expect(warnings.map(({ after }) => Math.round(after / HOUR))).toEqual([0, 12, 23]);
  for (const { after, facts } of warnings) {
    expect(after % HOUR).toBeLessThan(SOON);
    expect(facts.negativeSince).toBe(it.negativeSince.toISOString());
    expect(Date.parse(facts.deletesAt) - +it.negativeSince - 24 * HOUR).toBeLessThan(SOON);
  }
  const deletesAt = Date.parse(warnings[2]!.facts.deletesAt);
  expect(deletesAt).toBeGreaterThanOrEqual(+it.negativeSince + 24 * HOUR);
  await until(it, 24 * HOUR - SOON);
  expect(await desiredOf(it)).toEqual(KEPT);
  await until(it, 24 * HOUR + SOON);
  expect(await desiredOf(it)).toEqual(DELETED);
  expect(+(await rowOf(site, it.container)).desiredAt).toBeGreaterThanOrEqual(deletesAt);
  expect((await told(it)).at(-1)).toMatchObject({
    kind: "deletedForDebt",
    facts: { service: "container", resources: 1, volumes: 2 },
  });
  await until(it, 24 * HOUR + 5 * 60_000);
  expect((await rowOf(site, it.container)).status).toBe("DELETED");
  expect((await volumesOf(site, it.container)).map(({ status }) => status)).toEqual(["DELETED"]);
  expect(await shortageOf(it)).toBeUndefined();
  const { rows } = await site.database.pool.query(
    `select action, actor->>'kind' as actor, reason from audit_events
     where organization_id = $1 and reason = 'debt' order by action`,
    [it.organizationId],
  );
  expect(rows).toEqual([
    { action: "deleteContainer", actor: "system", reason: "debt" },
    { action: "deleteVolume", actor: "system", reason: "debt" },
  ]);
});

test("BIL-6 after an outage of days nothing is deleted unannounced: the missing warnings come first, then an hour", async () => {
  const it = await debtor();
  await outage(5 * 24 * HOUR);
  await site.worker.runUntilQuiet();
  await tickAll(site.database);
  await site.worker.runUntilQuiet();
  const warnings = await warningsOf(it);
  expect(warnings.map(({ facts }) => facts.warning)).toEqual([1, 2, 3]);
  expect(await desiredOf(it)).toEqual(KEPT);
  const last = warnings[2]!.after;
  await until(it, last + HOUR - SOON);
  expect(await desiredOf(it)).toEqual(KEPT);
  await until(it, last + HOUR + SOON);
  expect(await desiredOf(it)).toEqual(DELETED);
});

test("BIL-6 after an outage a debt that was warned of before it is warned of again, and has an hour", async () => {
  const it = await debtor();
  await until(it, 23.5 * HOUR);
  expect(await warningsOf(it)).toHaveLength(3);
  await outage(3 * 24 * HOUR);
  await site.worker.runUntilQuiet();
  const warnings = await warningsOf(it);
  expect(warnings.map(({ facts }) => facts.warning)).toEqual([1, 2, 3, 4]);
  expect(await desiredOf(it)).toEqual(KEPT);
  const last = warnings[3]!.after;
  await until(it, last + HOUR - SOON);
  expect(await desiredOf(it)).toEqual(KEPT);
  await until(it, last + HOUR + SOON);
  expect(await desiredOf(it)).toEqual(DELETED);
});

test("BIL-6 a debt that arose during an outage begins when it is committed", async () => {
  const tenant = await insertTenant(site.database, 3n);
  const container = await createContainer({ ...site, ...tenant }, { diskGib: 10 });
  await site.pass(30_000);
  await outage(3 * 24 * HOUR);
  const back = await site.now();
  await tickAll(site.database);
  await site.worker.runUntilQuiet();
  const { negative_since: negativeSince } = (await shortageOf(tenant))!;
  expect(+negativeSince!).toBeGreaterThanOrEqual(+back);
  const it = { ...tenant, container, volume: newId(), negativeSince: negativeSince! };
  await until(it, 24 * HOUR - SOON);
  expect((await rowOf(site, container)).desiredState).toBe("stopped");
  await until(it, 24 * HOUR + SOON);
  expect((await rowOf(site, container)).desiredState).toBe("deleted");
});

test("BIL-6 reaching zero cancels the timer for good, and the next debt starts from zero", async () => {
  const it = await debtor();
  await until(it, 23.5 * HOUR);
  expect(await warningsOf(it)).toHaveLength(3);
  await topUp(it);
  expect(await shortageOf(it)).toBeUndefined();
  await until(it, 30 * HOUR);
  expect(await desiredOf(it)).toEqual(KEPT);

  await site.database.pool.query("update wallets set top_up = -1 where organization_id = $1", [
    it.organizationId,
  ]);
  await outage(60_000);
  await tickAll(site.database);
  await site.worker.runUntilQuiet();
  const again = { ...it, negativeSince: (await shortageOf(it))!.negative_since! };
  expect(+again.negativeSince - +it.negativeSince).toBeGreaterThan(29 * HOUR);
  expect((await warningsOf(it)).map(({ facts }) => facts.warning)).toEqual([1, 2, 3, 1]);
  await until(again, 24 * HOUR - SOON);
  expect(await desiredOf(it)).toEqual(KEPT);
  await until(again, 24 * HOUR + SOON);
  expect(await desiredOf(it)).toEqual(DELETED);
  expect((await told(it)).filter(({ kind }) => kind === "deletedForDebt")).toHaveLength(1);
});

test("BIL-6 a top-up that leaves a debt cancels nothing", async () => {
  const it = await debtor();
  await until(it, 13 * HOUR);
  await topUp(it, 1n);
  expect((await shortageOf(it))!.negative_since).toEqual(it.negativeSince);
  await until(it, 24 * HOUR + SOON);
  expect(await desiredOf(it)).toEqual(DELETED);
});

test("BIL-6 two replicas warn once, delete once", async () => {
  const it = await debtor();
  await site.worker.drain();
  const replicas = [
    await openReplica(site.testDatabase.url),
    await openReplica(site.testDatabase.url),
  ];
  for (const { worker } of replicas) worker.start();
  for (const hours of [12, 23, 24.1]) {
    const at = new Date(+it.negativeSince + hours * HOUR);
    await holdClock(site.database, (clock) => clock.moveTo(at));
    const before = (await told(it)).length;
    await expect.poll(() => told(it), { timeout: 20_000 }).toHaveLength(before + 1);
  }
  for (const replica of replicas) await replica.close();
  const kinds = (await told(it)).map(({ kind, facts }) => facts.warning ?? kind);
  expect(kinds.toSorted()).toEqual([1, 2, 3, "deletedForDebt", "stoppedForDebt"]);
  const { rows } = await site.database.pool.query(
    "select count(*)::int as n from audit_events where organization_id = $1 and reason = 'debt'",
    [it.organizationId],
  );
  expect(rows).toEqual([{ n: 2 }]);
});
