import { expect, test } from "vitest";
import { newId } from "#domain/ids.ts";
import { listCreditHistory, type EntryKey } from "./list-credit-history.ts";
import { presentEntry } from "#domain/wallet/present-entry.ts";
import { settleTopUp } from "#domain/billing/credit/settle-top-up.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { gpuRun, RATES, reportRun } from "#domain/billing/testing/world.ts";
import { readUsage } from "./read-usage.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const HOUR = 60_000_000n; // One unit of currency a minute.

const read = (scene: Scene, limit = 50, before: EntryKey | null = null) =>
  scene.at(NOW, (tx) =>
    listCreditHistory(tx, { organizationId: scene.organization.organizationId, limit, before }),
  );

test("WAL-6 a charge is explained: what ran, which minutes, price, source, balance after", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const [workspaceId] = scene.organization.workspaceIds;
  const voucher = await scene.grant(NOW, 2_500_000n, {
    expiresAt: "2026-06-01T00:00:00Z",
    services: ["notebook"],
  });
  const notebook = await scene.start(NOW, HOUR);
  const volumeId = newId();
  await scene.at(NOW, (tx) =>
    reportRun(tx, {
      ...gpuRun(scene.organization, { resourceId: notebook, startedAt: NOW, pricePerHour: 6_000n }),
      kind: "storage",
      volumeId,
      product: "persistent",
      quantity: 50,
    }),
  );
  await scene.tick("2026-05-04T10:02:00Z");
  const [charge, grant] = await read(scene);
  expect(grant).toMatchObject({
    kind: "grant",
    amount: 2_500_000n,
    balanceAfter: { plans: 0n, vouchers: 2_500_000n, topUp: 0n },
    minutes: null,
    lines: [],
    uses: [],
    credit: { id: voucher.id, kind: "voucher", services: ["notebook"], original: null },
  });
  const source = { source: "voucher", creditId: voucher.id, workspaceId, service: "notebook" };
  expect(charge).toMatchObject({
    kind: "charge",
    amount: -2_000_200n,
    balanceAfter: { plans: 0n, vouchers: 499_800n, topUp: 0n },
    minutes: { from: new Date(NOW), to: new Date("2026-05-04T10:02:00Z") },
    lines: [
      { ...source, kind: "gpu", amount: 2_000_000n },
      { ...source, kind: "storage", amount: 200n },
    ],
  });
  expect(charge!.uses).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        subjectId: notebook,
        kind: "gpu",
        product: "h100-1",
        quantity: 1,
        pricePerHour: HOUR,
        from: new Date(NOW),
        minutes: 2,
        amount: 2_000_000n,
      }),
      expect.objectContaining({
        subjectId: volumeId,
        kind: "storage",
        quantity: 50,
        minutes: 2,
        amount: 200n,
      }),
    ]),
  );
});

test("WAL-6 a correction names its run and the minutes it gives back; an expiry its credit", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const voucher = await scene.grant(NOW, 9_000_000n, { expiresAt: "2026-05-04T10:06:00Z" });
  const resource = await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T10:04:00Z");
  await scene.stop(resource, "2026-05-04T10:01:00Z", "2026-05-04T10:04:30Z");
  await scene.tick("2026-05-04T10:06:00Z");
  const [expiry, correction] = await read(scene);
  expect(expiry).toMatchObject({
    kind: "expiry",
    amount: -8_000_000n,
    minutes: null,
    credit: { id: voucher.id },
  });
  expect(correction).toMatchObject({
    kind: "correction",
    amount: 3_000_000n,
    lines: [{ source: "voucher", creditId: voucher.id, amount: -3_000_000n }],
    uses: [
      {
        subjectId: resource,
        from: new Date("2026-05-04T10:01:00Z"),
        minutes: 3,
        amount: -3_000_000n,
      },
    ],
  });
});

test("WAL-4 WAL-6 fixing another currency is one entry: what there was, and what it became", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const { organizationId } = scene.organization;
  await scene.grant(NOW, 2_500_000n, { expiresAt: "2026-06-01T00:00:00Z" });
  await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T10:01:00Z");
  await scene.at("2026-05-04T10:01:00Z", (tx) =>
    settleTopUp(tx, {
      organizationId,
      amount: 3_000_000_000n,
      currency: "JPY",
      rates: RATES,
      key: "payment",
    }),
  );
  const [topUp, conversion, charge] = await read(scene);
  expect(conversion).toMatchObject({
    kind: "conversion",
    currency: "JPY",
    amount: 232_500_000n,
    former: { amount: 1_500_000n, currency: "USD" },
    balanceAfter: { vouchers: 232_500_000n },
  });
  expect(presentEntry(conversion!).description).toBe(
    "The Wallet's currency was fixed: 1.50 USD became 232.50 JPY",
  );
  expect(presentEntry(topUp!)).toMatchObject({
    kind: "grant",
    amount: { amount: "3000.00", currency: "JPY" },
    balanceAfter: { amount: "3232.50", currency: "JPY" },
  });
  expect(presentEntry(charge!)).toMatchObject({
    amount: { amount: "-1.00", currency: "USD" },
    resources: [{ pricePerHour: { amount: "60.00", currency: "USD" } }],
  });
});

