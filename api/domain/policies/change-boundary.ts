import { remedy, type AccessSubject, type NamedPolicy } from "@aifactory/sdk/policy";
import { refusal } from "#domain/access/refusal.ts";
import type { ChangeContext } from "#domain/context.ts";
import type { DomainError } from "#domain/errors.ts";
import type { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { enabledServices, type AttachmentChange } from "./attachment-change.ts";
import { describeGains, possibleGains } from "./possible-gains.ts";
import { refuseNewAccess, type Expectation } from "./refuse-new-access.ts";

interface BoundaryChange {
  readonly before: readonly NamedPolicy[];
  readonly after: readonly NamedPolicy[];
  readonly expect: Expectation;
}

/**
 * Judges what a change of a Workspace's boundary means for a Member without identity policies: what such a Member does
 * not gain by it, nobody gains. Throws `boundary_locked` when an Admin's change of a locked boundary gains any cell,
 * `new_access` when it was expected not to (POL-8).
 */
export async function judgeBoundaryChange(
  { tx, site, authorization: { role } }: ChangeContext,
  workspace: Awaited<ReturnType<typeof lockWorkspace>>,
  { before, after, expect }: BoundaryChange,
): Promise<AttachmentChange> {
  const member = (
    services: AccessSubject["services"],
    boundaries: readonly NamedPolicy[],
  ): AccessSubject => ({
    role: "Member",
    services,
    boundaries,
    identityPolicies: [],
    regions: site.catalogue.regionIds,
  });
  if (workspace.boundaryLocked && role !== "Owner") {
    const gained = possibleGains({ before: member("*", before), after: member("*", after) });
    if (gained.length > 0) throw boundaryLocked(gained);
  }
  const services = await enabledServices(tx, workspace.id);
  const change = { before: member(services, before), after: member(services, after) };
  refuseNewAccess(expect, [{ ...change, workspace, userId: null }]);
  return change;
}

function boundaryLocked(gained: readonly { action: string; region: string }[]): DomainError {
  return refusal(
    "boundary_locked",
    `The Owner has locked the boundary of this Workspace, and the change would allow ${describeGains(gained)}. Ask the Owner.`,
    { layer: "boundary", gained, remedy: remedy({ ask: "Owner" }) },
  );
}
