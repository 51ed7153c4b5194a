import { sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, uniqueIndex } from "drizzle-orm/pg-core";
import { bytes, id, moment } from "./columns.ts";
import { apiTokens, principals } from "./principals.ts";
import { resources } from "./resources.ts";

/**
 * Sessions of people at the address of one resource (RES-6): first a link that works once, then a browser's cookie; of either
 * only the SHA-256 is kept. Their times are machine time.
 */
export const accessSessions = pgTable(
  "access_sessions",
  {
    id: id().primaryKey(),
    organizationId: id("organization_id").notNull(),
    workspaceId: id("workspace_id").notNull(),
    resourceId: id("resource_id").notNull(),
    principalId: id("principal_id").notNull(),
    /** The API token that it was made by, with which it ends. */
    tokenId: id("token_id"),
    codeHash: bytes("code_hash"),
    cookieHash: bytes("cookie_hash"),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [
    uniqueIndex("access_sessions_code").on(t.codeHash),
    uniqueIndex("access_sessions_cookie").on(t.cookieHash),
    index("access_sessions_resource").on(t.resourceId),
    foreignKey({
      columns: [t.organizationId, t.workspaceId, t.resourceId],
      foreignColumns: [resources.organizationId, resources.workspaceId, resources.id],
    }),
    foreignKey({ columns: [t.principalId], foreignColumns: [principals.id] }),
    foreignKey({ columns: [t.tokenId], foreignColumns: [apiTokens.id] }),
    check("access_sessions_one_secret", sql`(code_hash is null) <> (cookie_hash is null)`),
  ],
);
