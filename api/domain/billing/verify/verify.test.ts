import fc from "fast-check";
import { expect, test } from "vitest";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { history, type Step } from "#domain/billing/testing/history.ts";
import { settleTopUp } from "#domain/billing/credit/settle-top-up.ts";
import { playSteps } from "#domain/billing/testing/play-steps.ts";
import { RATES } from "#domain/billing/testing/world.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { verifyShard, type Difference } from "./verify-shard.ts";

const postgres = testDatabase();
const tampered = testDatabase();
const START = new Date("2026-03-30T21:40:17.250Z");
// Each takes a shard of its own: from the last down, as scenes take theirs from the first up and set its cursor.
const HISTORIES = Math.min(60, Number(process.env["BILLING_HISTORIES"] ?? 15));
let shards = 0;

/** At no moment of a history is anything wrong with the books of its two Organizations. */
async function staysRight(steps: Step[], currency: "USD" | "VND" | "JPY"): Promise<void> {
  const { database } = postgres;
  const shard = 63 - shards++;
  const afterStep = async () => expect(await verifyShard(database, shard)).toEqual([]);
  const currencies = [currency, "USD"] as const;
  await playSteps({ database, shard, now: START, currencies, afterStep }, steps);
}

test(`BIL-2 ${HISTORIES} histories: books that are right never raise an alarm`, async () => {
  const currencies = fc.constantFrom("USD" as const, "VND" as const, "JPY" as const);
  await fc.assert(fc.asyncProperty(history, currencies, staysRight), {
    numRuns: HISTORIES,
    endOnFailure: true,
  });
}, 3_600_000);

test("WAL-4 a transaction that began before others and fixes the currency after them is no difference", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  const { organizationId, shard } = scene.organization;
  const late = await scene.start("2026-05-04T10:00:00Z", 60_000_001n);
  await scene.tick("2026-05-04T10:05:00Z");
  await scene.stop(late, "2026-05-04T10:02:30Z", "2026-05-04T10:05:30Z");
  await scene.tick("2026-05-04T10:06:02Z");
  const services = ["notebook" as const];
  const expiresAt = "2026-06-01T00:00:00Z";
  await scene.grant("2026-05-04T10:06:03Z", 3_000_000n, { currency: "JPY", services, expiresAt });
  await scene.grant("2026-05-04T10:06:04Z", 5_000_000n, { services, expiresAt });
  await scene.at("2026-05-04T10:06:01Z", (tx) =>
    settleTopUp(tx, { organizationId, amount: 9n, currency: "JPY", rates: RATES, key: "first" }),
  );
  expect(await verifyShard(postgres.database, shard)).toEqual([]);
});

// What only the owner of the tables can do, and would have to.
const WITHOUT_TRIGGERS = `do $$ declare each regclass; begin
  for each in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'ledger') and c.relkind in ('r', 'p')
  loop execute format('alter table %s disable trigger user', each); end loop;
end $$`;

/** A scene with every kind of entry, and the statement that spoils its books past all triggers. */
async function spoil(statement: (scene: Scene) => string): Promise<[Difference[], Scene]> {
  const NOW = "2026-05-04T23:30:00Z";
  const scene = await Scene.begin(tampered.database, NOW);
  await scene.grant(NOW, 5_000_000n, { services: ["notebook"], expiresAt: "2026-05-04T23:50:00Z" });
  await scene.grant(NOW, 9_000_000n, { kind: "plan", expiresAt: "2026-05-05T01:00:00Z" });
  await scene.grant(NOW, 70_000_000n, { kind: "topUp" });
  const late = await scene.start(NOW, 60_000_000n);
  await scene.start("2026-05-04T23:31:00Z", 6_100_000n, { service: "container" });
  for (const at of ["04T23:40", "04T23:41", "05T00:05"]) await scene.tick(`2026-05-${at}:00Z`);
  await scene.stop(late, "2026-05-04T23:58:00Z", "2026-05-05T00:05:30Z");
  await scene.tick("2026-05-05T00:10:00Z");
  const { shard } = scene.organization;
  expect(await verifyShard(tampered.database, shard)).toEqual([]);
  await tampered.get().asOwner(`${WITHOUT_TRIGGERS}; ${statement(scene)}`);
  return [await verifyShard(tampered.database, shard), scene];
}

const of = ({ organization }: Scene) => `organization_id = '${organization.organizationId}'`;
const entry = (scene: Scene, kind: string) =>
  `(select seq from ledger_entries where ${of(scene)} and kind = '${kind}' order by seq limit 1)`;

