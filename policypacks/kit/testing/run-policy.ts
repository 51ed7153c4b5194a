import { createRequire } from "node:module";
import type {
  Policy,
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { ProgramResource } from "./program.ts";

// The SDK exports both, and its types do not show them.
const { unknownCheckingProxy, UnknownValueError } = createRequire(import.meta.url)(
  "@pulumi/policy",
) as {
  unknownCheckingProxy: <T extends object>(props: T) => T;
  UnknownValueError: new () => Error;
};

/** Something that a policy reported. */
export interface Reported {
  readonly urn: string;
  /** The name of the resource; empty for the whole stack. */
  readonly name: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
}

/** The policy read what is not known, and the engine would have skipped it with an advisory: a hole, so a failure. */
export class SkippedPolicyError extends Error {
  override readonly name = "SkippedPolicyError";
}

/**
 * Runs one policy on a program, with properties behind the policy SDK's own unknown-checking proxy. For any test runner:
 * answers what was reported. `config` is what `--policy-pack-config` says about this policy, without its level.
 * @throws {SkippedPolicyError} where a preview would skip the policy, which would let everything through.
 */
export async function runPolicy(
  policy: Policy,
  program: readonly ProgramResource[],
  config: object = {},
): Promise<Reported[]> {
  const found: Reported[] = [];
  const byUrn = new Map(program.map((each) => [each.urn, each]));
  if (byUrn.size < program.length) throw new Error("two resources of the program have one URN");
  const reporter = (owner: string) => (said: unknown, about?: string) => {
    const { message, urn, enforcementLevel } = asViolation(said, about);
    const where = urn ?? owner;
    const level = enforcementLevel === "advisory" ? "advisory" : "mandatory";
    found.push({ urn: where, name: byUrn.get(where)?.name ?? "", level, message });
  };
  try {
    if ("validateStack" in policy)
      await runStack(policy as StackValidationPolicy, program, config, reporter(""));
    else await runResources(policy as ResourceValidationPolicy, program, config, reporter);
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    throw new SkippedPolicyError(`a preview would skip ${policy.name}: ${error.message}`, {
      cause: error,
    });
  }
  return found;
}

type Report = (message: unknown, urn?: string) => void;

async function runStack(
  policy: StackValidationPolicy,
  program: readonly ProgramResource[],
  config: object,
  report: Report,
): Promise<void> {
  const args = { resources: shownToStack(program), ...common(config) };
  await unlessNotApplicable(() => policy.validateStack(args as never, report as never));
}

async function runResources(
  { validateResource }: ResourceValidationPolicy,
  program: readonly ProgramResource[],
  config: object,
  reporter: (urn: string) => Report,
): Promise<void> {
  const validations = [validateResource ?? []].flat();
  for (const { urn, type, name, properties } of program) {
    const props = unknownCheckingProxy(structuredClone(properties));
    const args = { urn, type, name, props, opts: {}, ...typed(type, props), ...common(config) };
    for (const validate of validations)
      await unlessNotApplicable(() => validate(args as never, reporter(urn) as never));
  }
}

class NotApplicable extends Error {}

async function unlessNotApplicable(validate: () => unknown): Promise<void> {
  try {
    await validate();
  } catch (error) {
    if (!(error instanceof NotApplicable)) throw error;
  }
}

const common = (config: object) => ({
  getConfig: () => config,
  stackTags: new Map<string, string>(),
  notApplicable: () => {
    throw new NotApplicable();
  },
});

const typed = (type: string, props: object) => {
  const isType = ({ __pulumiType }: { readonly __pulumiType?: string }): boolean =>
    __pulumiType === type;
  return { isType, asType: (kind: object) => (isType(kind) ? props : undefined) };
};

/** The resources with references to one another, as the SDK joins them. */
function shownToStack(program: readonly ProgramResource[]): PolicyResource[] {
  const shown = new Map<string, PolicyResource>();
  for (const { urn, type, name, properties } of program) {
    const props = unknownCheckingProxy(structuredClone(properties));
    const joined = { opts: {}, dependencies: [], propertyDependencies: {} };
    const resource = { urn, type, name, props, ...typed(type, props), ...joined };
    shown.set(urn, resource as unknown as PolicyResource);
  }
  const known = (urns: readonly string[]) => urns.flatMap((urn) => shown.get(urn) ?? []);
  for (const { urn, dependencies, propertyDependencies } of program) {
    const resource = shown.get(urn)!;
    resource.dependencies.push(...known(dependencies));
    for (const [key, urns] of Object.entries(propertyDependencies))
      resource.propertyDependencies[key] = known(urns);
  }
  return [...shown.values()];
}

function asViolation(said: unknown, urn: string | undefined) {
  const given =
    typeof said === "object" && said !== null
      ? (said as { message?: string; urn?: string; enforcementLevel?: string })
      : { message: String(said) };
  const about = "urn" in given ? given.urn : urn;
  return { message: given.message ?? "", urn: about, enforcementLevel: undefined, ...given };
}
