import type { PolicyResource } from "@pulumi/policy";
import {
  kindOf,
  readProps,
  readWorkspaces,
  referenceOf,
  UNKNOWN,
  type Reference,
  type Workspaces,
} from "@aifactory/policy-kit";
import { candidates, ownPolicy, type Candidate } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import { createAction } from "./create-action.ts";
import type { Saved } from "./saved.ts";

export interface Attachment {
  readonly workspace: Reference;
  readonly policies: readonly Candidate[];
  /** What it is attached as: where that is not known, it may as well be somebody else's. */
  readonly as: "boundary" | "identity" | "unsure";
}

/** What a program and, where it was asked, the control plane say about Policies in force. */
export interface Program {
  readonly workspaces: Workspaces;
  readonly attachments: readonly Attachment[];
  /** Workspaces to which the program itself adds the principal, or may. */
  readonly memberships: readonly Reference[];
  /** Regions that the program enables or uses. */
  readonly regions: readonly string[];
  readonly saved: Saved | null;
}

/** Reads Workspaces, Policies and attachments out of a stack, known or not, beside what is saved. */
export function readProgram(
  resources: readonly PolicyResource[],
  { savedPolicies, principal }: Configuration,
  saved: Saved | null,
): Program {
  const ofKind = (kind: string) => resources.filter(({ type }) => kindOf(type) === kind);
  const own = ofKind("Policy").map(ownPolicy);
  const allSaved = [...savedPolicies, ...(saved?.policies ?? [])];
  const attached = ofKind("PolicyAttachment").flatMap((resource) => {
    const props = readProps(resource.props);
    const as = roleOf(props["userId"], principal?.userId);
    if (as === null) return [];
    const policy = referenceOf(resource, props, "policyId", "Policy");
    const workspace = referenceOf(resource, props, "workspaceId", "Workspace");
    return [{ workspace, policies: candidates(policy, own, allSaved), as }];
  });
  const attachedBefore = (saved?.attachments ?? []).map(
    ({ workspaceId, policyId, isIdentity }): Attachment => ({
      workspace: { id: workspaceId, urn: undefined },
      policies: candidates({ id: policyId, urn: undefined }, own, allSaved),
      as: isIdentity ? "identity" : "boundary",
    }),
  );
  return {
    workspaces: { own: readWorkspaces(resources), saved: saved?.workspaces ?? null },
    attachments: [...attached, ...attachedBefore],
    memberships: ofKind("Membership").flatMap((resource) => {
      const props = readProps(resource.props);
      const isTheirs = [principal?.userId, UNKNOWN].includes(props["userId"] as string);
      return isTheirs ? [referenceOf(resource, props, "workspaceId", "Workspace")] : [];
    }),
    regions: regionsIn(resources),
    saved,
  };
}

/** What an attachment with this `userId` is to the principal; null where it is somebody else's. */
function roleOf(userId: unknown, principal: string | undefined): Attachment["as"] | null {
  if (userId === UNKNOWN) return "unsure";
  if (typeof userId !== "string") return "boundary";
  return userId === principal ? "identity" : null;
}

function regionsIn(resources: readonly PolicyResource[]): string[] {
  const regions = resources.flatMap(({ type, props }) => {
    if (createAction(type) !== undefined) return [readProps(props)["region"]];
    if (kindOf(type) !== "Workspace") return [];
    const { services } = readProps(props);
    return Array.isArray(services) ? services.flatMap(regionsOf) : [];
  });
  return regions.filter((region) => typeof region === "string");
}

function regionsOf(service: unknown): unknown[] {
  if (typeof service !== "object" || service === null || !("regions" in service)) return [];
  return Array.isArray(service.regions) ? service.regions : [];
}
