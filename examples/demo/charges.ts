import { paginate, type ChargedResource } from "@aifactory/sdk";
import { decimal, micros } from "./money.ts";
import { line } from "./print.ts";
import type { Stage } from "./story.ts";

/** Millionths, as the credit history has them. */
export interface Charges {
  /** Of a flavor or a size, such as `gpu h100-sxm5-1`. */
  of(what: string): bigint;
  total: bigint;
}

interface Charged {
  first: ChargedResource;
  minutes: number;
  micros: bigint;
}

/** Prints what the credit history says that every resource used, and the total, to the millionth (WAL-6). */
export async function printCharges({ owner, organizationId }: Stage): Promise<Charges> {
  const charged = new Map<string, Charged>();
  let total = 0n;
  const history = await Array.fromAsync(
    paginate(owner.listCreditHistory, { path: { organizationId } }),
  );
  for (const entry of history.toReversed()) {
    // What was seen after its minute had been charged is corrected in the next one.
    if (/^(charge|correction)$/.test(entry.kind)) total -= micros(entry.amount.amount);
    else line(`${entry.kind} ${entry.amount.amount} USD: ${entry.description}`);
    for (const share of entry.resources) add(charged, share);
  }
  for (const { first, minutes, micros: amount } of charged.values()) {
    const price = first.pricePerHour.amount;
    line(
      `charged ${first.resourceId} ${whatOf(first)}: ${minutes} minutes from ${first.fromMinute} at ${price} USD/h = ${decimal(amount)} USD`,
    );
  }
  const wallet = await owner.getWallet({ path: { organizationId } });
  line(`total charged ${decimal(total)} USD; the Wallet holds ${wallet.total.amount} USD`);
  return {
    total,
    of: (what) =>
      [...charged.values()]
        .filter(({ first }) => whatOf(first) === what)
        .reduce((sum, it) => sum + it.micros, 0n),
  };
}

const whatOf = ({ kind, flavor, sizeGib }: ChargedResource): string =>
  kind === "gpu" ? `gpu ${flavor}` : `storage ${sizeGib} GiB`;

function add(charged: Map<string, Charged>, share: ChargedResource): void {
  const key = `${share.resourceId} ${share.kind}`;
  const known = charged.get(key) ?? { first: share, minutes: 0, micros: 0n };
  known.minutes += share.minutes;
  known.micros += micros(share.amount.amount);
  charged.set(key, known);
}
