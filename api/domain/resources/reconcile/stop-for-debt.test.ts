import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { grantCredit } from "#domain/billing/credit/grant-credit.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { tickAll } from "#domain/billing/tick/tick-all.ts";
import { lockWallet } from "#domain/billing/wallet/wallet.ts";
import { newId } from "#domain/ids.ts";
import type { WorkItem } from "#domain/work/types.ts";
import {
  createContainer,
  insertTenant,
  rowOf,
  startWorkerSite,
  type WorkerSite,
} from "../../../../test/support/worker-site.ts";
import { stopForDebt } from "./stop-for-debt.ts";

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

const told = async (organizationId: string) =>
  (
    await site.database.pool.query(
      "select facts from notices where organization_id = $1 and kind = 'stoppedForDebt' order by id",
      [organizationId],
    )
  ).rows.map(({ facts }) => facts);

test("BIL-5 what runs, what starts and what is being created at that very moment stop within the tick; the Owner is told once", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database, 0n)) };
  const running = await createContainer(tenant);
  await site.pass(30_000);
  expect((await rowOf(site, running)).status).toBe("RUNNING");
  await site.pass(60_000);
  const starting = await createContainer(tenant);

  let work: Promise<unknown> = Promise.resolve();
  const inFlight = newId();
  await withTenant(site.database, tenant.organizationId, async (tx) => {
    await lockAdmission(tx, tenant.organizationId);
    await tickAll(site.database);
    work = site.worker.runUntilQuiet();
    await tx.client.query(
      `insert into resources (id, organization_id, workspace_id, shard, kind, name, region, cluster_id, owner_id, created_at,
         flavor, spec, desired_state, desired_at, status, status_reason)
       select $1, organization_id, workspace_id, shard, kind, 'late', region, cluster_id, owner_id, created_at,
         flavor, spec, desired_state, desired_at, 'PROCESSING', '{}'
       from resources where id = $2`,
      [inFlight, starting],
    );
  });
  await work;
  for (const id of [running, starting, inFlight])
    expect(await rowOf(site, id)).toMatchObject({
      desiredState: "stopped",
      stopCause: "insufficientBalance",
    });
  expect(await told(tenant.organizationId)).toEqual([{ service: "container", stopped: 3 }]);
});

test("BIL-5 a stop does not put itself on the work list again", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database, 0n)) };
  const id = await createContainer(tenant);
  await site.pass(60_000);
  await tickAll(site.database);
  const item = async () => {
    const { rows } = await site.database.pool.query<WorkItem>(
      "select key, revision from work_items where kind = 'stopForDebt' and organization_id = $1",
      [tenant.organizationId],
    );
    return rows[0]!;
  };
  const before = await item();
  await stopForDebt(site)(before, { verify: async () => {} });
  expect(await rowOf(site, id)).toMatchObject({ stopCause: "insufficientBalance" });
  expect(await item()).toEqual(before);
});

test("BIL-5 an occurrence is told once however often it has to stop something, and the next one anew", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database, 0n)) };
  const { organizationId } = tenant;
  const run = async () => {
    await createContainer(tenant);
    await site.pass(60_000);
    await tickAll(site.database);
    await site.worker.runUntilQuiet();
  };
  await run();
  await run();
  expect(await told(organizationId)).toHaveLength(1);
  await topUpToPositive(organizationId);
  await run();
  expect(await told(organizationId)).toHaveLength(2);
});

/** By the smallest amount that there is. */
async function topUpToPositive(organizationId: string): Promise<void> {
  const rates = () => {
    throw new Error("no conversion is expected");
  };
  await withTenant(site.database, organizationId, async (tx) => {
    const { top_up: debt } = await lockWallet(tx, organizationId);
    const amount = 1n - debt;
    await grantCredit(tx, { organizationId, kind: "topUp", amount, currency: "USD", rates });
  });
}
