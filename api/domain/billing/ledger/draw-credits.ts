import type { Tx } from "#db/tenant.ts";
import type { Posting } from "./book.ts";

/** Takes from each credit what the postings say it paid, or gives it back. */
export async function drawCredits(tx: Tx, postings: Posting[]): Promise<void> {
  const paid = postings.filter((posting) => posting.account === "charges" && posting.creditId);
  if (paid.length === 0) return;
  await tx.client.query(
    `update credits c set remaining = c.remaining - d.amount
     from (select id, sum(amount)::bigint as amount from unnest($1::uuid[], $2::bigint[]) as p(id, amount) group by id) d
     where c.id = d.id`,
    [paid.map((posting) => posting.creditId), paid.map((posting) => posting.amount)],
  );
}
