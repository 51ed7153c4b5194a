import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";
import {
  at,
  gpuRun,
  setCursor,
  tickAt,
  type TestOrganization,
  reportRun,
} from "#domain/billing/testing/world.ts";
import { closeRun } from "#domain/billing/runs/close-run.ts";
import { grantCredit } from "#domain/billing/credit/grant-credit.ts";
import { parseAmount } from "#domain/billing/units/money.ts";
import { RATES } from "#domain/billing/testing/world.ts";
import { keyOf, newId } from "#domain/ids.ts";

let site: TestSite;
let organization: TestOrganization;
const T0 = new Date("2026-03-01T21:00:00.000Z");
const after = (minutes: number) => new Date(T0.getTime() + minutes * 60_000);

beforeAll(async () => {
  site = await startTestSite();
  const { database } = site.site;
  const workspaceId = keyOf(await site.createWorkspace({ name: "=cmd|' /C calc'!A0" }));
  const organizationId = keyOf(site.organizationId);
  const { rows } = await database.pool.query("select shard from organizations where id = $1", [
    organizationId,
  ]);
  organization = {
    organizationId,
    shard: rows[0].shard,
    currency: "USD",
    workspaceIds: [workspaceId],
  };
  // The Wallet is as old as its history.
  await database.pool.query("update wallets set created_at = $1, last_entry_at = $1", [T0]);
  await setCursor(database, organization.shard, T0);
  await play();
});
afterAll(() => site?.stop());

const tx = <T>(minute: number, work: Parameters<typeof at<T>>[2]) =>
  at(site.site.database, after(minute), work);

/** Two days of charges on three sources, a correction, an expiry and a late minute paid by what had expired. */
async function play(): Promise<void> {
  const { database } = site.site;
  const { organizationId, shard } = organization;
  const grant = (amount: bigint, more: object) =>
    tx(0, (t) =>
      grantCredit(t, {
        organizationId,
        kind: "voucher",
        amount,
        currency: "USD",
        rates: RATES,
        ...more,
      }),
    );
  await grant(3_333_333n, { services: ["notebook"], expiresAt: after(1000) });
  await grant(100_000_000_000n, { currency: "JPY", expiresAt: after(120) });
  await grant(9_000_000n, { kind: "topUp" });
  const start = (minute: number, run: object) =>
    tx(minute, (t) =>
      reportRun(t, {
        ...gpuRun(organization, {
          resourceId: newId(),
          startedAt: after(minute),
          pricePerHour: 61_000_001n,
        }),
        ...run,
      }),
    );
  const stopped = newId();
  await start(0, { resourceId: stopped });
  await start(1, { service: "container", pricePerHour: 7_000_003n });
  await start(1, { kind: "storage", volumeId: newId(), resourceId: null, pricePerHour: 59n });
  for (const minute of [5, 60, 130, 190, 300]) await tickAt(database, shard, after(minute));
  await tx(301, (t) =>
    closeRun(t, { shard, kind: "gpu", subjectId: stopped, endedAt: after(250) }),
  );
  await tx(302, (t) =>
    reportRun(t, {
      ...gpuRun(organization, {
        resourceId: newId(),
        startedAt: after(30),
        pricePerHour: 777_777n,
      }),
      service: "container",
      endedAt: after(110),
    }),
  );
  for (const minute of [303, 310]) await tickAt(database, shard, after(minute));
}

async function download(query = "") {
  const response = await fetch(
    `${site.url}/v1/organizations/${site.organizationId}/credit-history.csv${query}`,
    { headers: { authorization: `Bearer ${site.ownerToken}` } },
  );
  const text = await response.text();
  const [header, ...rows] = parse(text);
  const lines = rows.map((row) =>
    Object.fromEntries(header!.map((name, index) => [name, row[index]!])),
  );
  return { response, text, lines: lines as Record<string, string>[] };
}

/** RFC 4180, and nothing else. */
function parse(text: string): string[][] {
  expect(text.endsWith("\r\n")).toBe(true);
  const rows: string[][] = [];
  for (const line of text.slice(0, -2).split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
    rows.push(cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""));
  }
  return rows;
}

const sum = (lines: Record<string, string>[]) =>
  lines.reduce((total, line) => total + parseAmount(line["amount"]!), 0n);

test("WAL-6 the lines of the CSV add up to the ledger exactly, and so do those of each kind", async () => {
  const { lines } = await download();
  const { rows } = await site.site.database.pool.query<{ account: string; sum: bigint }>(
    `select case when account in ('plans', 'vouchers', 'topUp') then 'wallet' else account end as account,
       sum(amount)::bigint as sum from ledger_postings where organization_id = $1 group by 1`,
    [organization.organizationId],
  );
  const ledger = Object.fromEntries(rows.map(({ account, sum: amount }) => [account, amount]));
  const of = (type: string) => lines.filter((line) => line["type"] === type);
  expect(sum(lines)).toBe(ledger["wallet"]);
  expect(sum(of("usage"))).toBe(-ledger["charges"]!);
  expect(sum(of("grant"))).toBe(-ledger["grants"]!);
  expect(sum(of("expiry"))).toBe(-ledger["expired"]!);
  expect(ledger["expired"]).toBeGreaterThan(0n);
});

