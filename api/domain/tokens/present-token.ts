import type { apiTokens } from "#db/schema/principals.ts";
import { publicId } from "#domain/ids.ts";

/** An API token as the API shows it, without its secret (ID-3). */
export function presentToken(row: typeof apiTokens.$inferSelect) {
  return {
    id: publicId("token", row.id),
    name: row.name,
    readOnly: row.readOnly,
    workspaceId: row.workspaceId === null ? null : publicId("workspace", row.workspaceId),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** The answer that is kept for replays: the secret is shown once (ID-3). */
export function withoutSecret<T extends { token: string | null }>(issued: T) {
  return { ...issued, token: null, secretAlreadyShown: true };
}
