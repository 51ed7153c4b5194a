import { and, eq, isNull } from "drizzle-orm";
import { mails } from "#db/schema/mails.ts";
import type { Tx } from "#db/tenant.ts";

/** Takes back a mail that has not been sent: its cause is no more. One that is on its way arrives all the same. */
export async function withdrawMail(tx: Tx, cause: string): Promise<void> {
  await tx.db.delete(mails).where(and(eq(mails.cause, cause), isNull(mails.sentAt)));
}
