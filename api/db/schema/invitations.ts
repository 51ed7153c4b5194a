import { sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, text, unique, uniqueIndex } from "drizzle-orm/pg-core";
import { bytes, id, moment } from "./columns.ts";
import { workspaces } from "./organizations.ts";
import { principals } from "./principals.ts";

/** Invitations to a Workspace (ORG-5); of the code only the SHA-256 is kept. Their times are site time. */
export const invitations = pgTable(
  "invitations",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    email: text("email").notNull(),
    role: text("role").$type<"Admin" | "Member">().notNull(),
    codeHash: bytes("code_hash").notNull(),
    invitedBy: id("invited_by")
      .notNull()
      .references(() => principals.id),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    acceptedAt: moment("accepted_at"),
    acceptedBy: id("accepted_by").references(() => principals.id),
    revokedAt: moment("revoked_at"),
  },
  (t) => [
    unique("invitations_code_hash").on(t.codeHash),
    uniqueIndex("invitations_pending")
      .on(t.workspaceId, sql`lower(${t.email})`)
      .where(sql`accepted_at is null and revoked_at is null`),
    index("invitations_workspace").on(t.workspaceId, t.id),
    foreignKey({
      columns: [t.organizationId, t.workspaceId],
      foreignColumns: [workspaces.organizationId, workspaces.id],
    }),
    check("invitations_role", sql`role in ('Admin', 'Member')`),
    check("invitations_accepted", sql`(accepted_at is null) = (accepted_by is null)`),
    check("invitations_ended_once", sql`accepted_at is null or revoked_at is null`),
  ],
);