const TAMPERINGS: Record<string, [spoil: (scene: Scene) => string, checks: string[]]> = {
  "the amount of a posting": [
    (scene) =>
      `update ledger_postings set amount = amount + 1 where ${of(scene)} and account = 'charges' and seq = ${entry(scene, "charge")} and service = 'notebook'`,
    ["balance of an entry", "charges of a day", "charges of an entry"],
  ],
  "both sides of a charge, and the balance after it": [
    (scene) =>
      `update ledger_postings set amount = amount + case account when 'charges' then 7 else -7 end
         where ${of(scene)} and seq = (select max(seq) from ledger_entries where ${of(scene)}) and (account <> 'charges' or service = 'container');
       update ledger_entries set plans_after = plans_after - 7 where ${of(scene)} and seq = (select max(seq) from ledger_entries where ${of(scene)})`,
    ["charges of a day", "charges of an entry", "Wallet"],
  ],
  "the source of a charge": [
    (scene) =>
      `update ledger_postings set credit_id = null, account = case account when 'charges' then account else 'topUp' end
         where ${of(scene)} and seq = ${entry(scene, "charge")} and credit_id is not null`,
    ["remaining credit", "balance after an entry", "Wallet"],
  ],
  "a source that may not pay": [
    (scene) =>
      `update ledger_postings set credit_id = (select id from credits where ${of(scene)} and kind = 'voucher')
         where ${of(scene)} and account = 'charges' and service = 'container' and seq = ${entry(scene, "charge")}`,
    ["source of a charge", "balance of an entry"],
  ],
  "a line of the Wallet": [
    (scene) => `update wallets set top_up = top_up + 1 where ${of(scene)}`,
    ["Wallet"],
  ],
  "what remains of a credit": [
    (scene) => `update credits set remaining = remaining + 1 where ${of(scene)} and kind = 'plan'`,
    ["remaining credit"],
  ],
  "what was granted": [
    (scene) => `update credits set amount = amount + 1 where ${of(scene)} and kind = 'topUp'`,
    ["remaining credit"],
  ],
  "what was granted before the currency was fixed": [
    (scene) =>
      `update credits set original_amount = amount + 1, original_currency = 'USD', rate = 25400
         where ${of(scene)} and kind = 'plan';
       insert into currency_fixings (organization_id, from_currency, to_currency, rate, fixed_at, minute)
         select organization_id, 'USD', 'VND', 25400, now(), 0 from wallets where ${of(scene)}`,
    ["remaining credit"],
  ],
  "a Quota counter": [
    (scene) =>
      `update quota_counters set spent_usd_micros = spent_usd_micros - 1 where ${of(scene)} and day = '2026-05-05'`,
    ["Quota counter"],
  ],
  "a missing Quota counter": [
    (scene) => `delete from quota_counters where ${of(scene)} and day = '2026-05-04'`,
    ["Quota counter"],
  ],
  "a missing entry": [
    (scene) =>
      `delete from ledger_postings where ${of(scene)} and seq = ${entry(scene, "charge")};
       delete from ledger_entries where ${of(scene)} and seq = ${entry(scene, "charge")}`,
    ["entry number", "charges of a day", "Wallet"],
  ],
  "a missing entry whose postings stay": [
    (scene) => `delete from ledger_entries where ${of(scene)} and seq = ${entry(scene, "charge")}`,
    ["entry number", "balance of an entry"],
  ],
  "a missing correction": [
    (scene) =>
      `delete from ledger_postings where ${of(scene)} and seq = ${entry(scene, "correction")}`,
    ["corrections of a run", "shares of an entry", "balance after an entry"],
  ],
  "a doubled entry": [
    (scene) =>
      `insert into ledger_postings select organization_id, at + interval '1 ms', seq, account, currency, workspace_id, service, kind, credit_id, amount
         from ledger_postings where ${of(scene)} and seq = ${entry(scene, "charge")};
       insert into ledger_entries (organization_id, at, seq, kind, from_minute, to_minute, currency, plans_after, vouchers_after, top_up_after)
         select organization_id, at + interval '1 ms', seq, kind, from_minute, to_minute, currency, plans_after, vouchers_after, top_up_after
         from ledger_entries where ${of(scene)} and seq = ${entry(scene, "charge")}`,
    ["entry number", "minutes of a charge", "charges of a day", "balance after an entry"],
  ],
  "a share of a run": [
    (scene) => `update run_shares set amount = amount + 1 where ${of(scene)}`,
    ["shares of an entry"],
  ],
  "a late report that was forgotten": [
    (scene) => `delete from late_windows where ${of(scene)}`,
    ["corrections of a run", "minutes of a run", "Quota counter"],
  ],
  "the price of a run": [
    (scene) =>
      `update usage_runs set price_per_hour = price_per_hour * 2 where ${of(scene)} and service = 'container'`,
    ["charges of a day"],
  ],
  "the minutes of a run": [
    (scene) =>
      `update usage_runs set tick_from = tick_from + 1 where ${of(scene)} and service = 'container'`,
    ["minutes of a run", "charges of a day", "Quota counter"],
  ],
};

test.each(Object.entries(TAMPERINGS))("WAL-6 found and named: %s", async (_, [tamper, checks]) => {
  const [differences, scene] = await spoil(tamper);
  expect(differences.map(({ check }) => check)).toEqual(expect.arrayContaining(checks));
  for (const difference of differences) {
    expect(difference.organizationId).toBe(scene.organization.organizationId);
    expect(difference.expected).not.toBe(difference.found);
  }
});

test("WAL-6 a difference says where, what was expected and what was found", async () => {
  const [differences] = await spoil(
    (scene) => `update wallets set vouchers = vouchers + 3 where ${of(scene)}`,
  );
  expect(differences).toEqual([
    expect.objectContaining({ check: "Wallet", place: "vouchers", expected: "0", found: "3" }),
  ]);
});

test("WAL-6 the whole ledger is verified shard by shard while ticks go on", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  await scene.start("2026-05-04T10:00:00Z", 60_000_000n);
  const ticking = new AbortController();
  const ticks = (async () => {
    for (let minute = 1; !ticking.signal.aborted; minute += 1)
      await scene.tick(new Date(Date.UTC(2026, 4, 4, 10, minute)).toISOString());
  })();
  const found: Difference[] = [];
  try {
    for (let round = 0; round < 3; round += 1)
      await verifyLedger(postgres.database, (difference) => found.push(difference));
  } finally {
    ticking.abort();
    await ticks;
  }
  expect(found).toEqual([]);
});
