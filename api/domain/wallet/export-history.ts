import { withTenant, type TenantTx } from "#db/tenant.ts";
import type { HistoryFilter } from "#domain/billing/reading/history-filter.ts";
import { minuteFrom, minuteOf, minuteStart, nextDay } from "#domain/billing/units/minute.ts";
import { movementLines } from "#domain/billing/reading/movement-lines.ts";
import { nextBookedMinute } from "#domain/billing/ledger/next-booked-minute.ts";
import {
  usageLines,
  type UsageLine,
  type UsageLineKey,
} from "#domain/billing/reading/usage-lines.ts";
import type { ReadContext } from "#domain/context.ts";
import { HEADER, movementRow, usageRow } from "./history-columns.ts";
import { readFilter, type FilterQuery } from "./read-filter.ts";

const PAGE = 1000;

/**
 * The credit history as CSV (WAL-6): a line for each resource, source and UTC day, and one for each other movement. All
 * of it is as of one entry, the latest when it began; no connection is held while the client takes what it got.
 */
export async function exportHistory(ctx: ReadContext, query: FilterQuery) {
  const { organizationId } = ctx.authorization.target;
  const filter = readFilter(query);
  const { name, ...span } = await inOrganization(ctx, (tx) => exportedSpan(tx, filter));
  return {
    filename: `credit-history-${name}.csv`,
    content: lines(ctx, { ...span, organizationId, filter }),
  };
}

interface Span {
  organizationId: string;
  filter: HistoryFilter;
  lastEntry: bigint;
  from: Date;
  to: Date;
}

// With the first of the lines: what fails before is answered as a problem.
async function* lines(ctx: ReadContext, span: Span): AsyncGenerator<string> {
  let header = HEADER;
  for await (const rows of rowsOf(ctx, span)) {
    yield header + rows;
    header = "";
  }
  if (header !== "") yield header;
}

async function* rowsOf(ctx: ReadContext, span: Span): AsyncGenerator<string> {
  const until = minuteFrom(span.to);
  let at: number | null = minuteFrom(span.from);
  while (at !== null && at < until) {
    const to: number = Math.min(until, nextDay(at));
    yield* movements(ctx, span, at, to);
    yield* usage(ctx, span, at, to);
    at = await inOrganization(ctx, (tx) => nextBookedMinute(tx, span.organizationId, to));
  }
}

async function* movements(ctx: ReadContext, span: Span, from: number, to: number) {
  const moved = await inOrganization(ctx, (tx) =>
    movementLines(tx, {
      ...span,
      from: from === minuteFrom(span.from) ? span.from : minuteStart(from),
      to: to === minuteFrom(span.to) ? span.to : minuteStart(to),
    }),
  );
  if (moved.length > 0) yield moved.map(movementRow).join("");
}

async function* usage(ctx: ReadContext, span: Span, from: number, to: number) {
  let after: UsageLineKey | null = null;
  do {
    const key: UsageLineKey | null = after;
    const used: UsageLine[] = await inOrganization(ctx, (tx) =>
      usageLines(tx, { ...span, from, to, after: key, limit: PAGE }),
    );
    if (used.length > 0) yield used.map(usageRow).join("");
    after = used.length < PAGE ? null : used.at(-1)!;
  } while (after !== null);
}

function inOrganization<T>(ctx: ReadContext, read: (tx: TenantTx) => Promise<T>): Promise<T> {
  return withTenant(ctx.site.database, ctx.authorization.target.organizationId, read);
}

// From the Wallet's first day, and to the end of the minute that is, unless less is asked for.
async function exportedSpan(tx: TenantTx, { from, to }: HistoryFilter) {
  const { rows } = await tx.client.query<{ last: bigint; begun: Date }>(
    `select last_entry as last, least(created_at,
       (select minute_start(min(first_minute)) from usage_runs where organization_id = $1)) as begun
     from wallets where organization_id = $1`,
    [tx.organizationId],
  );
  const { last, begun } = rows[0]!;
  const end = minuteStart(minuteOf(tx.now) + 1);
  return {
    name: tx.now.toISOString().slice(0, 10),
    lastEntry: last,
    from: from !== undefined && from > begun ? from : begun,
    to: to !== undefined && to < end ? to : end,
  };
}
