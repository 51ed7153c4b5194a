import type { Service } from "@aifactory/sdk/policy";
import { issueVoucher } from "#domain/billing/credit/issue-voucher.ts";
import { formatMoney, parseMoney, type Money } from "#domain/billing/units/money.ts";
import type { OperatorChangeContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";

interface Input {
  amount: Money;
  expiresAt: string;
  services?: Service[] | undefined;
}

/** Issues a voucher code for the operator (PAY-4). */
export async function issueVoucherCode({ tx }: OperatorChangeContext, input: Input) {
  const amount = parseMoney(input.amount);
  const expiresAt = new Date(input.expiresAt);
  if (amount === 0n) refuse("/amount/amount", "must be more than nothing");
  if (expiresAt <= tx.now) refuse("/expiresAt", "must be in the future of site time");
  const services = input.services === undefined ? null : [...new Set(input.services)];
  const { currency } = input.amount;
  const voucher = await issueVoucher(tx, { amount, currency, services, expiresAt });
  return {
    id: publicId("voucher", voucher.id),
    code: voucher.code,
    amount: formatMoney(voucher.amount, voucher.currency),
    services: voucher.services,
    expiresAt: voucher.expiresAt.toISOString(),
  };
}

function refuse(pointer: string, message: string): never {
  throw new InputError([{ pointer, code: "out_of_range", message }]);
}
