import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { applyExemptions } from "./apply-exemptions.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { exemptionsSchema, type Exemption } from "./exemption.ts";
import { reportFinding, type Finding } from "./finding.ts";
import { LiveReadError } from "./live.ts";
import { objectProblems, type Properties } from "./schema-problems.ts";
import type { World } from "./world.ts";

type About = Pick<StackValidationPolicy, "name" | "displayName" | "description"> & {
  readonly remediationSteps: string;
  readonly severity: NonNullable<StackValidationPolicy["severity"]>;
  readonly tags: string[];
};

/** What distinguishes one policy from another. `Configuration` is what `properties` describe. */
export interface StackPolicyDefinition<Configuration> extends About {
  /** Its configuration beside `enforcementLevel`, which is Pulumi's own, and `exemptions`. */
  readonly properties: Properties;
  readonly judge: (
    resources: readonly PolicyResource[],
    configuration: Configuration,
    world: World,
  ) => readonly Finding[] | Promise<readonly Finding[]>;
}

export interface ResourcePolicyDefinition<Configuration> extends About {
  readonly properties: Properties;
  readonly judge: (
    resource: ResourceValidationArgs,
    configuration: Configuration,
    world: World,
  ) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** A policy of a whole stack: mandatory unless configured otherwise, with exemptions, never skipped in silence. */
export function stackPolicy<Configuration>(
  { properties, judge, ...about }: StackPolicyDefinition<Configuration>,
  world: World,
): StackValidationPolicy {
  return {
    ...about,
    enforcementLevel: "mandatory",
    configSchema: { properties: { ...properties, exemptions: exemptionsSchema } },
    async validateStack({ resources, getConfig }, report) {
      const given = checked<Configuration>(about.name, getConfig(), properties);
      const findings = await judged(() => judge(resources, given.configuration, world));
      for (const each of exempt(about.name, findings, given.exemptions, world))
        reportFinding(each, about.description, report);
    },
  };
}

/** A policy of each resource, judged as soon as it is registered. */
export function resourcePolicy<Configuration>(
  { properties, judge, ...about }: ResourcePolicyDefinition<Configuration>,
  world: World,
): ResourceValidationPolicy {
  return {
    ...about,
    enforcementLevel: "mandatory",
    configSchema: { properties: { ...properties, exemptions: exemptionsSchema } },
    async validateResource(resource, report) {
      const given = checked<Configuration>(about.name, resource.getConfig(), properties);
      const findings = await judged(() => judge(resource, given.configuration, world));
      const here = findings.map((finding) => ({ ...finding, urn: resource.urn }));
      for (const each of exempt(about.name, here, given.exemptions, world))
        reportFinding(each, about.description, report);
    },
  };
}

/** @throws {ConfigurationError} that names every field which is wrong. */
function checked<Configuration>(policy: string, given: object, properties: Properties) {
  const all = { ...properties, exemptions: exemptionsSchema };
  const problems = objectProblems(given as Readonly<Record<string, unknown>>, all);
  if (problems.length > 0)
    throw new ConfigurationError(`configuration of ${policy}: ${problems.sort().join("; ")}.`);
  const { exemptions = [], ...configuration } = given as { exemptions?: readonly Exemption[] };
  return { exemptions, configuration: configuration as Configuration };
}

/** What could not be asked for is a violation of the policy: to let it through would be to judge without looking. */
async function judged(
  judge: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof LiveReadError) return [{ message: error.message }];
    throw error;
  }
}

function exempt(
  policy: string,
  findings: readonly Finding[],
  exemptions: readonly Exemption[],
  world: World,
): Finding[] {
  return applyExemptions(findings, { policy, exemptions, now: world.now() });
}
