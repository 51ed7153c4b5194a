import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site?.stop());

async function redeem(amount: string, more: object): Promise<string> {
  const body = { amount: { amount, currency: "USD" }, expiresAt: "2100-01-01T00:00:00Z", ...more };
  const issued = await site.request("POST", "/v1/operator/vouchers", {
    token: site.operatorToken,
    body,
  });
  const path = `/v1/organizations/${site.organizationId}/vouchers/redeem`;
  const { code } = issued.body;
  const redeemed = await site.request("POST", path, { token: site.ownerToken, body: { code } });
  return redeemed.body.id;
}

test("WAL-7 the Wallet tells what credit is left, for what and until when, in the order of consumption", async () => {
  const general = await redeem("50.00", {});
  const scoped = await redeem("20.00", { services: ["notebook"] });
  const converted = await redeem("1550", {
    amount: { amount: "1550", currency: "JPY" },
    services: ["container"],
    expiresAt: "2099-01-01T00:00:00Z",
  });
  const { body } = await site.request("GET", `/v1/organizations/${site.organizationId}/wallet`, {
    token: site.ownerToken,
  });
  const common = { kind: "voucher", startsAt: expect.any(String) };
  expect(body.credits).toMatchObject([
    {
      ...common,
      voucherId: converted,
      services: ["container"],
      expiresAt: "2099-01-01T00:00:00.000Z",
      converted: { original: { amount: "1550.00", currency: "JPY" }, rate: expect.any(String) },
    },
    { ...common, voucherId: scoped, services: ["notebook"], converted: null },
    { ...common, voucherId: general, services: null, remaining: { amount: "50.00" } },
  ]);
  const held = Number(body.held.amount);
  expect(held).toBeCloseTo(20 + Number(body.credits[0].remaining.amount), 6);
  expect(body.total.amount).toBe((50 + held).toFixed(6).replace(/0{1,4}$/, ""));
  expect(body.available.notebook.amount).toBe("70.00");
  expect(body).toMatchObject({
    burnPerHour: { amount: "0.00" },
    runsOutAt: null,
    services: { notebook: { runsOutAt: null }, inference: { burnPerHour: { amount: "0.00" } } },
  });
});
