import pg from "pg";
import type { BenchSite } from "./site.ts";

const CONNECTIONS = [1, 2, 4, 8, 16, 32, 64] as const;
const SAMPLE = 100_000;

/**
 * Who is credited. Such ledgers have an account for what each product of the catalogue earns, by Service and region, which
 * the charges of all Organizations share; or, idealised, each Organization's revenue is an account of its own.
 */
export type Revenue = "ofProducts" | "ofOrganizations";

/** Charges a second by number of connections. */
export type Rates = Readonly<Record<number, number>>;

const SETUP = `
  create table bench_accounts (id integer primary key, balance bigint not null) with (fillfactor = 50);
  create table bench_transfers (id bigint generated always as identity primary key, run uuid, minute integer);
  create table bench_transfer_rows (transfer bigint, account integer, amount bigint);
  create table bench_charges as
    select r.id as run, dense_rank() over (order by organization_id)::integer as wallet,
      dense_rank() over (order by service, region, product)::integer as product, price_per_hour / 60 as amount
    from usage_runs r;
  insert into bench_accounts select n, 0 from generate_series(1, (select 2 * max(wallet) + max(product) from bench_charges)) n;
  grant all on bench_accounts, bench_transfers, bench_transfer_rows to public;
  analyze bench_accounts;`;

// Wallets are locked first, and what is shared as late as can be: its account has the higher number.
const TRANSFER = `
  with transfer as (
    insert into bench_transfers (run, minute) values ($1, $2) returning id
  ), entered as (
    insert into bench_transfer_rows
    select id, $3::integer, -$5::bigint from transfer union all select id, $4, $5 from transfer
  )
  update bench_accounts set balance = balance + case id when $3 then -$5 else $5 end where id in ($3, $4)`;

interface Charge {
  run: string;
  wallet: number;
  product: number;
  amount: string;
}

/**
 * Charges a second of a general-purpose ledger in the same database, for the site's own runs in random order, at each number
 * of connections: a transaction for each resource and minute, as one prepared statement that adds a transfer, its debit
 * and credit, and moves two balances.
 */
export async function transfers(
  { owner, url }: BenchSite,
  seconds: number,
): Promise<Record<Revenue, Rates>> {
  await owner.query(SETUP);
  const { rows: charges } = await owner.query<Charge>(
    "select * from bench_charges order by md5(run::text) limit $1",
    [SAMPLE],
  );
  const { rows } = await owner.query<{ wallets: number; products: number }>(
    "select max(wallet) as wallets, max(product) as products from bench_charges",
  );
  const { wallets, products } = rows[0]!;
  const accountOf = {
    ofProducts: ({ product }: Charge) => wallets + product,
    ofOrganizations: ({ wallet }: Charge) => wallets + products + wallet,
  };
  const clients = Array.from(
    { length: Math.max(...CONNECTIONS) },
    () => new pg.Client({ connectionString: url }),
  );
  const measure = async (revenue: Revenue) => {
    const perSecond: Record<number, number> = {};
    for (const connections of CONNECTIONS) {
      const used = clients.slice(0, connections);
      perSecond[connections] = await rate(used, seconds, charges, accountOf[revenue]);
    }
    return perSecond;
  };
  try {
    for (const client of clients) await client.connect();
    return {
      ofProducts: await measure("ofProducts"),
      ofOrganizations: await measure("ofOrganizations"),
    };
  } finally {
    for (const client of clients) await client.end();
  }
}

async function rate(
  clients: pg.Client[],
  seconds: number,
  charges: Charge[],
  accountOf: (charge: Charge) => number,
): Promise<number> {
  let done = 0;
  const start = performance.now();
  const transfer = async (client: pg.Client, at: number) => {
    for (let n = at; performance.now() - start < seconds * 1000; n += clients.length) {
      const charge = charges[n % charges.length]!;
      const values = [charge.run, n, charge.wallet, accountOf(charge), charge.amount];
      await client.query({ name: "transfer", text: TRANSFER, values });
      done += 1;
    }
  };
  await Promise.all(clients.map(transfer));
  return (done * 1000) / (performance.now() - start);
}
