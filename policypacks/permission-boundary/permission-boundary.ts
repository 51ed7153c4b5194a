import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import type { NamedPolicy } from "@aifactory/sdk/policy";
import { configSchema, readConfiguration, type Configuration } from "./configuration.ts";
import { createAction } from "./kinds.ts";
import { possibleBoundaries } from "./possible-boundaries.ts";
import { readProgram, workspaceOf, type Program } from "./program.ts";
import { readProps } from "./read.ts";
import { referenceOf } from "./reference.ts";
import { denialUnder, type Question } from "./verdict.ts";

/**
 * Judges the notebooks and containers of a program against the boundaries that the same program attaches to their
 * Workspaces, and against configured ones (IAC-7). It sees the whole stack, so it runs at the end of a preview.
 */
export const permissionBoundary: StackValidationPolicy = {
  name: "permission-boundary",
  displayName: "Permission boundary",
  description: "Notebooks and containers are within the boundary of their Workspace.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["aifactory", "access"],
  remediationSteps:
    "Move the resource to what the boundary allows, or have the Owner change the Policy that denies it.",
  configSchema,
  validateStack({ resources, getConfig }, report) {
    const configuration = readConfiguration(getConfig<Partial<Configuration>>());
    const program = readProgram(resources, configuration);
    for (const resource of resources) {
      const denial = denialOf(resource, program, configuration);
      if (denial !== null) report(denial, resource.urn);
    }
  },
};

function denialOf(
  resource: PolicyResource,
  program: Program,
  configuration: Configuration,
): string | null {
  const action = createAction(resource.type);
  if (action === undefined || configuration.role === "Owner") return null;
  const props = readProps(resource.props);
  const reference = referenceOf(resource, props, "workspaceId", "Workspace");
  const name = workspaceOf(program, reference)?.name ?? reference.id;
  const workspace = typeof name === "string" ? name : "(not known yet)";
  const { regions: knownRegions } = program;
  const question: Question = { action, region: props["region"], workspace, knownRegions };
  for (const boundaries of possibleBoundaries(program, reference, configuration)) {
    const untold = boundaries.find((policy) => "untold" in policy);
    if (untold) return untoldMessage(question, untold.untold);
    const denial = denialUnder(boundaries as NamedPolicy[], question, configuration);
    if (denial !== null) return denial;
  }
  return null;
}

function untoldMessage({ action, region, workspace }: Question, policy: string): string {
  const where = typeof region === "string" ? region : "a region that is not known yet";
  return (
    `DENIED ${action} in ${where} – boundary "${policy}" (workspace ${workspace}): its statements are not known here, so it may deny this. ` +
    "Make the Policy in the same program, or give it to the pack as one of savedPolicies."
  );
}
