import { sql } from "drizzle-orm";
import { check, pgTable, text, unique } from "drizzle-orm/pg-core";
import { id, moment } from "./columns.ts";

/** The outbox: mails written in the transaction of their cause, and sent by the worker (AUD-3). */
export const mails = pgTable(
  "mails",
  {
    id: id().primaryKey(),
    /** Names what the mail is for: each cause is told once. */
    cause: text("cause").notNull(),
    organizationId: id("organization_id"),
    recipient: text("recipient").notNull(),
    subject: text("subject").notNull(),
    /** Erased when sent: it may carry a secret. */
    body: text("body"),
    createdAt: moment("created_at").notNull(),
    sentAt: moment("sent_at"),
  },
  (t) => [
    unique("mails_cause").on(t.cause),
    check("mails_body_until_sent", sql`(sent_at is null) = (body is not null)`),
  ],
);
