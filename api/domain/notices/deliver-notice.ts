import { eq } from "drizzle-orm";
import { notices } from "#db/schema/notices.ts";
import { organizations, workspaces } from "#db/schema/organizations.ts";
import { withSystem, type Tx } from "#db/tenant.ts";
import { enqueueMail } from "#domain/mail/enqueue-mail.ts";
import { oneLine } from "#domain/mail/one-line.ts";
import type { MailDependencies } from "#domain/mail/send-mail.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { addressesOf, type NoticeRow } from "./addresses-of.ts";
import type { Told } from "./notice.ts";
import { noticeText } from "./notice-text.ts";

/**
 * Hands a notice to its channels. Mails go into the outbox, one for each address and notice, however often this runs; a site
 * that sends none has the API's list alone: what was not sent would be stale by the time it is.
 */
export function deliverNotice({ database, mailer }: MailDependencies): WorkHandler {
  return async ({ key: id }) => {
    if (mailer === null) return;
    await withSystem(database, async (tx) => {
      const [row] = await tx.db.select().from(notices).where(eq(notices.id, id));
      if (row !== undefined) await mail(tx, row);
    });
  };
}

async function mail(tx: Tx, row: NoticeRow): Promise<void> {
  const { subject, text } = noticeText(row as unknown as Told);
  const lines = [text, "", ...(await placeOf(tx, row)), `Time: ${row.at.toISOString()}`, ""];
  for (const to of await addressesOf(tx, row)) {
    await enqueueMail(tx, {
      cause: `notice:${row.id}:${to}`,
      organizationId: row.organizationId,
      to,
      subject,
      text: lines.join("\n"),
    });
  }
}

async function placeOf({ db }: Tx, row: NoticeRow): Promise<string[]> {
  const [place] = await db
    .select({ organization: organizations.name, workspace: workspaces.name })
    .from(organizations)
    .leftJoin(workspaces, eq(workspaces.id, row.workspaceId ?? row.organizationId))
    .where(eq(organizations.id, row.organizationId));
  const { organization, workspace } = place!;
  return [
    `Organization: ${oneLine(organization)}`,
    ...(workspace === null ? [] : [`Workspace: ${oneLine(workspace)}`]),
  ];
}
