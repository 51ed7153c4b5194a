import { expect } from "vitest";
import { queryAsOwner } from "../../e2e/crash/witness.ts";

interface Deletion {
  at: Date;
  service: string;
  negative_since: string;
  warned: Date[] | null;
}
interface Balance {
  available: string;
  at: Date;
}

const HOUR = 3_600_000;
// Between a transaction's moment and its commit.
const SLACK_MS = 20_000;

const DELETIONS = `
  select d.at, d.facts ->> 'service' as service, d.facts ->> 'negativeSince' as negative_since,
    (select array_agg(w.at order by w.at) from notices w where w.organization_id = d.organization_id
      and w.kind = 'debtWarning' and w.facts ->> 'service' = d.facts ->> 'service'
      and w.facts ->> 'negativeSince' = d.facts ->> 'negativeSince') as warned
  from notices d where d.kind = 'deletedForDebt' and d.organization_id = $1`;

/**
 * BIL-6: whatever was deleted for a debt had been below zero for 24 hours without a break, by every balance that was ever
 * committed; at least three warnings had been recorded, the last of them an hour before.
 */
export async function expectDebtsRight(adminUrl: string, organizationId: string): Promise<void> {
  const read = <T extends object>(sql: string) =>
    queryAsOwner<T & Record<string, unknown>>(
      adminUrl,
      sql.replaceAll("$1", `'${organizationId}'`),
    );
  for (const { at, service, negative_since, warned } of await read<Deletion>(DELETIONS)) {
    const balances = await read<Balance>(
      `select available, at from witness.balances where organization_id = $1 and service = '${service}' order by number`,
    );
    const before = balances.filter((it) => it.at.getTime() <= at.getTime() - SLACK_MS);
    const whole = before.findLastIndex(({ available }) => BigInt(available) >= 0n);
    const since = before[whole + 1];
    expect(since, `${service} was below zero when it was deleted`).toBeDefined();
    expect(at.getTime() - since!.at.getTime()).toBeGreaterThanOrEqual(24 * HOUR - SLACK_MS);
    expect(Date.parse(negative_since)).toBeGreaterThanOrEqual(since!.at.getTime() - SLACK_MS);
    expect(warned!.length).toBeGreaterThanOrEqual(3);
    expect(at.getTime() - warned!.at(-1)!.getTime()).toBeGreaterThanOrEqual(HOUR);
  }
}
