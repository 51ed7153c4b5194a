import { paginate, type CreditEntry } from "@aifactory/sdk";
import { line } from "./print.ts";
import type { Made } from "./resources.ts";
import type { Stage } from "./story.ts";

/**
 * Prints every interval that was charged, from the audit log and the credit history, and the history itself. Lines
 * that begin with `interval` and `charged` hold all that is needed to work the amounts out by hand.
 */
export async function printCharges({ owner, organizationId }: Stage, _made: Made): Promise<void> {
  const entries: CreditEntry[] = [];
  for await (const entry of paginate(owner.listCreditHistory, { path: { organizationId } }))
    entries.push(entry);

  const charged = new Map<
    string,
    { description: string; from: string; minutes: number; micros: bigint; price: string }
  >();
  for (const { resources } of entries.toReversed()) {
    for (const share of resources) {
      const key = `${share.resourceId} ${share.kind}`;
      const known = charged.get(key);
      const product = share.kind === "gpu" ? share.flavor! : `${share.sizeGib} GiB`;
      charged.set(key, {
        description: `${share.resourceId} ${share.kind} ${product}`,
        from: known?.from ?? share.fromMinute,
        minutes: (known?.minutes ?? 0) + share.minutes,
        micros: (known?.micros ?? 0n) + micros(share.amount.amount),
        price: share.pricePerHour.amount,
      });
    }
  }
  for (const { description, from, minutes, price, micros: amount } of charged.values()) {
    line(
      `charged ${description}: ${minutes} minutes from ${from} at ${price} USD/h = ${decimal(amount)} USD`,
    );
  }
  for (const entry of entries.toReversed()) {
    if (entry.kind !== "charge")
      line(`${entry.at} ${entry.kind} ${entry.amount.amount} USD: ${entry.description}`);
  }
  const total = entries
    .filter((entry) => entry.kind === "charge")
    .reduce((sum, entry) => sum + micros(entry.amount.amount), 0n);
  const { total: left } = await owner.getWallet({ path: { organizationId } });
  line(
    `total ${decimal(total)} USD in ${entries.length} entries; the Wallet holds ${left.amount} USD`,
  );
}

function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.replace("-", "").split(".");
  const value = BigInt(whole!) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return amount.startsWith("-") ? -value : value;
}

function decimal(value: bigint): string {
  const magnitude = value < 0n ? -value : value;
  return `${value < 0n ? "-" : ""}${magnitude / 1_000_000n}.${String(magnitude % 1_000_000n).padStart(6, "0")}`;
}
