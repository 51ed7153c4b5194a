import type { PolicyResource } from "@pulumi/policy";
import {
  readProps,
  referenceOf,
  relateWorkspaces,
  workspaceName,
  type Reference,
} from "@aifactory/policy-kit";
import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { Candidate } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import { createAction } from "./create-action.ts";
import { possibleLayers, type Layers } from "./possible-layers.ts";
import type { Program } from "./program.ts";
import { denialUnder, type Question } from "./verdict.ts";

/** Why a resource would be refused to the configured principal; null for what would not, and for what is not governed. */
export function denialOf(
  resource: PolicyResource,
  program: Program,
  configuration: Configuration,
): string | null {
  const action = createAction(resource.type);
  if (action === undefined) return null;
  const props = readProps(resource.props);
  const place = referenceOf(resource, props, "workspaceId", "Workspace");
  const workspace = workspaceName(program.workspaces, place) ?? "(not known yet)";
  const question = { action, region: props["region"], workspace, knownRegions: program.regions };
  const stranger = strangerMessage(question, program, place, configuration);
  if (stranger !== null) return stranger;
  for (const layers of possibleLayers(program, place, configuration)) {
    const untold = untoldMessage(question, layers);
    if (untold !== null) return untold;
    const denial = denialUnder(layers as KnownLayers, question, configuration);
    if (denial !== null) return denial;
  }
  return null;
}

type KnownLayers = { readonly [Layer in keyof Layers]: readonly NamedPolicy[] };

/** A saved Workspace that the token does not show, or of which the principal is no member. */
function strangerMessage(
  question: Question,
  program: Program,
  place: Reference,
  { principal }: Configuration,
): string | null {
  const { saved, memberships, workspaces } = program;
  if (saved === null || place.id === undefined) return null;
  if (!saved.workspaces.some(({ id }) => id === place.id))
    return (
      `${denied(question)} – boundary of ${place.id} (workspace ${question.workspace}): the token may not read that Workspace, so nothing is known of it. ` +
      "Use a token of the Owner, or of an Admin of the Workspace."
    );
  if (principal === undefined || saved.memberOf === null || saved.memberOf.includes(place.id))
    return null;
  const joins = memberships.some(
    (each) => relateWorkspaces(workspaces, each, place) !== "different",
  );
  if (joins) return null;
  return (
    `${denied(question)} – role (workspace ${question.workspace}): ${principal.userId} is no member of the Workspace. ` +
    "Add a Membership, or ask the Owner for one."
  );
}

function untoldMessage(question: Question, layers: Layers): string | null {
  for (const [layer, what] of [
    ["boundaries", "boundary"],
    ["identityPolicies", "identity policy"],
  ] as const) {
    const found = layers[layer].find((policy: Candidate) => "untold" in policy);
    if (found && "untold" in found)
      return (
        `${denied(question)} – ${what} "${found.untold}" (workspace ${question.workspace}): its statements are not known here, so it may deny this. ` +
        "Make the Policy in the same program, give it to the pack as one of savedPolicies, or let the pack ask with live."
      );
  }
  return null;
}

function denied({ action, region }: Question): string {
  const where = typeof region === "string" ? region : "a region that is not known yet";
  return `DENIED ${action} in ${where}`;
}
