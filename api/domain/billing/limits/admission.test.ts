import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { lockAdmission } from "./lock-admission.ts";
import { admitCharge, type HourlyUse } from "./admit-charge.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { createResource, insertResource } from "#domain/billing/testing/resources.ts";
import { at } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";

// An hour of the flavor costs 10, of each GiB 0.001.
const hourlyCost = (use: HourlyUse) =>
  (use.flavor ? 10_000_000n : 0n) + BigInt(use.storageGib) * 1_000n;
const USE: HourlyUse = { region: "hanoi", flavor: "h100-1", storageGib: 0 };

const ask = (
  scene: Scene,
  request: { use?: HourlyUse; resourceId?: string; showBalance?: boolean } = {},
) =>
  scene.at(NOW, (tx) =>
    admitCharge(tx, {
      organizationId: scene.organization.organizationId,
      service: "notebook",
      use: USE,
      hourlyCost,
      showBalance: false,
      ...request,
    }),
  );

async function withBalance(amount: bigint): Promise<Scene> {
  const scene = await Scene.begin(postgres.database, NOW);
  await scene.grant(NOW, amount, { kind: "topUp" });
  return scene;
}

test("BIL-4 a balance of exactly one hour admits, one micro-unit less does not", async () => {
  await expect(ask(await withBalance(10_000_000n))).resolves.toBeUndefined();
  await expect(ask(await withBalance(9_999_999n))).rejects.toMatchObject({
    code: "insufficient_balance",
  });
});

test("BIL-4 nothing is admitted without a positive balance, even what costs nothing", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const free = { ...USE, flavor: null };
  await expect(ask(scene, { use: free })).rejects.toMatchObject({ code: "insufficient_balance" });
});

test("BIL-4 all storage that the resource has or asks for counts", async () => {
  const scene = await withBalance(10_100_000n);
  await expect(ask(scene, { use: { ...USE, storageGib: 100 } })).resolves.toBeUndefined();
  await expect(ask(scene, { use: { ...USE, storageGib: 101 } })).rejects.toMatchObject({
    code: "insufficient_balance",
  });
});

test("BIL-4 every accepted resource of the Service that does not run yet keeps its hour, storage included", async () => {
  const scene = await withBalance(25_000_000n);
  await createResource(scene, "container", NOW, 100);
  await expect(ask(scene)).resolves.toBeUndefined();
  const pending = await createResource(scene, "notebook", NOW, 6_000);
  await expect(ask(scene)).rejects.toMatchObject({ code: "insufficient_balance" });
  await expect(ask(scene, { resourceId: pending })).resolves.toBeUndefined();
  await scene.database.pool.query("update resources set status = 'RUNNING' where id = $1", [
    pending,
  ]);
  await expect(ask(scene)).resolves.toBeUndefined();
});

test("BIL-4 a voucher for another Service does not help", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  await scene.grant(NOW, 99_000_000n, {
    expiresAt: "2026-06-01T00:00:00Z",
    services: ["container"],
  });
  await expect(ask(scene)).rejects.toMatchObject({ code: "insufficient_balance" });
});

test("RBAC-8 a refusal tells what was needed, and what is available to the Owner only", async () => {
  const scene = await withBalance(4_000_000n);
  const needed = { amount: "10.00", currency: "USD" };
  const refusal = (showBalance: boolean) =>
    ask(scene, { showBalance }).catch((error: { details: unknown }) => error.details);
  expect(await refusal(false)).toEqual({ needed });
  expect(await refusal(true)).toEqual({
    needed,
    available: { amount: "4.00", currency: "USD" },
    currency: "USD",
  });
});

test("BIL-4 of 200 creations at once against a balance of 3 hours, 3 are accepted", async () => {
  const scene = await withBalance(30_000_000n);
  const database = openDatabase(postgres.get().url, { max: 30 });
  const create = () =>
    at(database, NOW, async (tx) => {
      await lockAdmission(tx, scene.organization.organizationId);
      await admitCharge(tx, {
        organizationId: scene.organization.organizationId,
        service: "notebook",
        use: USE,
        hourlyCost,
        showBalance: false,
      });
      await insertResource(tx, scene, "notebook");
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, create));
  await database.close();
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(3);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected")
      expect(outcome.reason).toMatchObject({ code: "insufficient_balance" });
  }
});
