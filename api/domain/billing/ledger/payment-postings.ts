import type { Service } from "@aifactory/sdk/policy";
import type { Line, Posting } from "./book.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";
import type { Share, Source } from "#domain/billing/tick/walk.ts";

/** What is charged, apart from who pays. */
export interface Charge {
  workspaceId: string;
  service: Service;
  kind: RunKind;
  cost: bigint;
}

/** The account that moves when a source pays: its line, or for lapsed credit what was taken off the line. */
export function accountOf(source: Pick<Source, "kind" | "lapsed"> | null): Line | "expired" {
  if (!source) return "topUp";
  if (source.lapsed) return "expired";
  return source.kind === "plan" ? "plans" : "vouchers";
}

/**
 * The two sides of paid charges: one posting for each Workspace, Service, kind and source, and one for each source
 * (WAL-6). Negative shares give back.
 */
export function paymentPostings(
  currency: Currency,
  paid: { charge: Charge; shares: Share[] }[],
): Posting[] {
  const postings = new Map<string, Posting>();
  const add = (posting: Posting) => {
    const key = [
      posting.account,
      posting.creditId,
      posting.workspaceId,
      posting.service,
      posting.kind,
    ].join(" ");
    const known = postings.get(key);
    if (known) known.amount += posting.amount;
    else postings.set(key, posting);
  };
  for (const { charge, shares } of paid) {
    const { workspaceId, service, kind } = charge;
    for (const { source, amount } of shares) {
      const creditId = source?.id ?? null;
      add({ account: "charges", currency, amount, creditId, workspaceId, service, kind });
      add({ account: accountOf(source), currency, amount: -amount, creditId });
    }
  }
  return [...postings.values()].filter((posting) => posting.amount !== 0n);
}
