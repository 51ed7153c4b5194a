import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site?.stop());

const operatorPath = (organizationId: string) =>
  `/v1/operator/organizations/${organizationId}/plans`;
const asOperator = (method: string, path: string, body?: unknown) =>
  site.request(method, path, { token: site.operatorToken, ...(body !== undefined && { body }) });
const grant = (change: object = {}, organizationId = site.organizationId) =>
  asOperator("POST", operatorPath(organizationId), {
    amount: { amount: "100.5", currency: "USD" },
    period: { unit: "month", count: 1 },
    ...change,
  });
const ofOwner = (owner: { organizationId: string; token: string }, what: string, query = "") =>
  site.request("GET", `/v1/organizations/${owner.organizationId}/${what}${query}`, owner);

test("PAY-4 the operator grants a plan; the Owner sees what is left of it, in the Wallet, and in the log", async () => {
  const owner = await site.createOrganization("planned");
  const { status, body: plan } = await grant({}, owner.organizationId);
  expect(status).toBe(201);
  const money = { amount: "100.50", currency: "USD" };
  expect(plan).toMatchObject({
    organizationId: owner.organizationId,
    amount: money,
    period: { unit: "month", count: 1 },
    renews: true,
    cancelledAt: null,
    renewsAt: plan.current.expiresAt,
    current: { amount: money, remaining: money, startsAt: plan.startsAt },
  });
  expect((await ofOwner(owner, "plans")).body).toEqual({ items: [plan], nextCursor: null });
  expect((await asOperator("GET", operatorPath(owner.organizationId))).body.items).toEqual([plan]);
  const wallet = await ofOwner(owner, "wallet");
  expect(wallet.body.balances.plans).toEqual(money);
  const log = await ofOwner(owner, "audit-events", "?action=grantPlan");
  expect(log.body.items).toMatchObject([
    { scope: "Billing", actor: { kind: "operator" }, target: { kind: "plan", id: plan.id } },
  ]);
});

test("PAY-4 a cancelled plan renews no more, says so, and its credit stays", async () => {
  const owner = await site.createOrganization("cancelled");
  const { body: plan } = await grant({}, owner.organizationId);
  const cancelled = await asOperator("POST", `/v1/operator/plans/${plan.id}/cancel`);
  expect(cancelled.body).toMatchObject({ id: plan.id, renewsAt: null, current: plan.current });
  expect(cancelled.body.cancelledAt).not.toBeNull();
  const again = await asOperator("POST", `/v1/operator/plans/${plan.id}/cancel`);
  expect(again.body).toEqual(cancelled.body);
  const log = await ofOwner(owner, "audit-events", "?action=cancelPlan");
  expect(log.body.items[0]).toMatchObject({ scope: "Billing", target: { id: plan.id } });
});

test("WAL-4 a plan in another currency is converted at the site's rate", async () => {
  const owner = await site.createOrganization("in yen");
  const amount = { amount: "3000", currency: "JPY" };
  const { body: plan } = await grant({ amount }, owner.organizationId);
  expect(plan).toMatchObject({ amount: { amount: "3000.00", currency: "JPY" } });
  // 150 yen for a dollar; the rate has twelve decimals and is rounded down.
  expect(plan.current.amount).toEqual({ amount: "19.999999", currency: "USD" });
});

test("PAY-4 plans come page by page, and each Organization has its own", async () => {
  const owner = await site.createOrganization("many");
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++)
    ids.push((await grant({ startsAt, renews: false }, owner.organizationId)).body.id);
  const first = (await ofOwner(owner, "plans", "?limit=2")).body;
  const rest = (await ofOwner(owner, "plans", `?limit=2&cursor=${first.nextCursor}`)).body;
  const items = [...first.items, ...rest.items];
  expect(items.map((it) => it.id)).toEqual(ids);
  expect(items[0]).toMatchObject({ startsAt, current: null, renewsAt: startsAt });
  expect(rest.nextCursor).toBeNull();
});

test("PAY-4 a plan of nothing, in the past or too far ahead is refused with its place", async () => {
  const pointers = async (change: object) =>
    (await grant(change)).body.errors.map((it: { pointer: string }) => it.pointer);
  expect(await pointers({ amount: { amount: "0", currency: "USD" } })).toEqual(["/amount/amount"]);
  expect(await pointers({ startsAt: "2020-01-01T00:00:00Z" })).toEqual(["/startsAt"]);
  expect(await pointers({ startsAt: "2099-01-01T00:00:00Z" })).toEqual(["/startsAt"]);
  expect(await pointers({ period: { unit: "month", count: 0 } })).toEqual(["/period/count"]);
});

test("PAY-4 there is no plan of an Organization, and none to cancel, that is not there", async () => {
  const nobody = "org_01jd0000000000000000000000";
  expect((await grant({}, nobody)).status).toBe(404);
  expect((await asOperator("GET", operatorPath(nobody))).status).toBe(404);
  const unknown = "/v1/operator/plans/plan_01jd0000000000000000000000/cancel";
  expect((await asOperator("POST", unknown)).status).toBe(404);
});

test("PAY-4 asked for again under the same key, a plan is granted once", async () => {
  const owner = await site.createOrganization("twice");
  const once = () =>
    site.request("POST", operatorPath(owner.organizationId), {
      token: site.operatorToken,
      headers: { "idempotency-key": "plan-1" },
      body: { amount: { amount: "5", currency: "USD" }, period: { unit: "year", count: 1 } },
    });
  const [first, second] = [await once(), await once()];
  expect(second.body.id).toBe(first.body.id);
  expect((await ofOwner(owner, "wallet")).body.balances.plans.amount).toBe("5.00");
});
