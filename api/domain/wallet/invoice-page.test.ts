import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";
import { closeRun } from "#domain/billing/runs/close-run.ts";
import { at, gpuRun, setCursor, tickAt, reportRun } from "#domain/billing/testing/world.ts";
import { keyOf, newId } from "#domain/ids.ts";

let site: TestSite;
let path: string;
beforeAll(async () => {
  site = await startTestSite();
  path = `/v1/organizations/${site.organizationId}/invoice?month=2026-05`;
  const { database } = site.site;
  const workspaceId = keyOf(await site.createWorkspace({ name: `<img src=x onerror="a&b">` }));
  const organizationId = keyOf(site.organizationId);
  const { rows } = await database.pool.query("select shard from organizations where id = $1", [
    organizationId,
  ]);
  const { shard } = rows[0];
  await database.pool.query("update wallets set created_at = $1, last_entry_at = $1", [
    "2026-04-30T23:00:00Z",
  ]);
  await setCursor(database, shard, "2026-04-30T23:00:00Z");
  const resourceId = newId();
  const startedAt = "2026-04-30T23:58:00Z";
  const organization = {
    organizationId,
    shard,
    currency: "USD" as const,
    workspaceIds: [workspaceId],
  };
  await at(database, startedAt, (tx) =>
    reportRun(tx, gpuRun(organization, { resourceId, startedAt, pricePerHour: 60_000_000n })),
  );
  await tickAt(database, shard, "2026-05-01T00:05:00Z");
  const endedAt = new Date("2026-04-30T23:59:00Z");
  await at(database, "2026-05-01T00:06:00Z", (tx) =>
    closeRun(tx, { shard, kind: "gpu", subjectId: resourceId, endedAt }),
  );
  await tickAt(database, shard, "2026-05-01T00:07:00Z");
});
afterAll(() => site?.stop());

const get = (query: string, headers: Record<string, string> = {}) =>
  site.request("GET", `${path}${query}`, { token: site.ownerToken, headers });

test("WAL-6 the invoice as JSON: charges, corrections with their month, and balances that add up", async () => {
  const { body } = await get("");
  expect(body).toMatchObject({
    month: "2026-05",
    from: "2026-05-01T00:00:00.000Z",
    to: "2026-06-01T00:00:00.000Z",
    final: false,
    opening: { topUp: { amount: "-2.00", currency: "USD" } },
    charges: [{ service: "notebook", kind: "gpu", amount: { amount: "5.00", currency: "USD" } }],
    corrections: [{ month: "2026-04", amount: { amount: "-6.00", currency: "USD" } }],
    closing: { total: { amount: "-1.00", currency: "USD" } },
  });
  expect(body.lines[2]).toMatchObject({
    line: "topUp",
    opening: { amount: "-2.00" },
    charged: { amount: "-5.00" },
    corrected: { amount: "6.00" },
    closing: { amount: "-1.00" },
  });
});

test("WAL-6 a month that is charged and over is final", async () => {
  const { database } = site.site;
  await database.pool.query(
    "update shard_cursors set cursor_minute = cursor_minute + 60 * 24 * 40",
  );
  expect((await get("")).body.final).toBe(true);
});

test("WAL-6 the invoice as a page to print: what people named is escaped, and there is no script", async () => {
  for (const answer of [
    await get("&format=html"),
    await get("", { accept: "text/html,application/xhtml+xml;q=0.9" }),
  ]) {
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.body).toContain("&lt;img src=x onerror=&quot;a&amp;b&quot;&gt;");
    expect(answer.body).not.toMatch(/<(script|img|link|iframe)/i);
    expect(answer.body).toContain("5.00 USD");
    expect(answer.body).toContain("@media print");
  }
  const json = await get("", { accept: "text/html, application/json" });
  expect(json.headers.get("content-type")).toBe("application/json");
});

test.each(["2026-13", "2026-1", "26-01", "0000-01", "2026-11-01", ""])(
  "WAL-6 %j is no month",
  async (month) => {
    const other = path.replace("2026-05", month);
    const { status, body } = await site.request("GET", other, { token: site.ownerToken });
    expect([status, body.errors[0].pointer]).toEqual([400, "?month"]);
  },
);
