import { and, asc, eq, isNull } from "drizzle-orm";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import type { SelfContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";

interface Held {
  organizationId: string;
  /** Null: the whole Organization. */
  workspaceId: string | null;
  role: "Owner" | "Admin" | "Member";
}

/** Who the caller is, and the roles held; with a token of one Workspace, the role there only (ID-3). */
export async function getMe({ site, actor }: SelfContext) {
  const { read } = site.database;
  const bound = actor.credential.workspaceId;
  const held =
    bound === null
      ? await allHeld(read, actor.principalId)
      : await heldAt(read, actor.principalId, bound);
  return {
    id: publicId(actor.kind, actor.principalId),
    kind: actor.kind,
    name: actor.name,
    email: actor.email,
    memberships: held.map(({ organizationId, workspaceId, role }) => ({
      organizationId: publicId("organization", organizationId),
      workspaceId: workspaceId === null ? null : publicId("workspace", workspaceId),
      role,
    })),
  };
}

type Read = SelfContext["site"]["database"]["read"];

async function allHeld(db: Read, principalId: string): Promise<Held[]> {
  const [owned, joined] = await Promise.all([
    db
      .select({ organizationId: organizations.id })
      .from(organizations)
      .where(eq(organizations.ownerId, principalId))
      .orderBy(asc(organizations.id)),
    db
      .select({
        organizationId: memberships.organizationId,
        workspaceId: memberships.workspaceId,
        role: memberships.role,
      })
      .from(memberships)
      .innerJoin(workspaces, eq(workspaces.id, memberships.workspaceId))
      .where(and(eq(memberships.principalId, principalId), isNull(workspaces.deletedAt)))
      .orderBy(asc(memberships.workspaceId)),
  ]);
  const whole = owned.map((row): Held => ({ ...row, workspaceId: null, role: "Owner" }));
  return [...whole, ...joined];
}

async function heldAt(db: Read, principalId: string, workspaceId: string): Promise<Held[]> {
  const [row] = await db
    .select({
      organizationId: workspaces.organizationId,
      ownerId: organizations.ownerId,
      role: memberships.role,
    })
    .from(workspaces)
    .innerJoin(organizations, eq(organizations.id, workspaces.organizationId))
    .leftJoin(
      memberships,
      and(eq(memberships.workspaceId, workspaces.id), eq(memberships.principalId, principalId)),
    )
    .where(and(eq(workspaces.id, workspaceId), isNull(workspaces.deletedAt)));
  const role = row?.ownerId === principalId ? "Owner" : row?.role;
  return row && role ? [{ organizationId: row.organizationId, workspaceId, role }] : [];
}
