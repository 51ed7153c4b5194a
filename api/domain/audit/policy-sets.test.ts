import { compileAccess, type Access } from "@aifactory/sdk/policy";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { inTransactionOf } from "../../db/tenant.ts";
import { newId } from "../ids.ts";
import { digestOf, PolicySets } from "./policy-sets.ts";

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

const accessIn = (...regions: string[]): Access =>
  compileAccess({ role: "Member", services: {}, boundaries: [], identityPolicies: [], regions });

function placed(access: Access) {
  return { organizationId: newId(), workspaceId: newId(), accesses: [access, access] };
}

async function stored(access: Access): Promise<number> {
  const { rowCount } = await testDatabase.database.pool.query(
    "select from policy_sets where hash = $1",
    [digestOf(access).hash],
  );
  return rowCount!;
}

test("AUD-1 a policy set is stored once, and costs no statement once it is known to be committed", async () => {
  const [sets, access] = [new PolicySets(), accessIn("hanoi")];
  const place = placed(access);
  const { database } = testDatabase;
  const keys = await inTransactionOf(database, (tx) => sets.store(tx, place));
  expect(keys).toHaveLength(1);
  // Not remembered yet: offered again, and kept once.
  expect(await inTransactionOf(database, (tx) => sets.store(tx, place))).toEqual(keys);
  expect(await stored(access)).toBe(1);
  sets.remember(keys);
  const noStatement = { db: null } as never;
  expect(await sets.store(noStatement, place)).toEqual([]);
});

test("AUD-1 a policy set that was rolled back is stored by the next change", async () => {
  const [sets, access] = [new PolicySets(), accessIn("tokyo")];
  const place = placed(access);
  const rolledBack = inTransactionOf(testDatabase.database, async (tx) => {
    await sets.store(tx, place);
    throw new Error("the change failed");
  });
  await expect(rolledBack).rejects.toThrow("the change failed");
  expect(await stored(access)).toBe(0);
  await inTransactionOf(testDatabase.database, (tx) => sets.store(tx, place));
  expect(await stored(access)).toBe(1);
});

test("AUD-1 the name of a policy set tells apart all that a decision depends on, and not how it was loaded", () => {
  const subject = { role: "Member", services: { notebook: ["hanoi"], container: [] } } as const;
  const rest = { boundaries: [], identityPolicies: [], regions: ["hanoi"] };
  const hash = (given: object) =>
    digestOf(compileAccess({ ...subject, ...rest, ...given } as never)).hash;
  expect(hash({})).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(hash({ services: { container: [], notebook: ["hanoi"] } })).toBe(hash({}));
  const policy = { name: "p", statements: [] };
  const others = [
    { role: "Admin" },
    { services: {} },
    { boundaries: [policy] },
    { identityPolicies: [policy] },
    { regions: ["hanoi", "tokyo"] },
  ];
  expect(new Set([{}, ...others].map(hash)).size).toBe(others.length + 1);
});
