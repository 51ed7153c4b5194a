import { sql, type SQL } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { Service, TargetKind } from "@aifactory/sdk/policy";

/** What an operation is done to, as far as the decision about it needs to know. */
export interface Target {
  readonly kind: Exclude<TargetKind, "site" | "self" | "operator">;
  readonly id: string;
  readonly organizationId: string;
  readonly accessVersion: string;
  /** Absent for what belongs to the Organization as a whole. */
  readonly workspaceId: string | null;
  readonly workspaceName: string | null;
  readonly ownerId: string | null;
  readonly region: string | null;
  readonly service: Service | null;
  /** Of deleted resources, which answer 410 to those who could read them (RES-1). */
  readonly deletedAt: Date | null;
  readonly replacedBy: string | null;
}

type Row = Omit<Target, "kind" | "id">;

const NOTHING = sql`null::uuid as "ownerId", null::text as region, null::text as service, null::timestamptz as "deletedAt", null::uuid as "replacedBy"`;

const LOCATE: Record<Target["kind"], (id: string) => SQL> = {
  organization: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", null::uuid as "workspaceId", null::text as "workspaceName", ${NOTHING}
    from organizations o where o.id = ${id}`,
  workspace: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", w.id as "workspaceId", w.name as "workspaceName", ${NOTHING}
    from workspaces w join organizations o on o.id = w.organization_id where w.id = ${id} and w.deleted_at is null`,
  policy: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", null::uuid as "workspaceId", null::text as "workspaceName", ${NOTHING}
    from policies p join organizations o on o.id = p.organization_id where p.id = ${id}`,
  serviceAccount: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", null::uuid as "workspaceId", null::text as "workspaceName", ${NOTHING}
    from principals p join organizations o on o.id = p.organization_id
    where p.id = ${id} and p.kind = 'serviceAccount' and p.disabled_at is null`,
  template: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", t.workspace_id as "workspaceId", w.name as "workspaceName",
      t.owner_id as "ownerId", null::text as region, null::text as service, null::timestamptz as "deletedAt", null::uuid as "replacedBy"
    from workspace_templates t join organizations o on o.id = t.organization_id join workspaces w on w.id = t.workspace_id
    where t.id = ${id} and w.deleted_at is null`,
  notebook: (id) => resource(id, "notebook"),
  container: (id) => resource(id, "container"),
  volume: (id) => sql`
    select o.id as "organizationId", o.access_version as "accessVersion", v.workspace_id as "workspaceId", w.name as "workspaceName",
      v.owner_id as "ownerId", v.region, 'container' as service, v.deleted_at as "deletedAt", null::uuid as "replacedBy"
    from volumes v join organizations o on o.id = v.organization_id join workspaces w on w.id = v.workspace_id where v.id = ${id} and v.kind = 'volume'`,
};

function resource(id: string, kind: "notebook" | "container"): SQL {
  return sql`
    select o.id as "organizationId", o.access_version as "accessVersion", r.workspace_id as "workspaceId", w.name as "workspaceName",
      r.owner_id as "ownerId", r.region, r.kind as service, r.deleted_at as "deletedAt", r.replaced_by as "replacedBy"
    from resources r join organizations o on o.id = r.organization_id join workspaces w on w.id = r.workspace_id where r.id = ${id} and r.kind = ${kind}`;
}

/** Finds what an id names, its tenant, and the version of access there, in one statement. Null when there is nothing. */
export async function locateTarget(
  database: Database,
  kind: Target["kind"],
  id: string,
): Promise<Target | null> {
  const { rows } = await database.read.execute<Row & Record<string, unknown>>(LOCATE[kind](id));
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...(row as Row),
    kind,
    id,
    // Raw statements through drizzle bring timestamps as text.
    deletedAt: row.deletedAt === null ? null : new Date(row.deletedAt as unknown as string),
  };
}