test("WAL-6 in every charge and correction, what ran adds up to what was paid", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  await scene.grant(NOW, 4_444_444n, { expiresAt: "2026-06-01T00:00:00Z" });
  const first = await scene.start(NOW, 61_000_001n);
  await scene.start("2026-05-04T10:00:30Z", 7n, { service: "container" });
  for (const minute of [1, 2, 5, 6]) await scene.tick(`2026-05-04T10:0${minute}:00Z`);
  await scene.stop(first, "2026-05-04T10:03:00Z", "2026-05-04T10:06:10Z");
  await scene.start("2026-05-04T10:02:30Z", 59n, { reportedAt: "2026-05-04T10:06:20Z" });
  await scene.tick("2026-05-04T10:08:00Z");
  const entries = (await read(scene)).filter((entry) => entry.uses.length > 0);
  expect(entries.length).toBeGreaterThan(5);
  const sum = (items: { amount: bigint }[]) =>
    items.reduce((total, { amount }) => total + amount, 0n);
  for (const entry of entries) {
    expect(sum(entry.uses)).toBe(-entry.amount);
    expect(sum(entry.lines)).toBe(-entry.amount);
  }
});

test("WAL-6 pages follow one another without gap or repetition, also when entries are added meanwhile", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  await scene.start(NOW, HOUR);
  for (let minute = 1; minute <= 9; minute += 1) await scene.tick(`2026-05-04T10:0${minute}:00Z`);
  const seen: bigint[] = [];
  let before: EntryKey | null = null;
  for (;;) {
    const entries = await read(scene, 2, before);
    if (entries.length === 0) break;
    seen.push(...entries.map((entry) => entry.seq));
    before = entries.at(-1)!;
    await scene.tick(`2026-05-04T10:1${seen.length}:00Z`);
  }
  expect(seen).toEqual([9n, 8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n]);
});

test("BIL-2 usage of successive ranges adds up to that of the whole", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const [workspaceId] = scene.organization.workspaceIds as [string];
  const { organizationId } = scene.organization;
  const resource = await scene.start("2026-05-04T10:00:30Z", 100n, { priceUsdPerHour: 61n });
  await scene.stop(resource, "2026-05-04T10:40:10Z");
  await scene.tick("2026-05-04T10:50:00Z");
  const usage = (from: string, to: string) =>
    scene.at(NOW, (tx) =>
      readUsage(tx, {
        organizationId,
        workspaceId,
        from: new Date(from),
        to: new Date(to),
        grouping: { by: "resource" },
      }),
    );
  const middle = "2026-05-04T10:13:00Z";
  const [whole] = await usage(NOW, "2026-05-05T00:00:00Z");
  const [[before], [after]] = [
    await usage(NOW, middle),
    await usage(middle, "2026-05-05T00:00:00Z"),
  ];
  expect(whole).toEqual({
    group: resource,
    name: null,
    groupKind: "notebook",
    kind: "gpu",
    currency: "USD",
    minutes: 41,
    amount: (100n * 41n) / 60n,
    amountUsd: (61n * 41n) / 60n,
  });
  expect(before!.amount + after!.amount).toBe(whole!.amount);
  expect(before!.amountUsd + after!.amountUsd).toBe(whole!.amountUsd);
  expect(await usage("2026-05-04T11:00:00Z", "2026-05-05T00:00:00Z")).toEqual([]);
});

test("BIL-2 usage of all time that can be written is what there is", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const [workspaceId] = scene.organization.workspaceIds;
  await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T10:02:00Z");
  const range = { from: new Date("0001-01-01T00:00:00Z"), to: new Date("9999-12-31T23:59:59Z") };
  const usage = await scene.at(NOW, (tx) =>
    readUsage(tx, {
      organizationId: scene.organization.organizationId,
      workspaceId: workspaceId!,
      grouping: { by: "resource" },
      ...range,
    }),
  );
  expect(usage).toMatchObject([{ minutes: 2, amount: 2_000_000n }]);
});
