import type { StackValidationPolicy } from "@pulumi/policy";
import { readLive, stackPolicy, touchedWorkspaces, type World } from "@aifactory/policy-kit";
import { properties, readConfiguration, type Configuration } from "./configuration.ts";
import { createAction } from "./create-action.ts";
import { denialOf } from "./denial-of.ts";
import { readProgram } from "./program.ts";
import { readSaved } from "./read-saved.ts";

/**
 * Judges the notebooks and containers of a program against the Policies that the same program attaches to their
 * Workspaces, against configured ones, and against those that the control plane has (IAC-7). It sees the whole stack, so
 * it runs at the end of a preview.
 */
export function permissionBoundary(world: World): StackValidationPolicy {
  return stackPolicy<Partial<Configuration>>(
    {
      name: "permission-boundary",
      displayName: "Permission boundary",
      description: "Notebooks and containers are within the boundary of their Workspace.",
      severity: "high",
      tags: ["aifactory", "access"],
      remediationSteps:
        "Move the resource to what the boundary allows, or have the Owner change the Policy that denies it.",
      properties,
      async judge(resources, given) {
        const configuration = readConfiguration(given);
        if (configuration.role === "Owner") return [];
        const { live, principal } = configuration;
        const touched = touchedWorkspaces(
          resources,
          ({ type }) => createAction(type) !== undefined,
        );
        const saved = live
          ? await readLive(live, world, (to) => readSaved(to, touched, principal?.userId))
          : null;
        if (saved?.isOwner) return [];
        const program = readProgram(resources, configuration, saved);
        const known = saved ? { regions: saved.regions, ...configuration } : configuration;
        return resources.flatMap((resource) => {
          const message = denialOf(resource, program, known);
          return message === null ? [] : [{ message, urn: resource.urn }];
        });
      },
    },
    world,
  );
}
