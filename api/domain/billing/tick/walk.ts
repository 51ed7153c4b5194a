/** A source of credit while charges are walked through; micro-units. */
export interface Source {
  id: string;
  kind: "plan" | "voucher";
  services: string[] | null;
  remaining: bigint;
  /** Its remainder has been taken off the Wallet's line already. */
  lapsed: boolean;
  fromMinute: number;
  untilMinute: number;
}

/** Part of a charge, and the source that paid it: null is top-up. */
export interface Share {
  source: Source | null;
  amount: bigint;
}

/**
 * Pays one charge of a Service from `sources`, which are in the order of WAL-1 and WAL-2 and lose what they pay. Credit
 * that does not fit is passed over; what no credit covers falls to top-up, which alone goes negative (WAL-3).
 */
export function pay(sources: Source[], service: string, amount: bigint): Share[] {
  const shares: Share[] = [];
  let due = amount;
  for (const source of sources) {
    if (due === 0n) break;
    if (source.remaining === 0n || (source.services && !source.services.includes(service)))
      continue;
    const paid = source.remaining < due ? source.remaining : due;
    source.remaining -= paid;
    due -= paid;
    shares.push({ source, amount: paid });
  }
  if (due > 0n) shares.push({ source: null, amount: due });
  return shares;
}
