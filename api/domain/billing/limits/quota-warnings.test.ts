import { expect, test } from "vitest";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { warnQuotas } from "./quota-warnings.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";

const postgres = testDatabase();
const START = "2026-05-04T10:00:00Z";
const minute = (n: number, day = "04") => `2026-05-${day}T10:${String(n).padStart(2, "0")}:00Z`;

/** A Workspace that spends a unit a minute. */
async function spender(limit: bigint, period: "day" | "month" = "day"): Promise<Scene> {
  const scene = await Scene.begin(postgres.database, START);
  await scene.grant(START, 900_000_000_000n, { kind: "plan" });
  await setQuota(scene, limit, period);
  await scene.start(START, 60_000_000n);
  return scene;
}

function setQuota({ database, organization }: Scene, limit: bigint, period = "day") {
  return database.pool.query(
    `insert into quotas (organization_id, workspace_id, period, limit_usd_micros, updated_at)
     values ($1, $2, $4, $3, now())
     on conflict (workspace_id) do update set limit_usd_micros = $3, period = $4`,
    [organization.organizationId, organization.workspaceIds[0], limit * 1_000_000n, period],
  );
}

async function told({ database, organization }: Scene) {
  const { rows } = await database.pool.query(
    "select facts, at, audience, workspace_id from notices where organization_id = $1 order by id",
    [organization.organizationId],
  );
  return rows;
}

const percents = async (scene: Scene) => (await told(scene)).map(({ facts }) => facts.percent);

test("QUO-4 80 and 100 % are told once a period, to Owner and Admins, in the tick that charges them", async () => {
  const scene = await spender(10n);
  await scene.tick(minute(7));
  expect(await told(scene)).toEqual([]);
  await scene.tick(minute(8));
  expect(await told(scene)).toEqual([
    {
      at: new Date(minute(8)),
      audience: "workspace",
      workspace_id: scene.organization.workspaceIds[0],
      facts: {
        percent: 80,
        period: "day",
        limitUsd: "10.00",
        spentUsd: "8.00",
        resetsAt: "2026-05-05T00:00:00.000Z",
      },
    },
  ]);
  await scene.tick(minute(9));
  await scene.tick(minute(10));
  await scene.tick(minute(20));
  expect(await percents(scene)).toEqual([80, 100]);
});

test("QUO-4 the next period warns anew", async () => {
  const scene = await spender(2_000n);
  await scene.tick("2026-05-05T00:00:00Z");
  expect(await percents(scene)).toEqual([]);
  await scene.tick("2026-05-06T00:00:00Z");
  expect(await percents(scene)).toEqual([]);
  await setQuota(scene, 500n);
  await scene.tick("2026-05-06T09:00:00Z");
  await scene.tick("2026-05-07T09:00:00Z");
  expect(await percents(scene)).toEqual([80, 100, 80, 100]);
});

test("QUO-4 what is crossed in the last minute of a period is told of that period", async () => {
  const scene = await spender(840n);
  await scene.tick("2026-05-04T23:59:00Z");
  expect(await percents(scene)).toEqual([80]);
  await scene.tick("2026-05-05T00:00:00Z");
  const [, last] = await told(scene);
  expect(last.facts).toMatchObject({ percent: 100, resetsAt: "2026-05-05T00:00:00.000Z" });
  await scene.tick("2026-05-05T00:01:00Z");
  expect(await percents(scene)).toEqual([80, 100]);
});

test("QUO-4 a month is the sum of its days", async () => {
  const scene = await spender(2_000n, "month");
  await scene.tick("2026-05-05T00:00:00Z");
  expect(await percents(scene)).toEqual([]);
  await scene.tick("2026-05-05T12:00:00Z");
  await scene.tick("2026-05-05T23:00:00Z");
  expect(await percents(scene)).toEqual([80, 100]);
});

test("QUO-4 a limit that is raised warns anew at its own percentages, one that comes back does not", async () => {
  const scene = await spender(10n);
  await scene.tick(minute(10));
  expect(await percents(scene)).toEqual([80, 100]);
  await setQuota(scene, 20n);
  await scene.tick(minute(15));
  expect(await percents(scene)).toEqual([80, 100]);
  await scene.tick(minute(16));
  await setQuota(scene, 10n);
  await scene.tick(minute(17));
  expect(await percents(scene)).toEqual([80, 100, 80]);
});

test("QUO-4 a limit that is lowered below what is spent is told of at once, and once among many", async () => {
  const scene = await spender(1_000n);
  await scene.tick(minute(30));
  await setQuota(scene, 30n);
  const { shard, workspaceIds } = scene.organization;
  const scope = { shard, workspaceId: workspaceIds[0]!, minute: minuteOf(new Date(minute(30))) };
  const look = () => scene.at(minute(30), (tx) => warnQuotas(tx, scope));
  await Promise.all([look(), look(), scene.tick(minute(31)), look()]);
  expect(await percents(scene)).toEqual([80, 100]);
});

test("QUO-4 a Workspace that has spent nothing is told nothing, whatever the limit", async () => {
  const scene = await Scene.begin(postgres.database, START);
  await setQuota(scene, 0n);
  await scene.tick(minute(5));
  expect(await told(scene)).toEqual([]);
});
