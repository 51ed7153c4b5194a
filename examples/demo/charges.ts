import { paginate, type ChargedResource } from "@aifactory/sdk";
import { line } from "./print.ts";
import type { Stage } from "./story.ts";

interface Charged {
  first: ChargedResource;
  minutes: number;
  micros: bigint;
}

/** Prints what the credit history says that every resource used, and the total, to the millionth (WAL-6). */
export async function printCharges({ owner, organizationId }: Stage): Promise<void> {
  const charged = new Map<string, Charged>();
  let total = 0n;
  const history = await Array.fromAsync(
    paginate(owner.listCreditHistory, { path: { organizationId } }),
  );
  for (const entry of history.toReversed()) {
    if (entry.kind === "charge") total += micros(entry.amount.amount);
    else line(`${entry.kind} ${entry.amount.amount} USD: ${entry.description}`);
    for (const share of entry.resources) add(charged, share);
  }
  for (const { first, minutes, micros: amount } of charged.values()) {
    const what = first.kind === "gpu" ? `gpu ${first.flavor}` : `storage ${first.sizeGib} GiB`;
    const price = first.pricePerHour.amount;
    line(
      `charged ${first.resourceId} ${what}: ${minutes} minutes from ${first.fromMinute} at ${price} USD/h = ${decimal(amount)} USD`,
    );
  }
  const wallet = await owner.getWallet({ path: { organizationId } });
  line(`total charged ${decimal(-total)} USD; the Wallet holds ${wallet.total.amount} USD`);
}

function add(charged: Map<string, Charged>, share: ChargedResource): void {
  const key = `${share.resourceId} ${share.kind}`;
  const known = charged.get(key) ?? { first: share, minutes: 0, micros: 0n };
  known.minutes += share.minutes;
  known.micros += micros(share.amount.amount);
  charged.set(key, known);
}

function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.replace("-", "").split(".");
  const value = BigInt(whole! + fraction.padEnd(6, "0"));
  return amount.startsWith("-") ? -value : value;
}

function decimal(value: bigint): string {
  const digits = value.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
