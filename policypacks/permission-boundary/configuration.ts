import { ConfigurationError, liveSchema, type Live, type Properties } from "@aifactory/policy-kit";
import type { Schema } from "@aifactory/policy-kit";
import { validatePolicy, type NamedPolicy, type Role, type Statement } from "@aifactory/sdk/policy";

/** A boundary that is attached by other means than the program. */
export interface ConfiguredBoundary extends NamedPolicy {
  /** Names or ids of the Workspaces that it bounds; all of them unless given. */
  readonly workspaces?: readonly string[];
}

export type SavedPolicy = NamedPolicy & { readonly policyId: string };

/** For whom to judge, and what the program does not say itself. */
export interface Configuration {
  readonly role: Role;
  /** Policies on the membership of the principal. */
  readonly identityPolicies: readonly NamedPolicy[];
  readonly boundaries: readonly ConfiguredBoundary[];
  /** Saved Policies that the program attaches by id. */
  readonly savedPolicies: readonly SavedPolicy[];
  /** All regions of the site: what a region that is not known yet can be. */
  readonly regions?: readonly string[];
  /** The person or service account whose identity policies count: those of the program and, with `live`, the saved ones. */
  readonly principal?: { readonly userId: string };
  /** Ask the control plane for saved Policies, attachments and memberships. */
  readonly live?: Live;
}

const texts: Schema = { type: "array", items: { type: "string" } };

/** A list of Policies with more members than name and statements. */
function policies(more: Record<string, Schema>, required: string[] = []) {
  return {
    type: "array",
    items: {
      type: "object",
      properties: {
        name: { type: "string" },
        description: { type: "string" },
        statements: { type: "array" },
        ...more,
      },
      required: ["name", "statements", ...required],
      additionalProperties: false,
    },
    default: [],
  } satisfies Schema;
}

/** What configuration alone can say. */
export const staticProperties: Properties = {
  role: { type: "string", enum: ["Member", "Admin", "Owner"], default: "Member" },
  identityPolicies: policies({}),
  boundaries: policies({ workspaces: texts }),
  regions: texts,
};

export const properties: Properties = {
  ...staticProperties,
  savedPolicies: policies({ policyId: { type: "string", pattern: "^pol_\\w+$" } }, ["policyId"]),
  principal: {
    type: "object",
    properties: {
      userId: {
        type: "string",
        pattern: "^(usr|sa)_\\w+$",
        description: "an id such as usr_… or sa_…",
      },
    },
    required: ["userId"],
    additionalProperties: false,
  },
  live: liveSchema,
};

/**
 * Reads the configuration of a policy.
 * @throws {ConfigurationError} when one of its Policies could not be saved either: a misspelt action must not go for a
 * boundary without it.
 */
export function readConfiguration(config: Partial<Configuration>): Configuration {
  const { role = "Member", identityPolicies = [], boundaries = [], savedPolicies = [] } = config;
  const lists = { identityPolicies, boundaries, savedPolicies };
  const regions = config.regions ?? Object.values(lists).flat().flatMap(namedRegions);
  for (const [field, list] of Object.entries(lists)) {
    for (const [at, { name, statements }] of list.entries()) {
      const [problem] = validatePolicy({ name, statements }, { regions });
      if (problem)
        throw new ConfigurationError(
          `${field}[${at}], the configured Policy "${name}" at ${problem.pointer}: ${problem.message}`,
        );
    }
  }
  return { ...config, role, ...lists };
}

/** The regions that a Policy names. */
export function namedRegions({ statements }: NamedPolicy): string[] {
  return (statements as readonly Partial<Statement>[]).flatMap(({ regions }) =>
    regions === undefined || regions === "*" ? [] : regions,
  );
}
