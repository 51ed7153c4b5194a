import { randomInt } from "node:crypto";
import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import type { Currency } from "#domain/billing/units/money.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const CODE_LENGTH = 10;

/** A voucher as issued; the amount in micro-units. */
export interface Voucher {
  id: string;
  code: string;
  amount: bigint;
  currency: Currency;
  services: Service[] | null;
  issuedAt: Date;
  expiresAt: Date;
}

/** Issues a voucher with a code that cannot be guessed: ten capital letters and digits (WAL-2, PAY-4). */
export async function issueVoucher(
  tx: Tx,
  input: { amount: bigint; currency: Currency; services?: Service[] | null; expiresAt: Date },
): Promise<Voucher> {
  const voucher: Voucher = {
    id: newId(),
    code: newCode(),
    amount: input.amount,
    currency: input.currency,
    services: input.services ?? null,
    issuedAt: tx.now,
    expiresAt: input.expiresAt,
  };
  await tx.client.query(
    `insert into vouchers (id, code, amount, currency, services, issued_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      voucher.id,
      voucher.code,
      voucher.amount,
      voucher.currency,
      voucher.services,
      voucher.issuedAt,
      voucher.expiresAt,
    ],
  );
  return voucher;
}

function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}
