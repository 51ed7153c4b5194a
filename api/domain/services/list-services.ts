import { and, eq } from "drizzle-orm";
import { SERVICES } from "@aifactory/sdk/policy";
import { workspaceServices } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { presentService } from "./present-service.ts";

/** The Owner sees every Service, others those that are enabled (ORG-4). */
export async function listServices({ site, authorization: { target, standing } }: ReadContext) {
  const rows = await site.database.read
    .select()
    .from(workspaceServices)
    .where(
      and(
        eq(workspaceServices.organizationId, target.organizationId),
        eq(workspaceServices.workspaceId, target.id),
      ),
    );
  const enabled = new Map(rows.map((row) => [row.service, row.regions]));
  return {
    items: SERVICES.filter((service) => standing.owner || enabled.has(service)).map((service) =>
      presentService(service, enabled.get(service) ?? null),
    ),
    nextCursor: null,
  };
}
