import type { PolicyConfigSchema } from "@pulumi/policy";
import { validatePolicy, type NamedPolicy, type Role, type Statement } from "@aifactory/sdk/policy";

/** A boundary that is attached by other means than the program. */
export interface ConfiguredBoundary extends NamedPolicy {
  /** Names or ids of the Workspaces that it bounds; all of them unless given. */
  readonly workspaces?: readonly string[];
}

/** For whom to judge, and what the program does not say itself. */
export interface Configuration {
  readonly role: Role;
  /** Policies on the membership of the principal. */
  readonly identityPolicies: readonly NamedPolicy[];
  readonly boundaries: readonly ConfiguredBoundary[];
  /** Saved Policies that the program attaches by id. */
  readonly savedPolicies: readonly (NamedPolicy & { readonly policyId: string })[];
  /** All regions of the site: what a region that is not known yet can be. */
  readonly regions?: readonly string[];
}

type Schema = PolicyConfigSchema["properties"][string];

const texts: Schema = { type: "array", items: { type: "string" } };

/** A list of Policies with more members than name and statements. */
function policies(more: Record<string, Schema>, required: string[] = []) {
  return {
    type: "array",
    items: {
      type: "object",
      properties: { name: { type: "string" }, statements: { type: "array" }, ...more },
      required: ["name", "statements", ...required],
    },
    default: [],
  } satisfies Schema;
}

export const configSchema: PolicyConfigSchema = {
  properties: {
    role: { type: "string", enum: ["Member", "Admin", "Owner"], default: "Member" },
    identityPolicies: policies({}),
    boundaries: policies({ workspaces: texts }),
    savedPolicies: policies({ policyId: { type: "string" } }, ["policyId"]),
    regions: texts,
  },
};

/**
 * Reads the configuration of a policy.
 * @throws when one of its Policies could not be saved either: a misspelt action must not go for a boundary without it.
 */
export function readConfiguration(config: Partial<Configuration>): Configuration {
  const { role = "Member", identityPolicies = [], boundaries = [], savedPolicies = [] } = config;
  const given = [...identityPolicies, ...boundaries, ...savedPolicies];
  const regions = config.regions ?? given.flatMap(namedRegions);
  for (const { name, statements } of given) {
    const [problem] = validatePolicy({ name, statements }, { regions });
    if (problem)
      throw new Error(`configured Policy "${name}" at ${problem.pointer}: ${problem.message}`);
  }
  const read = { role, identityPolicies, boundaries, savedPolicies };
  return config.regions === undefined ? read : { ...read, regions: config.regions };
}

/** The regions that a Policy names. */
export function namedRegions({ statements }: NamedPolicy): string[] {
  return (statements as readonly Partial<Statement>[]).flatMap(({ regions }) =>
    regions === undefined || regions === "*" ? [] : regions,
  );
}