test("WAL-6 there is one line for each resource, source and UTC day, each explained", async () => {
  const { lines } = await download();
  const usage = lines.filter((line) => line["type"] === "usage");
  const keys = usage.map(
    (line) => `${line["resourceId"]} ${line["source"]} ${line["creditId"]} ${line["day"]}`,
  );
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(usage.map((line) => line["day"]))).toEqual(new Set(["2026-03-01", "2026-03-02"]));
  const scoped = usage.find((line) => line["reason"]!.includes("scoped to notebook"))!;
  expect(scoped).toMatchObject({
    kind: "gpu",
    source: "voucher",
    product: "h100-1",
    pricePerHour: "61.000001",
    firstMinute: "2026-03-01T21:00:00.000Z",
    lastMinute: "2026-03-01T21:03:00.000Z",
    minutes: "4",
    amount: "-3.333332",
    corrected: "0.00",
  });
  const corrected = usage.filter((line) => line["corrected"] !== "0.00");
  expect(corrected.length).toBeGreaterThan(1);
  const converted = usage.find((line) => line["rate"] !== "");
  expect(converted).toMatchObject({ source: "voucher" });
  const last = usage.find((line) => line["day"] === "2026-03-02" && line["corrected"] === "0.00");
  const { rows } = await site.site.database.pool.query(
    "select plans + vouchers + top_up as total from wallets where organization_id = $1",
    [organization.organizationId],
  );
  expect(parseAmount(last!["balanceAfter"]!)).toBe(rows[0].total);
});

test("WAL-6 names that a spreadsheet would run are texts, and the answer is a file", async () => {
  const { response, text } = await download();
  expect(text).toContain(",'=cmd|' /C calc'!A0,");
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="credit-history-[\d-]+\.csv"$/,
  );
});

test("WAL-6 ranges that follow one another add up to the whole; filters keep what they name", async () => {
  const { lines: whole } = await download();
  const middle = after(97).toISOString();
  const [{ lines: before }, { lines: later }] = [
    await download(`?to=${middle}`),
    await download(`?from=${middle}`),
  ];
  expect(sum(before) + sum(later)).toBe(sum(whole));
  const { lines: container } = await download("?service=container");
  expect(container.length).toBeGreaterThan(0);
  expect(sum(container)).toBe(sum(whole.filter((line) => line["service"] === "container")));
  const { lines: topUp } = await download("?source=topUp");
  expect(sum(topUp)).toBe(sum(whole.filter((line) => line["source"] === "topUp")));
  const { resourceId } = container[0]!;
  const { lines: one } = await download(`?resourceId=${resourceId}`);
  expect(one).toEqual(whole.filter((line) => line["resourceId"] === resourceId));
});

test("AUD-1 an export is an event of the audit log, told before the first byte", async () => {
  await download("?source=plan");
  const { body } = await site.request(
    "GET",
    `/v1/organizations/${site.organizationId}/audit-events?action=exportCreditHistory&limit=1`,
    { token: site.ownerToken },
  );
  expect(body.items[0]).toMatchObject({
    scope: "Billing",
    outcome: "SUCCESS",
    details: { source: "plan" },
  });
});

test("WAL-6 the JSON history shows what matches, by time, kind, Service and source", async () => {
  const list = async (query: string) =>
    (
      await site.request(
        "GET",
        `/v1/organizations/${site.organizationId}/credit-history?${query}`,
        {
          token: site.ownerToken,
        },
      )
    ).body.items as {
      kind: string;
      at: string;
      lines: Record<string, string>[];
      resources: object[];
    }[];
  const kinds = async (query: string) => new Set((await list(query)).map((entry) => entry.kind));
  expect(await kinds("kind=correction")).toEqual(new Set(["correction"]));
  expect(await kinds("source=topUp")).toEqual(new Set(["charge", "correction", "grant"]));
  const containers = await list("service=container");
  expect(containers.length).toBeGreaterThan(0);
  for (const { lines } of containers) {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line["service"] === "container")).toBe(true);
  }
  const [grant] = await list(`to=${after(1).toISOString()}&kind=grant`);
  expect(grant!.at).toBe(T0.toISOString());
  expect(await list(`from=${after(400).toISOString()}`)).toEqual([]);
  const [charge] = await list("kind=charge&limit=1");
  expect(charge!.resources[0]).toMatchObject({ runId: expect.stringMatching(/^run_/) });
  expect(charge!.lines[0]).toMatchObject({ reason: expect.stringContaining("top-up") });
});
