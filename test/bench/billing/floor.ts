import { measured } from "./steps.ts";
import type { BenchSite } from "./site.ts";

/** The table that the floor adds to: nothing but its rows. */
export async function prepareFloor({ owner }: BenchSite): Promise<void> {
  await owner.query(
    "create table bench_floor (organization_id uuid, service text, product text, minute integer, cost numeric)",
  );
}

/**
 * The least that charging can be: one statement reads the open runs, sums per Organization and product of a Service, and
 * inserts the rows, of which there are as many as the tick's postings. No credit, no Wallet, no rounding, no index. By
 * the plan that the product's settings give, or one that hashes in as much memory as it likes.
 */
export async function floor(site: BenchSite, plan: "usual" | "hashed"): Promise<number> {
  const { owner } = site;
  if (plan === "hashed") await owner.query(HASHED);
  const { seconds } = await measured(site, () => owner.query(FLOOR));
  await owner.query("reset all");
  return seconds;
}

const HASHED = `
  set work_mem = '256MB';
  set enable_sort = off;
  set enable_incremental_sort = off;`;

const FLOOR = `
  insert into bench_floor
  select organization_id, service, product, (select min(cursor_minute) from shard_cursors), sum(price_per_hour)
  from usage_runs where tick_until = 2147483647
  group by organization_id, service, product`;
