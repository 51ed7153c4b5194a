import type { Service } from "@aifactory/sdk/policy";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import { publicId } from "#domain/ids.ts";

/** A source of credit, as far as its rank depends on it. */
export interface RankedSource {
  source: CreditKind;
  voucherId: string | null;
  services: Service[] | null;
  expiresAt: Date | null;
}

/** Why this source paid and no other: its place in the order of consumption (WAL-1, WAL-2), in a sentence. */
export function explainSource({ source, voucherId, services, expiresAt }: RankedSource): string {
  if (source === "topUp") return "top-up: no plan credit or voucher that fits had anything left";
  const name = voucherId === null ? "plan credit" : `voucher ${publicId("voucher", voucherId)}`;
  const scope = services === null ? "for every Service" : `scoped to ${services.join(", ")}`;
  const end = expiresAt === null ? "never expires" : `expires ${expiresAt.toISOString()}`;
  const before = source === "plan" ? "before vouchers and top-up" : "before top-up";
  return `${name}: ${scope}, ${end}; consumed ${before}, scoped first, then the earliest expiry`;
}
