import type { EnabledServices, NamedPolicy } from "@aifactory/sdk/policy";
import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { publicId } from "#domain/ids.ts";
import type { PolicyRow } from "./present-policy.ts";

/** A saved Policy, as far as decisions and their comparison need it. */
export type SavedPolicy = Pick<PolicyRow, "id" | "name" | "description" | "statements">;

/** A principal with its identity policies in a Workspace, by name. */
export interface MemberAccess {
  readonly userId: string;
  /** null: no member, but identity policies wait for a return. */
  readonly role: "Admin" | "Member" | null;
  readonly identityPolicies: readonly NamedPolicy[];
}

/** What decides in a Workspace: its Services, its boundary by name, and who has identity policies. */
export interface WorkspaceAccess {
  readonly id: string;
  readonly name: string;
  readonly services: EnabledServices;
  readonly boundaries: readonly NamedPolicy[];
  readonly members: readonly MemberAccess[];
}

/** What to read; keys are of the database. */
interface Wanted {
  readonly workspaceIds?: readonly string[];
  readonly principalIds?: readonly string[];
  readonly policyIds?: readonly string[];
  /** Policies by name; also the Workspaces where they are attached, and all who have identity policies there. */
  readonly policyNames?: readonly string[];
  /** Looks into these Workspaces only; null into all. */
  readonly within?: readonly string[] | null;
}

/** What was saved at one moment. */
export interface SavedAccess {
  readonly ownerId: string;
  /** By name. */
  readonly workspaces: readonly WorkspaceAccess[];
  /** Those asked for, and all that are attached in these Workspaces. */
  readonly policies: readonly SavedPolicy[];
}

interface Row extends Record<string, unknown> {
  owner_id: string;
  policies: SavedPolicy[];
  workspaces: {
    id: string;
    name: string;
    services: EnabledServices;
    boundary: string[];
    members: {
      id: string;
      kind: "user" | "serviceAccount";
      role: "Admin" | "Member" | null;
      policies: string[];
    }[];
  }[];
}

/** Reads all that decides in some living Workspaces in one statement, so that it was true at one moment. */
export async function readAccess(
  db: NodePgDatabase,
  organizationId: string,
  wanted: Wanted,
): Promise<SavedAccess> {
  const { rows } = await db.execute<Row>(statementFor(organizationId, wanted));
  const { owner_id, policies, workspaces } = rows[0]!;
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const named = (ids: readonly string[]) => ids.map((id) => byId.get(id)!);
  return {
    ownerId: publicId("user", owner_id),
    policies,
    workspaces: workspaces.map(({ boundary, members, ...workspace }) => ({
      ...workspace,
      boundaries: named(boundary),
      members: members.map((member) => ({
        userId: publicId(member.kind, member.id),
        role: member.role,
        identityPolicies: named(member.policies),
      })),
    })),
  };
}

function statementFor(organizationId: string, wanted: Wanted) {
  const keys = (ids: readonly string[] = []) => sql`any(${sql.param(ids)}::uuid[])`;
  const names = sql`any(${sql.param(wanted.policyNames ?? [])}::text[])`;
  const within =
    wanted.within === null || wanted.within === undefined
      ? sql`true`
      : sql`w.id = ${keys(wanted.within)}`;
  return sql`
    with asked as (
      select id from policies where organization_id = ${organizationId} and name = ${names}
    ), chosen as (
      select w.id, w.name from workspaces w
      where w.organization_id = ${organizationId} and w.deleted_at is null and ${within}
        and (w.id = ${keys(wanted.workspaceIds)}
          or exists (select from boundary_attachments a join asked on asked.id = a.policy_id where a.workspace_id = w.id)
          or exists (select from identity_attachments a join asked on asked.id = a.policy_id where a.workspace_id = w.id))
    ), boundary as (
      select a.workspace_id, a.policy_id, p.name from boundary_attachments a join policies p on p.id = a.policy_id
      where a.organization_id = ${organizationId} and a.workspace_id in (select id from chosen)
    ), identity as (
      select a.workspace_id, a.principal_id, a.policy_id, p.name
      from identity_attachments a join policies p on p.id = a.policy_id
      where a.organization_id = ${organizationId} and a.workspace_id in (select id from chosen)
    ), services as (
      select s.workspace_id, json_object_agg(s.service, s.regions) as enabled from workspace_services s
      where s.organization_id = ${organizationId} and s.workspace_id in (select id from chosen) group by 1
    ), holders as (
      select workspace_id, principal_id from identity
      union select m.workspace_id, m.principal_id from memberships m
      where m.organization_id = ${organizationId} and m.workspace_id in (select id from chosen)
        and m.principal_id = ${keys(wanted.principalIds)}
    ), members as (
      select h.workspace_id, json_agg(json_build_object('id', h.principal_id, 'kind', p.kind, 'role', m.role,
          'policies', coalesce(i.policies, '[]')) order by h.principal_id) as found
      from holders h join principals p on p.id = h.principal_id
      left join memberships m on m.workspace_id = h.workspace_id and m.principal_id = h.principal_id
      left join (select workspace_id, principal_id, json_agg(policy_id order by name) as policies
        from identity group by 1, 2) i
        on i.workspace_id = h.workspace_id and i.principal_id = h.principal_id
      group by 1
    ), boundaries as (
      select workspace_id, json_agg(policy_id order by name) as policies from boundary group by 1
    )
    select owner_id,
      (select coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'services', coalesce(s.enabled, '{}'),
          'boundary', coalesce(b.policies, '[]'), 'members', coalesce(m.found, '[]')) order by c.name), '[]')
       from chosen c left join services s on s.workspace_id = c.id left join boundaries b on b.workspace_id = c.id
       left join members m on m.workspace_id = c.id) as workspaces,
      (select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'description', p.description,
          'statements', p.statements)), '[]')
       from policies p where p.organization_id = ${organizationId}
         and (p.id in (select id from asked) or p.id = ${keys(wanted.policyIds)}
           or p.id in (select policy_id from boundary) or p.id in (select policy_id from identity))) as policies
    from organizations where id = ${organizationId}`;
}
