import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withSystem } from "#db/tenant.ts";
import { claimWork } from "#domain/work/claim.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { verifyClaim } from "#domain/work/verify-claim.ts";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { ClusterLeases } from "./cluster-leases.ts";
import { releaseDead } from "./release-dead.ts";

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase?.drop());

test("RES-5 what the dead held is free at once, and one of them who lives after all is refused", async () => {
  const { database } = testDatabase;
  const replica = (name: string) =>
    new ClusterLeases({
      database,
      replica: name,
      clusters: [{ id: "hanoi-1", region: "hanoi" }],
      leaseMs: 60_000,
      onGained: () => {},
      onLost: () => {},
    });
  const claim = (name: string) =>
    claimWork(database, { replica: name, claim: randomUUID(), limit: 5, leaseMs: 60_000 });
  const [dead, next] = [replica("dead"), replica("next")];
  await dead.register();
  await dead.renew();
  const work = { kind: "reconcileResource", key: randomUUID(), clusterId: "hanoi-1" } as const;
  await withSystem(database, async (tx) => enqueue(tx, work));
  const [held] = await claim("dead");
  await next.renew();
  expect(next.held).toEqual([]);

  await releaseDead(database);
  await next.renew();
  expect(next.held).toEqual(["hanoi-1"]);
  expect(await claim("next")).toMatchObject([{ key: work.key, attempts: 2 }]);
  await expect(withSystem(database, (tx) => verifyClaim(tx, held!))).rejects.toThrow(
    "somebody else",
  );
});
