import type { Database } from "#db/database.ts";
import { hashSecret, newSecret } from "#domain/principals/secrets.ts";
import { SESSION_SECONDS } from "./lifetimes.ts";

/** Turns the code of a link into the secret of a cookie, once; null where there is no such code at this resource. */
export async function redeemLink(
  { pool }: Database,
  { resourceId, code }: { resourceId: string; code: string },
): Promise<string | null> {
  const secret = newSecret("");
  const { rowCount } = await pool.query(
    `update access_sessions set code_hash = null, cookie_hash = $3,
       expires_at = clock_timestamp() + make_interval(secs => $4)
     where code_hash = $1 and resource_id = $2 and expires_at > clock_timestamp()`,
    [hashSecret(code), resourceId, hashSecret(secret), SESSION_SECONDS],
  );
  return rowCount === 1 ? secret : null;
}
