import { mails } from "#db/schema/mails.ts";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { oneLine } from "./one-line.ts";

export interface MailRequest {
  /** Names what the mail is for, for good: `invitation:<id>`. A second mail for the same cause is not written. */
  cause: string;
  /** Null for what belongs to none. */
  organizationId: string | null;
  to: string;
  subject: string;
  text: string;
}

/**
 * Writes a mail in the caller's transaction, for the worker to send: each cause is told once (AUD-3). Callers ask
 * `site.mail` first; answers whether the mail is new.
 */
export async function enqueueMail(
  tx: Tx,
  { cause, organizationId, to, subject, text }: MailRequest,
): Promise<boolean> {
  const [written] = await tx.db
    .insert(mails)
    .values({
      id: newId(),
      cause,
      organizationId,
      recipient: to,
      subject: oneLine(subject),
      body: text,
      createdAt: tx.now,
    })
    .onConflictDoNothing({ target: mails.cause })
    .returning({ id: mails.id });
  if (written === undefined) return false;
  const tenant = organizationId === null ? {} : { organizationId };
  enqueue(tx, { kind: "mail", key: written.id, ...tenant });
  return true;
}
