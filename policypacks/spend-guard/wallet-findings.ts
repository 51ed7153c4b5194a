import type { Finding } from "@aifactory/policy-kit";
import { parseAmount, type Wallet } from "@aifactory/sdk";
import { sumOf, type Cost } from "./costs.ts";
import type { Facts } from "./facts.ts";
import { assumed, money } from "./words.ts";

/** Whether the Wallet covers the program for some hours: what each Service could spend, and all of them together (BIL-4, BIL-8). */
export function walletFindings(
  wallet: Wallet,
  costs: readonly Cost[],
  facts: Facts,
  hours: number,
  urn: string | undefined,
): Finding[] {
  const { currency, available, total } = wallet;
  const over = (what: string, mine: readonly Cost[], has: string): Finding[] => {
    if (mine.length === 0) return [];
    const { perHour, assumptions } = sumOf(mine, facts, currency);
    const needed = perHour * BigInt(hours);
    if (needed <= parseAmount(has)) return [];
    const time = hours === 1 ? "an hour" : `${hours} hours`;
    const message =
      `OVER THE BALANCE – ${what}: ${time} would cost an estimated ${money(needed, currency)}, and the Wallet has ${has} ${currency} for it. ` +
      `Top up, redeem a voucher that fits, or choose smaller flavors.${assumed(assumptions)}`;
    return [{ message, urn }];
  };
  const ofServices = (["notebook", "container"] as const).flatMap((service) => {
    const mine = costs.filter(({ item }) => item.service === service);
    return over(`${service}s`, mine, available[service].amount);
  });
  // What is too much for one Service needs no second finding for all of them.
  return ofServices.length > 0 ? ofServices : over("all Services together", costs, total.amount);
}
