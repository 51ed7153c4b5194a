import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { bytes, id, moment } from "./columns.ts";

/** People (ID-2: issuer and subject) and service accounts (ID-4: of one Organization). */
export const principals = pgTable(
  "principals",
  {
    id: id().primaryKey(),
    kind: text("kind").$type<"user" | "serviceAccount">().notNull(),
    issuer: text("issuer"),
    subject: text("subject"),
    email: text("email"),
    emailVerified: boolean("email_verified").notNull().default(false),
    name: text("name").notNull(),
    /** Service accounts only. */
    organizationId: id("organization_id"),
    createdAt: moment("created_at").notNull(),
    disabledAt: moment("disabled_at"),
  },
  (t) => [
    unique("principals_issuer_subject").on(t.issuer, t.subject),
    index("principals_organization").on(t.organizationId),
    uniqueIndex("principals_service_account_name")
      .on(t.organizationId, t.name)
      .where(sql`kind = 'serviceAccount' and disabled_at is null`),
    check(
      "principals_kind",
      sql`(kind = 'user' and issuer is not null and subject is not null and organization_id is null)
        or (kind = 'serviceAccount' and issuer is null and subject is null and organization_id is not null)`,
    ),
  ],
);

/** API tokens (ID-3); only the SHA-256 of the secret is kept. Their times are machine time. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: id().primaryKey(),
    principalId: id("principal_id").notNull(),
    name: text("name").notNull(),
    hash: bytes("hash").notNull().unique(),
    readOnly: boolean("read_only").notNull().default(false),
    /** When set, the token works in this Workspace only. */
    workspaceId: id("workspace_id"),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    revokedAt: moment("revoked_at"),
    lastUsedAt: moment("last_used_at"),
  },
  (t) => [
    index("api_tokens_principal").on(t.principalId),
    foreignKey({ columns: [t.principalId], foreignColumns: [principals.id] }),
  ],
);
