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

/** A target as a path names it. */
export type NamedTarget = Pick<Target, "kind" | "id">;

/** What a read shows of its target: found in the statement that finds caller and target, kept back until it is allowed. */
export interface Shown<View> {
  /** Names the statement. */
  readonly name: string;
  /** SQL of one JSON value; `id` is a placeholder. */
  readonly select: (id: string) => string;
  readonly parse: (json: unknown) => View;
}

/** What the statement of `selectTarget` finds, as JSON. */
export type TargetRow = Omit<Target, "kind" | "id" | "deletedAt"> & { deletedAt: string | null };

const FACTS = {
  workspaceId: "null",
  workspaceName: "null",
  ownerId: "null",
  region: "null",
  service: "null",
  deletedAt: "null",
  replacedBy: "null",
};

const IN_WORKSPACE = { workspaceId: "w.id", workspaceName: "w.name" };

/** Of each kind the facts that are not null, and where the row `x` of the id is found with its Organization `o`. */
const KINDS: Record<Target["kind"], { facts: Partial<typeof FACTS>; from: string }> = {
  organization: {
    facts: {},
    from: "organizations x join organizations o on o.id = x.id where true",
  },
  workspace: {
    facts: IN_WORKSPACE,
    from: `workspaces x join organizations o on o.id = x.organization_id join workspaces w on w.id = x.id
      where w.deleted_at is null`,
  },
  policy: {
    facts: {},
    from: "policies x join organizations o on o.id = x.organization_id where true",
  },
  serviceAccount: {
    facts: {},
    from: `principals x join organizations o on o.id = x.organization_id
      where x.kind = 'serviceAccount' and x.disabled_at is null`,
  },
  invitation: {
    facts: IN_WORKSPACE,
    from: inWorkspace("invitations", "w.deleted_at is null"),
  },
  template: {
    facts: { ...IN_WORKSPACE, ownerId: "x.owner_id" },
    from: inWorkspace("workspace_templates", "w.deleted_at is null"),
  },
  notebook: resource("notebook"),
  container: resource("container"),
  volume: {
    facts: {
      ...IN_WORKSPACE,
      ownerId: "x.owner_id",
      region: "x.region",
      service: "'container'",
      deletedAt: "x.deleted_at",
    },
    from: inWorkspace("volumes", "x.kind = 'volume'"),
  },
};

function resource(kind: "notebook" | "container") {
  return {
    facts: {
      ...IN_WORKSPACE,
      ownerId: "x.owner_id",
      region: "x.region",
      service: "x.kind",
      deletedAt: "x.deleted_at",
      replacedBy: "x.replaced_by",
    },
    from: inWorkspace("resources", `x.kind = '${kind}'`),
  };
}

function inWorkspace(table: string, condition: string): string {
  return `${table} x join organizations o on o.id = x.organization_id join workspaces w on w.id = x.workspace_id
    where ${condition}`;
}

/** A statement that finds what an id names, its tenant, and the version of access there; `id` is a placeholder. */
export function selectTarget(kind: Target["kind"], id: string): string {
  const facts = Object.entries({
    organizationId: "o.id",
    accessVersion: "o.access_version::text",
    ...FACTS,
    ...KINDS[kind].facts,
  }).map(([name, value]) => `'${name}', ${value}`);
  return `select json_build_object(${facts.join(", ")}) from ${KINDS[kind].from} and x.id = ${id}`;
}

export function toTarget(named: NamedTarget, row: TargetRow): Target {
  const deletedAt = row.deletedAt === null ? null : new Date(row.deletedAt);
  return { ...row, ...named, deletedAt };
}

const NAMES: Partial<Record<Target["kind"], string>> = { serviceAccount: "service account" };

/** What prose calls a target. */
export function nameOf(kind: Target["kind"]): string {
  return NAMES[kind] ?? kind;
}
