import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { mails } from "#db/schema/mails.ts";
import { withSystem } from "#db/tenant.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { MailerUnavailable, type Mailer } from "#ports/mailer.ts";

export interface MailDependencies {
  readonly database: Database;
  /** Null where the site has none: mails wait for a replica, or a next start, that has. */
  readonly mailer: Mailer | null;
}

/**
 * Sends one mail and erases its text. Between the mailer's answer and our commit a crash makes it be sent again, under
 * the same id.
 */
export function sendMail({ database, mailer }: MailDependencies): WorkHandler {
  return async ({ key: id }) => {
    const [mail] = await database.read
      .select()
      .from(mails)
      .where(and(eq(mails.id, id), isNull(mails.sentAt)));
    if (mail === undefined) return;
    if (mailer === null) throw new MailerUnavailable("SMTP_URL is not set");
    const { recipient: to, subject, body } = mail;
    await mailer.send({ id, to, subject, text: body! });
    await withSystem(database, async ({ db, now }) => {
      await db.update(mails).set({ sentAt: now, body: null }).where(eq(mails.id, id));
    });
  };
}
