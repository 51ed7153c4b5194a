import { expect, test } from "vitest";
import { settleTopUp } from "#domain/billing/credit/settle-top-up.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { RATES } from "#domain/billing/testing/world.ts";
import { newId, publicId } from "#domain/ids.ts";

const postgres = testDatabase();
const START = "2026-05-04T10:00:00Z";
const minute = (n: number) => `2026-05-04T10:${String(n).padStart(2, "0")}:00Z`;

/** An Organization that spends a unit a minute, with an alert. */
async function spender(credit: bigint, threshold: bigint) {
  const scene = await Scene.begin(postgres.database, START);
  await scene.grant(START, credit * 1_000_000n, { expiresAt: "2026-06-01T00:00:00Z" });
  const alert = await setAlert(scene, threshold * 1_000_000n);
  await scene.start(START, 60_000_000n);
  return { scene, alert };
}

async function setAlert({ database, organization }: Scene, threshold: bigint): Promise<string> {
  const id = newId();
  await database.pool.query(
    `insert into balance_alerts (id, organization_id, shard, threshold, currency, recipients, armed, created_at)
     values ($1, $2, $3, $4, 'USD', array['cfo@example.com'], true, now())`,
    [id, organization.organizationId, organization.shard, threshold],
  );
  return id;
}

async function told({ database, organization }: Scene) {
  const { rows } = await database.pool.query(
    "select facts, recipients, at from notices where organization_id = $1 and kind = 'balanceAlert' order by id",
    [organization.organizationId],
  );
  return rows;
}

const armed = async ({ database }: Scene, id: string) =>
  (
    await database.pool.query(
      "select armed, threshold, currency from balance_alerts where id = $1",
      [id],
    )
  ).rows[0];

test("BIL-7 each fall below the threshold is told once, to the recipients, in the tick that charges it", async () => {
  const { scene, alert } = await spender(20n, 15n);
  await scene.tick(minute(5));
  expect(await told(scene)).toEqual([]);
  await scene.tick(minute(6));
  await scene.tick(minute(9));
  expect(await told(scene)).toEqual([
    {
      at: new Date(minute(6)),
      recipients: ["cfo@example.com"],
      facts: {
        alertId: publicId("balanceAlert", alert),
        threshold: { amount: "15.00", currency: "USD" },
        total: { amount: "14.00", currency: "USD" },
      },
    },
  ]);
});

test("BIL-7 a grant that reaches the threshold arms it again; one that does not leaves it", async () => {
  const { scene, alert } = await spender(20n, 15n);
  await scene.tick(minute(6));
  await scene.grant(minute(6), 999_999n);
  expect(await armed(scene, alert)).toMatchObject({ armed: false });
  await scene.grant(minute(6), 1n);
  expect(await armed(scene, alert)).toMatchObject({ armed: true });
  await scene.tick(minute(7));
  expect(await told(scene)).toHaveLength(2);
});

test("BIL-7 what a correction moves to and fro around the threshold is told once", async () => {
  const { scene, alert } = await spender(20n, 10n);
  const other = await scene.start(START, 60_000_000n);
  await scene.tick(minute(6));
  expect(await told(scene)).toHaveLength(1);
  // Two minutes of it never were: 10 are left, less than a twentieth above the threshold.
  await scene.stop(other, minute(4), minute(6));
  await scene.tick(minute(7));
  expect(await armed(scene, alert)).toMatchObject({ armed: false });
  await scene.tick(minute(8));
  expect(await told(scene)).toHaveLength(1);
});

test("BIL-7 a correction that lifts the total well above the threshold arms it again", async () => {
  const { scene, alert } = await spender(20n, 10n);
  const other = await scene.start(START, 60_000_000n);
  await scene.tick(minute(6));
  await scene.stop(other, minute(1), minute(6));
  await scene.tick(minute(7));
  expect(await armed(scene, alert)).toMatchObject({ armed: true });
  await scene.tick(minute(12));
  expect(await told(scene)).toHaveLength(2);
});

test("BIL-7 the expiry of credit crosses it too", async () => {
  const { scene } = await spender(20n, 25n);
  await scene.grant(START, 50_000_000n, { expiresAt: minute(7) });
  await scene.tick(minute(6));
  expect(await told(scene)).toEqual([]);
  await scene.tick(minute(8));
  expect(await told(scene)).toHaveLength(1);
});

test("BIL-7 thresholds follow the Wallet into the currency that is fixed", async () => {
  const { scene, alert } = await spender(20n, 15n);
  await scene.at(minute(6), (tx) =>
    settleTopUp(tx, {
      organizationId: scene.organization.organizationId,
      amount: 3_000_000_000n,
      currency: "JPY",
      rates: RATES,
      key: "first",
    }),
  );
  expect(await armed(scene, alert)).toEqual({
    armed: true,
    threshold: 2_325_000_000n,
    currency: "JPY",
  });
});
