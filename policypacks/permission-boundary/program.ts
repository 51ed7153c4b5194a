import type { PolicyResource } from "@pulumi/policy";
import {
  kindOf,
  ownReference,
  readProps,
  referenceOf,
  UNKNOWN,
  type Reference,
} from "@aifactory/policy-kit";
import { candidates, ownPolicy, type Candidate } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import { createAction } from "./create-action.ts";
import type { Saved, SavedWorkspace } from "./saved.ts";

export interface Attachment {
  readonly workspace: Reference;
  readonly policies: readonly Candidate[];
  /** What it is attached as: where that is not known, it may as well be somebody else's. */
  readonly as: "boundary" | "identity" | "unsure";
}

export interface NamedWorkspace {
  readonly self: Reference;
  readonly name: unknown;
}

/** What a program and, where it was asked, the control plane say about Policies in force. */
export interface Program {
  readonly workspaces: readonly NamedWorkspace[];
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
    workspaces: readWorkspaces(resources),
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

export function readWorkspaces(resources: readonly PolicyResource[]): NamedWorkspace[] {
  return resources
    .filter(({ type }) => kindOf(type) === "Workspace")
    .map((resource) => {
      const { workspaceId, name } = readProps(resource.props);
      return { self: ownReference(resource, workspaceId), name };
    });
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

/** The saved Workspaces that decide on the governed resources of a program: all, where one of those may be anywhere. */
export function touchedBy(
  resources: readonly PolicyResource[],
): (workspace: SavedWorkspace) => boolean {
  const own = readWorkspaces(resources);
  const places = resources
    .filter(({ type }) => createAction(type) !== undefined)
    .map((resource) =>
      referenceOf(resource, readProps(resource.props), "workspaceId", "Workspace"),
    );
  const nameOf = ({ urn }: Reference) => own.find(({ self }) => self.urn === urn)?.name;
  const isAnywhere = places.some(
    (place) => place.id === undefined && typeof nameOf(place) !== "string",
  );
  return ({ id, name }) =>
    isAnywhere || places.some((place) => (place.id ?? nameOf(place)) === (place.id ? id : name));
}
