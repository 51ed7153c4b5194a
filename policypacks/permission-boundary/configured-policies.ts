import type { ResourceValidationPolicy } from "@pulumi/policy";
import { readProps, resourcePolicy, type World } from "@aifactory/policy-kit";
import { SERVICES, type NamedPolicy } from "@aifactory/sdk/policy";
import { readConfiguration, staticProperties, type Configuration } from "./configuration.ts";
import { createAction } from "./create-action.ts";
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
export function configuredPolicies(world: World): ResourceValidationPolicy {
  return resourcePolicy<Partial<Configuration>>(
    {
      name: "configured-policies",
      displayName: "Configured Policies",
      description: "Notebooks and containers are not denied by a Policy given as configuration.",
      severity: "high",
      tags: ["aifactory", "access"],
      remediationSteps:
        "Move the resource to what the configured Policies allow, or have the configuration changed.",
      properties: staticProperties,
      judge({ type, props }, given) {
        const action = createAction(type);
        const configuration = readConfiguration(given);
        if (action === undefined || configuration.role === "Owner") return [];
        const { region, workspaceId } = readProps(props);
        const mine = configuration.boundaries.filter(
          ({ workspaces }) => workspaces === undefined || workspaces.includes(String(workspaceId)),
        );
        const workspace = typeof workspaceId === "string" ? workspaceId : "(not known yet)";
        const question = { action, region, workspace, knownRegions: [] };
        const { identityPolicies } = configuration;
        const policies = { boundaries: [EVERYTHING, ...mine], identityPolicies };
        const message = denialUnder(policies, question, configuration);
        return message === null ? [] : [{ message }];
      },
    },
    world,
  );
}
