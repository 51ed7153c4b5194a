import pg from "pg";
import type { BenchSite } from "./site.ts";

const CONNECTIONS = [1, 2, 4, 8, 16, 32, 64] as const;

const SETUP = `
  create table bench_accounts (id integer primary key, balance bigint not null) with (fillfactor = 50);
  create table bench_transfers (id bigint generated always as identity primary key, run integer, minute integer);
  create table bench_transfer_rows (transfer bigint, account integer, amount bigint);
  insert into bench_accounts select n, 0 from generate_series(0, 2 * 10000 - 1) n;`;

// The Wallet's account has an even number, that of the Organization's revenue the next one: nobody shares a hot row.
const TRANSFER = `
  with transfer as (
    insert into bench_transfers (run, minute) values ($1, $2) returning id
  ), entered as (
    insert into bench_transfer_rows
    select id, $3::integer, -$4::bigint from transfer union all select id, $3 + 1, $4 from transfer
  )
  update bench_accounts set balance = balance + case id when $3 then -$4 else $4 end where id in ($3, $3 + 1)`;

/**
 * Charges a second of a general-purpose ledger in the same database, at each number of connections: a transaction for each
 * resource and minute, as one prepared statement that adds a transfer, its debit and credit, and moves two balances.
 */
export async function transfers(
  { owner, url }: BenchSite,
  seconds: number,
): Promise<Record<number, number>> {
  await owner.query(SETUP);
  const clients = Array.from(
    { length: Math.max(...CONNECTIONS) },
    () => new pg.Client({ connectionString: url }),
  );
  await owner.query("grant all on bench_accounts, bench_transfers, bench_transfer_rows to public");
  try {
    for (const client of clients) await client.connect();
    const perSecond: Record<number, number> = {};
    for (const connections of CONNECTIONS)
      perSecond[connections] = await rate(clients.slice(0, connections), seconds);
    return perSecond;
  } finally {
    for (const client of clients) await client.end();
  }
}

async function rate(clients: pg.Client[], seconds: number): Promise<number> {
  let charges = 0;
  const start = performance.now();
  const charge = async (client: pg.Client, at: number) => {
    for (let n = at; performance.now() - start < seconds * 1000; n += clients.length) {
      const account = 2 * ((n * 7919) % 10_000);
      await client.query({ name: "transfer", text: TRANSFER, values: [n, n, account, 49_833] });
      charges += 1;
    }
  };
  await Promise.all(clients.map(charge));
  return (charges * 1000) / (performance.now() - start);
}
