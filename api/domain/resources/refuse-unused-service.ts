import { remedy } from "@aifactory/sdk/policy";
import { sql } from "drizzle-orm";
import type { ReadContext } from "#domain/context.ts";
import { refusal } from "#domain/access/refusal.ts";
import type { ResourceKind } from "./resource-view.ts";

/**
 * ORG-4: a Service that is enabled nowhere in the Workspace, and of which nothing lives there, is not visible to its
 * people. The Owner, who would enable it, sees an empty list. Throws `service_not_enabled`.
 */
export async function refuseUnusedService(
  { site, authorization: { target, role, access } }: ReadContext,
  service: ResourceKind,
): Promise<void> {
  const services = access?.subject.services ?? "*";
  if (role === "Owner" || services === "*" || (services[service]?.length ?? 0) > 0) return;
  const { rows } = await site.database.read.execute<{ used: boolean }>(sql`
    select exists (select from resources where organization_id = ${target.organizationId} and workspace_id = ${target.id}
        and kind = ${service} and deleted_at is null)
      or (${service} = 'container' and exists (select from volumes where organization_id = ${target.organizationId}
        and workspace_id = ${target.id} and kind = 'volume' and deleted_at is null)) as used`);
  if (rows[0]!.used) return;
  throw refusal(
    "service_not_enabled",
    `The Service "${service}" is not enabled in this Workspace. Ask the Owner to enable it.`,
    { service, layer: "service", remedy: remedy({ ask: "Owner" }) },
  );
}
