import { tick } from "#domain/billing/tick/tick.ts";
import type { BenchSite } from "./site.ts";

/** What charging some minutes took. */
export interface Step {
  readonly seconds: number;
  readonly walBytes: number;
  readonly entries: number;
  readonly postings: number;
}

/** Charges the next so many minutes by the worker's own `tick`, as one replica does. */
export async function charge(site: BenchSite, minutes: number): Promise<Step> {
  const { owner, database } = site;
  const cursor = await cursorOf(site);
  const rows = await rowsOf(site);
  await owner.query(
    "update site_clock set offset_ms = ($1 * 60 + 1 - extract(epoch from clock_timestamp())) * 1000",
    [cursor + minutes],
  );
  const { seconds, walBytes } = await measured(site, () => tick(database));
  if ((await cursorOf(site)) !== cursor + minutes)
    throw new Error(`the tick took over a minute, and charged another one: ${seconds} s`);
  const after = await rowsOf(site);
  const [entries, postings] = [after.entries - rows.entries, after.postings - rows.postings];
  return { seconds, walBytes, entries, postings };
}

/** Seconds and bytes of write-ahead log that some work took; nobody else is at work. */
export async function measured(
  { owner }: BenchSite,
  work: () => Promise<unknown>,
): Promise<Pick<Step, "seconds" | "walBytes">> {
  const position = async (since: string) => {
    const { rows } = await owner.query("select pg_current_wal_lsn() - $1::pg_lsn as bytes", [
      since,
    ]);
    return Number(rows[0].bytes);
  };
  const before = await position("0/0");
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, walBytes: (await position("0/0")) - before };
}

/** The minute that every shard has reached; throws where they have not reached the same one. */
async function cursorOf({ owner }: BenchSite): Promise<number> {
  const { rows } = await owner.query("select distinct cursor_minute as minute from shard_cursors");
  if (rows.length !== 1) throw new Error("the shards are at different minutes");
  return rows[0].minute;
}

async function rowsOf({ owner }: BenchSite): Promise<Pick<Step, "entries" | "postings">> {
  const { rows } = await owner.query(
    `select (select count(*) from ledger_entries)::integer as entries,
       (select count(*) from ledger_postings)::integer as postings`,
  );
  return rows[0];
}
