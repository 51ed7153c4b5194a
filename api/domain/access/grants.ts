import { sql } from "drizzle-orm";
import {
  compileAccess,
  type Access,
  type NamedPolicy,
  type Role,
  type Service,
} from "@aifactory/sdk/policy";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Database } from "#db/database.ts";
import type { Target } from "./target.ts";

/** What a principal is in an Organization: its Owner, or a member of some Workspaces, or nobody. */
export interface Standing {
  readonly owner: boolean;
  readonly workspaces: ReadonlyMap<string, "Admin" | "Member">;
}

/** Where access is asked for, and the version of all that decides it there. */
type Versioned = Pick<Target, "organizationId" | "accessVersion">;

interface Cached<T> {
  readonly version: string;
  readonly value: T;
}

const CACHE_LIMIT = 20_000;

/**
 * Compiled access, cached under the Organization's `access_version`. The version is read with every request, so that
 * no replica ever decides by what was true before a change that has been answered.
 */
export class Grants {
  readonly #database: Database;
  readonly #regions: readonly string[];
  readonly #standings = new Map<string, Cached<Standing>>();
  readonly #accesses = new Map<string, Cached<Access>>();

  constructor(database: Database, regions: readonly string[]) {
    this.#database = database;
    this.#regions = regions;
  }

  /** `db` reads what is not cached, where that is to be within a transaction. */
  async standing(
    principalId: string,
    { organizationId, accessVersion: version }: Versioned,
    db: NodePgDatabase = this.#database.read,
  ): Promise<Standing> {
    const key = `${principalId}:${organizationId}`;
    const cached = this.#standings.get(key);
    if (cached?.version === version) return cached.value;
    const value = await loadStanding(db, principalId, organizationId);
    remember(this.#standings, key, { version, value });
    return value;
  }

  /** What the principal may do in a Workspace, where it holds `role`. */
  async access(
    principalId: string,
    role: Role,
    workspace: Versioned & { readonly id: string },
    db: NodePgDatabase = this.#database.read,
  ): Promise<Access> {
    const { organizationId, accessVersion: version, id } = workspace;
    const key = `${principalId}:${id}`;
    const cached = this.#accesses.get(key);
    if (cached?.version === version && cached.value.subject.role === role) return cached.value;
    const subject = await loadAccess(db, organizationId, id, principalId);
    const value = compileAccess({ role, ...subject, regions: this.#regions });
    remember(this.#accesses, key, { version, value });
    return value;
  }
}

async function loadStanding(
  db: NodePgDatabase,
  principalId: string,
  organizationId: string,
): Promise<Standing> {
  const { rows } = await db.execute<{
    owner: boolean;
    memberships: Record<string, "Admin" | "Member">;
  }>(sql`
    select owner_id = ${principalId} as owner,
      (select coalesce(json_object_agg(m.workspace_id, m.role), '{}')
       from memberships m join workspaces w on w.id = m.workspace_id and w.deleted_at is null
       where m.principal_id = ${principalId} and m.organization_id = o.id) as memberships
    from organizations o where o.id = ${organizationId}`);
  return { owner: rows[0]!.owner, workspaces: new Map(Object.entries(rows[0]!.memberships)) };
}

// Insertion order serves as age: the oldest entry goes first.
function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  cache.delete(key);
  cache.set(key, value);
  if (cache.size > CACHE_LIMIT) cache.delete(cache.keys().next().value!);
}

interface Loaded {
  services: Partial<Record<Service, string[]>>;
  boundaries: NamedPolicy[];
  identityPolicies: NamedPolicy[];
}

/** Reads Services, boundary and identity policies of one membership in one statement. */
async function loadAccess(
  db: NodePgDatabase,
  organizationId: string,
  workspaceId: string,
  principalId: string,
): Promise<Loaded> {
  const { rows } = await db.execute<Loaded & Record<string, unknown>>(sql`
    select
      (select coalesce(json_object_agg(s.service, s.regions), '{}') from workspace_services s
       where s.organization_id = ${organizationId} and s.workspace_id = ${workspaceId}) as services,
      (select coalesce(json_agg(json_build_object('name', p.name, 'statements', p.statements) order by p.name), '[]')
       from boundary_attachments a join policies p on p.id = a.policy_id
       where a.organization_id = ${organizationId} and a.workspace_id = ${workspaceId}) as boundaries,
      (select coalesce(json_agg(json_build_object('name', p.name, 'statements', p.statements) order by p.name), '[]')
       from identity_attachments a join policies p on p.id = a.policy_id
       where a.organization_id = ${organizationId} and a.workspace_id = ${workspaceId} and a.principal_id = ${principalId}) as "identityPolicies"`);
  return rows[0]!;
}
