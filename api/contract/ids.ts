import { z } from "@hono/zod-openapi";

/** Prefixes of public ids (TypeID: prefix, underscore, base32 of a UUIDv7). */
export const ID_PREFIXES = {
  organization: "org",
  workspace: "ws",
  user: "usr",
  serviceAccount: "sa",
  token: "tok",
  invitation: "inv",
  policy: "pol",
  template: "tmpl",
  notebook: "nb",
  container: "ctr",
  volume: "vol",
  voucher: "vch",
  plan: "plan",
  auditEvent: "evt",
  resourceEvent: "rev",
  ledgerEntry: "txn",
  usageRun: "run",
  credit: "crd",
  notice: "ntc",
  balanceAlert: "alrt",
  failure: "fail",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const SUFFIX = "[0-7][0-9a-hjkmnp-tv-z]{25}";

/** An id of one of the kinds, as a string. */
export function idSchema(...kinds: [IdKind, ...IdKind[]]) {
  const prefixes = kinds.map((kind) => ID_PREFIXES[kind]);
  const shown = prefixes.map((prefix) => `${prefix}_…`).join(" or ");
  return z
    .string()
    .regex(new RegExp(`^(${prefixes.join("|")})_${SUFFIX}$`), `must be an id such as ${shown}`)
    .openapi({ example: `${prefixes[0]}_01jd0000000000000000000000` });
}
