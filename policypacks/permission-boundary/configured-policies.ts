import type { ResourceValidationPolicy } from "@pulumi/policy";
import { SERVICES, type NamedPolicy } from "@aifactory/sdk/policy";
import { configSchema, readConfiguration, type Configuration } from "./configuration.ts";
import { createAction } from "./kinds.ts";
import { readProps } from "./read.ts";
import { denialUnder } from "./verdict.ts";

/** Attaching it changes no decision, except that Policies beside it need no Allow. */
const EVERYTHING: NamedPolicy = {
  name: "everything",
  statements: SERVICES.map((service) => ({ effect: "Allow", service, regions: "*", actions: "*" })),
};

/**
 * Refuses what configuration alone is enough to refuse, as soon as a resource is registered: its Denies, which no Allow
 * outweighs, and identity policies without an Allow. Whether a boundary allows is known only with the whole stack.
 */
export const configuredPolicies: ResourceValidationPolicy = {
  name: "configured-policies",
  displayName: "Configured Policies",
  description: "Notebooks and containers are not denied by a Policy given as configuration.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["aifactory", "access"],
  remediationSteps:
    "Move the resource to what the configured Policies allow, or have the configuration changed.",
  configSchema,
  validateResource({ type, props, getConfig }, report) {
    const action = createAction(type);
    const configuration = readConfiguration(getConfig<Partial<Configuration>>());
    if (action === undefined || configuration.role === "Owner") return;
    const { region, workspaceId } = readProps(props);
    const boundaries = configuration.boundaries.filter(
      ({ workspaces }) => workspaces === undefined || workspaces.includes(String(workspaceId)),
    );
    const workspace = typeof workspaceId === "string" ? workspaceId : "(not known yet)";
    const question = { action, region, workspace, knownRegions: [] };
    const denial = denialUnder([EVERYTHING, ...boundaries], question, configuration);
    if (denial !== null) report(denial);
  },
};
