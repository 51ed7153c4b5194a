/**
 * The order in which fitting credit is consumed (WAL-1, WAL-2), as an ORDER BY over `credits` aliased `c`: plans, then
 * vouchers; scoped before general, then earliest expiry, then oldest. Top-up comes last and is not a row of it.
 */
export const CREDIT_ORDER = `(c.kind = 'plan') desc, (c.services is not null) desc, c.expires_at nulls last,
  c.starts_at, c.id`;
