import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Tx } from "#db/tenant.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { createResource } from "#domain/billing/testing/resources.ts";
import { deleteForDebt } from "./delete-for-debt.ts";
import { readShortage, type DebtService } from "./read-shortage.ts";
import { warnOfDebt } from "./warn-of-debt.ts";

const postgres = testDatabase();
const START = "2026-05-04T10:00:00Z";
const BROKE = "2026-05-04T10:02:00Z";
const WARNED = "2026-05-05T09:02:00Z";
const DUE = "2026-05-05T10:02:00Z";

interface Debtor {
  scene: Scene;
  notebook: string;
  container: string;
}

/** One notebook with a home volume and one container, and a debt of two units since 10:02. */
async function debtor(voucher?: { services: DebtService[]; expiresAt?: string }): Promise<Debtor> {
  const scene = await Scene.begin(postgres.database, START);
  if (voucher) await scene.grant(START, 50_000_000n, { expiresAt: DUE, ...voucher });
  const notebook = await createResource(scene, "notebook", START, 10);
  const container = await createResource(scene, "container", START);
  await scene.start(START, 60_000_000n, { resourceId: container, service: "container" });
  await scene.stop(container, BROKE);
  await scene.tick(BROKE);
  return { scene, notebook, container };
}

const inOrganization = ({ scene }: Debtor, tx: Tx) => ({
  ...tx,
  organizationId: scene.organization.organizationId,
});

/** Records all three warnings at a moment. */
const warn = (it: Debtor, service: DebtService, now: string) =>
  it.scene.at(now, async (tx) => {
    const tenant = inOrganization(it, tx);
    const shortage = (await readShortage(tenant, service))!;
    let debt = shortage.debt!;
    while (debt.warnings < 3) debt = await warnOfDebt(tenant, service, { ...shortage, debt }, 24);
  });

const deletion = (it: Debtor, service: DebtService, now: string) =>
  it.scene.at(now, (tx) => deleteForDebt(inOrganization(it, tx), service, 24));

const topUp = ({ scene }: Debtor, now: string) => scene.grant(now, 10_000_000n, { kind: "topUp" });

async function desiredOf({ scene, notebook, container }: Debtor) {
  const { rows } = await scene.database.pool.query<{ id: string; desired_state: string }>(
    "select id, desired_state from resources where id = any ($1)",
    [[notebook, container]],
  );
  const of = (id: string) => rows.find((row) => row.id === id)!.desired_state;
  return { notebook: of(notebook), container: of(container) };
}

async function shortagesOf({ scene }: Debtor) {
  const { rows } = await scene.database.pool.query(
    `select service, negative_since as since from shortages where organization_id = $1 order by service`,
    [scene.organization.organizationId],
  );
  return rows;
}

const deletions = async ({ scene }: Debtor) =>
  (
    await scene.database.pool.query(
      "select facts from notices where organization_id = $1 and kind = 'deletedForDebt'",
      [scene.organization.organizationId],
    )
  ).rows;

test("BIL-6 a debt hits the Services that it leaves nothing to, and no other", async () => {
  const it = await debtor({ services: ["notebook"], expiresAt: "2026-06-01T00:00:00Z" });
  expect(await shortagesOf(it)).toEqual([{ service: "container", since: new Date(BROKE) }]);
  await warn(it, "container", WARNED);
  expect(await deletion(it, "notebook", DUE)).toBeNull();
  expect(await deletion(it, "container", DUE)).toBeNull();
  expect(await desiredOf(it)).toEqual({ notebook: "running", container: "deleted" });
});

test("BIL-6 each Service has a timer of its own: a voucher that expires starts the one, a top-up ends both", async () => {
  const it = await debtor({ services: ["notebook"] });
  const later = "2026-05-05T10:03:00Z";
  await it.scene.tick(later);
  expect(await shortagesOf(it)).toEqual([
    { service: "container", since: new Date(BROKE) },
    { service: "notebook", since: new Date(later) },
  ]);
  await topUp(it, later);
  expect(await shortagesOf(it)).toEqual([]);
});

test("BIL-6 a voucher ends the debts of the Services that it fits", async () => {
  const it = await debtor();
  await it.scene.grant(WARNED, 5_000_000n, { services: ["container"], expiresAt: DUE });
  expect(await shortagesOf(it)).toEqual([{ service: "notebook", since: new Date(BROKE) }]);
});

test("BIL-6 zero is no debt: a top-up to zero ends the timer, and what runs still stops", async () => {
  const it = await debtor();
  await it.scene.grant(WARNED, 2_000_000n, { kind: "topUp" });
  expect(await shortagesOf(it)).toEqual([
    { service: "container", since: null },
    { service: "notebook", since: null },
  ]);
  expect(await deletion(it, "container", "2026-05-09T10:02:00Z")).toBeNull();
  expect(await desiredOf(it)).toEqual({ notebook: "running", container: "running" });
});

test("BIL-6 a Service that has nothing has no timer", async () => {
  const it = await debtor();
  await it.scene.database.pool.query(
    "update resources set desired_state = 'deleted' where id = $1",
    [it.container],
  );
  await it.scene.start(BROKE, 60_000_000n, { resourceId: it.notebook });
  await it.scene.tick("2026-05-04T10:05:00Z");
  expect(await shortagesOf(it)).toEqual([{ service: "notebook", since: new Date(BROKE) }]);
});

test("BIL-6 fifty times a top-up races the deletion: nothing is deleted after it, and what is deleted was in debt", async () => {
  const outcomes = { deleted: 0, kept: 0 };
  for (let round = 0; round < 50; round++) {
    const it = await debtor();
    await warn(it, "container", WARNED);
    const head = (round % 5) - 2;
    let settledBefore = false;
    const settled = sleep(Math.max(0, -head) * 4)
      .then(() => topUp(it, DUE))
      .then(() => (settledBefore = true));
    await sleep(Math.max(0, head) * 4);
    const toppedUp = settledBefore;
    await Promise.all([settled, deletion(it, "container", DUE)]);
    const deleted = (await desiredOf(it)).container === "deleted";
    outcomes[deleted ? "deleted" : "kept"]++;
    const told = await deletions(it);
    if (deleted) {
      expect(toppedUp).toBe(false);
      // Judged under the Wallet's lock: a top-up that was committed by then would show.
      expect(told).toMatchObject([{ facts: { available: { amount: "-2.00" } } }]);
    } else expect(told).toEqual([]);
    expect(await shortagesOf(it)).toEqual([]);
    await deletion(it, "container", "2026-05-08T10:02:00Z");
    expect((await desiredOf(it)).container === "deleted").toBe(deleted);
    expect((await desiredOf(it)).notebook).toBe("running");
  }
  expect(outcomes.deleted).toBeGreaterThan(0);
  expect(outcomes.kept).toBeGreaterThan(0);
});
