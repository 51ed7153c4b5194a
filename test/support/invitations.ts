import type { TestSite } from "./site.ts";

const CODE = /aifinv_[A-Za-z0-9_-]{43}/;

/** The code in a mail. */
export function codeIn(text: string): string {
  const code = CODE.exec(text)?.[0];
  if (code === undefined) throw new Error(`no code in: ${text}`);
  return code;
}

/** The code of an invitation whose mail waits to be sent. */
export async function codeOf({ testDatabase }: TestSite, email: string): Promise<string> {
  const { rows } = await testDatabase.database.pool.query<{ body: string }>(
    "select body from mails where recipient = $1 and body is not null order by id desc limit 1",
    [email],
  );
  if (rows[0] === undefined) throw new Error(`no mail waits for ${email}`);
  return codeIn(rows[0].body);
}
