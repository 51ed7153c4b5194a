import { eq, inArray, and } from "drizzle-orm";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import type { Tx } from "#db/tenant.ts";
import type { OperatorChangeContext } from "#domain/context.ts";
import { DomainError, InputError } from "#domain/errors.ts";
import { keyOf, publicId } from "#domain/ids.ts";
import { ensurePerson } from "#domain/principals/sign-in.ts";
import type { LocalIssuer } from "#ports/identity.ts";

const EXPIRES_IN_SECONDS = 7 * 24 * 3600;

interface Input {
  organizationId: string;
  email: string;
  workspaces?: { workspaceId: string; role: "Admin" | "Member" }[] | undefined;
}

/**
 * Mints a token of the local issuer for a person: creates person and memberships where missing, sets the roles. The
 * Owner is named by e-mail like anyone else. Throws `local_issuer_off` on real sites and beside an external issuer.
 */
export async function mintToken(
  { tx }: OperatorChangeContext,
  issuer: LocalIssuer | null,
  input: Input,
) {
  if (issuer === null) {
    throw new DomainError(
      "local_issuer_off",
      "Tokens are minted on simulated sites without an external issuer only. Sign in at the issuer instead.",
    );
  }
  const organizationId = keyOf(input.organizationId);
  await requireOrganization(tx, organizationId);
  const subject = input.email.toLowerCase();
  const person = await ensurePerson(tx, {
    issuer: issuer.issuer,
    subject,
    email: subject,
    emailVerified: true,
    name: subject.split("@")[0]!,
  });
  await setRoles(tx, organizationId, person.principalId, input.workspaces ?? []);
  const token = await issuer.issue(
    { subject, email: subject, name: person.name },
    { expiresInSeconds: EXPIRES_IN_SECONDS },
  );
  return {
    token,
    userId: publicId("user", person.principalId),
    organizationId: input.organizationId,
  };
}

async function requireOrganization(tx: Tx, organizationId: string): Promise<void> {
  const [found] = await tx.db
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, organizationId));
  if (found === undefined) {
    throw new InputError([
      {
        pointer: "/organizationId",
        code: "unknown_organization",
        message: "there is no such Organization",
      },
    ]);
  }
}

async function setRoles(
  tx: Tx,
  organizationId: string,
  principalId: string,
  roles: NonNullable<Input["workspaces"]>,
): Promise<void> {
  if (roles.length === 0) return;
  const ids = roles.map((entry) => keyOf(entry.workspaceId));
  const known = await tx.db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(and(eq(workspaces.organizationId, organizationId), inArray(workspaces.id, ids)));
  const unknown = ids.findIndex((id) => !known.some((workspace) => workspace.id === id));
  if (unknown >= 0) {
    throw new InputError([
      {
        pointer: `/workspaces/${unknown}/workspaceId`,
        code: "unknown_workspace",
        message: "there is no such Workspace in the Organization",
      },
    ]);
  }
  for (const [index, { role }] of roles.entries()) {
    await tx.db
      .insert(memberships)
      .values({ organizationId, workspaceId: ids[index]!, principalId, role, createdAt: tx.now })
      .onConflictDoUpdate({
        target: [memberships.workspaceId, memberships.principalId],
        set: { role },
      });
  }
}
