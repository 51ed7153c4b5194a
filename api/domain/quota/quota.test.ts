import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;
let count = 0;

beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace({ services: {} });
  admin = await site.mint(`admin-${++count}@example.com`, { [workspace]: "Admin" });
  member = await site.mint(`member-${count}@example.com`, { [workspace]: "Member" });
});

const call = (method: string, body?: unknown, token = admin.token, headers = {}) =>
  site.request(method, `/v1/workspaces/${workspace}/quota`, { token, body, headers });

/** As the tick counts it: USD micro-units by the UTC day of the charged minute. */
async function spend(day: string, micros: number): Promise<void> {
  await site.site.database.pool.query(
    `insert into quota_counters (organization_id, workspace_id, day, spent_usd_micros) values ($1, $2, $3, $4)
     on conflict (workspace_id, day) do update set spent_usd_micros = quota_counters.spent_usd_micros + excluded.spent_usd_micros`,
    [keyOf(site.organizationId), keyOf(workspace), day, micros],
  );
}
const now = async () =>
  new Date(
    (await site.request("GET", "/v1/operator/clock", { token: site.operatorToken })).body.now,
  );

describe("QUO-1 a Quota", () => {
  test("QUO-1 is set, read, changed and removed by an Admin", async () => {
    const set = await call("PUT", { period: "month", limitUsd: "25" });
    expect(set.status).toBe(200);
    expect(set.body).toMatchObject({
      workspaceId: workspace,
      period: "month",
      limitUsd: "25.00",
      enforceOnStart: false,
      spentUsd: "0.00",
      revision: 1,
    });
    expect((await call("GET")).body).toEqual(set.body);
    const changed = await call("PUT", {
      period: "day",
      limitUsd: "0.000001",
      enforceOnStart: true,
    });
    expect(changed.body).toMatchObject({ limitUsd: "0.000001", enforceOnStart: true, revision: 2 });
    expect((await call("DELETE")).status).toBe(204);
    expect((await call("GET")).body.code).toBe("not_found");
    expect((await call("DELETE")).status).toBe(404);
  });

  test("QUO-1 equal values make no revision, however they are written", async () => {
    await call("PUT", { period: "month", limitUsd: "25" });
    const again = await call("PUT", {
      period: "month",
      limitUsd: "25.000000",
      enforceOnStart: false,
    });
    expect([again.body.revision, again.headers.get("etag")]).toEqual([1, '"1"']);
  });

  test("QUO-1 If-Match refuses a change of an older revision", async () => {
    await call("PUT", { period: "month", limitUsd: "25" });
    await call("PUT", { period: "month", limitUsd: "26" });
    const late = await call("PUT", { period: "month", limitUsd: "27" }, admin.token, {
      "if-match": '"1"',
    });
    expect([late.status, late.body.code]).toEqual([412, "revision_mismatch"]);
    expect((await call("GET")).body.limitUsd).toBe("26.00");
  });

  test.each([
    [{ period: "week", limitUsd: "1" }, "/period"],
    [{ period: "day", limitUsd: 1 }, "/limitUsd"],
    [{ period: "day", limitUsd: "-1" }, "/limitUsd"],
    [{ period: "day", limitUsd: "1.0000001" }, "/limitUsd"],
    [{ period: "day", limitUsd: "1e3" }, "/limitUsd"],
    [{ period: "day" }, "/limitUsd"],
    [{ period: "day", limitUsd: "1", spentUsd: "0" }, "/spentUsd"],
  ])("QUO-1 %j is bad input at its place", async (body, pointer) => {
    const refused = await call("PUT", body);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  test("RBAC-1 Members see no Quota; outsiders no Workspace", async () => {
    const outsider = await site.mint(`outsider-${++count}@example.com`);
    for (const [method, body] of [
      ["GET"],
      ["PUT", { period: "day", limitUsd: "1" }],
      ["DELETE"],
    ] as const) {
      expect((await call(method, body, member.token)).body.code).toBe("forbidden");
      expect((await call(method, body, outsider.token)).body.code).toBe("not_found");
    }
  });
});

describe("QUO-3 what is spent", () => {
  test("QUO-3 a day counts its day, a month all of its days; setting it again forgets nothing", async () => {
    const today = await now();
    const day = today.toISOString().slice(0, 10);
    const first = `${day.slice(0, 8)}01`;
    await spend(day, 1_500_000);
    await spend("2020-01-31", 9_000_000);
    if (first !== day) await spend(first, 250_000);
    const inMonth = first === day ? "1.50" : "1.75";
    expect((await call("PUT", { period: "day", limitUsd: "5" })).body.spentUsd).toBe("1.50");
    expect((await call("PUT", { period: "month", limitUsd: "5" })).body.spentUsd).toBe(inMonth);
    await call("DELETE");
    expect((await call("PUT", { period: "month", limitUsd: "1" })).body.spentUsd).toBe(inMonth);
  });

  test("QUO-3 resets at 00:00 UTC, by site time", async () => {
    await call("PUT", { period: "day", limitUsd: "5" });
    const before = await now();
    await spend(before.toISOString().slice(0, 10), 1_000_000);
    const midnight = (days: number) =>
      new Date(
        Date.UTC(before.getUTCFullYear(), before.getUTCMonth(), before.getUTCDate() + days),
      ).toISOString();
    expect((await call("GET")).body).toMatchObject({ spentUsd: "1.00", resetsAt: midnight(1) });
    await site.request("POST", "/v1/operator/clock/advance", {
      token: site.operatorToken,
      body: { seconds: 86_400 },
    });
    expect((await call("GET")).body).toMatchObject({ spentUsd: "0.00", resetsAt: midnight(2) });
  });

  test("QUO-3 a month resets on the first day of the next, also over a year's end", async () => {
    await call("PUT", { period: "month", limitUsd: "5" });
    const at = await now();
    const next = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
    expect((await call("GET")).body.resetsAt).toBe(next.toISOString());
  });
});

test("AUD-1 the log says what was set", async () => {
  await call("PUT", { period: "month", limitUsd: "25" });
  const { body } = await site.request(
    "GET",
    `/v1/organizations/${site.organizationId}/audit-events?action=putQuota&workspaceId=${workspace}`,
    { token: admin.token },
  );
  expect(body.items).toMatchObject([
    { scope: "Workspace", details: { period: "month", limitUsd: "25.00", enforceOnStart: false } },
  ]);
});
