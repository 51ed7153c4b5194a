import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { fromStruct, toStruct } from "../grpc.ts";
import type { Properties } from "../properties.ts";

export type Level = "advisory" | "mandatory" | "disabled" | "remediate";

/**
 * By policy name: a level, or properties with an optional `enforcementLevel`; `all` sets the level of every policy that
 * has none of its own here. The file of `--policy-pack-config` looks like this.
 */
export type PolicyConfig = Readonly<
  Record<string, Level | (Properties & { readonly enforcementLevel?: Level })>
>;

type Info = InstanceType<typeof messages.AnalyzerInfo>;
type Policy = ReturnType<Info["getPoliciesList"]>[number];

/**
 * Merges, as the engine does: defaults of the policy's schema, the pack's own initial configuration, then `config`. Only
 * the engine validates values by the schema; a pack of ours does so itself, too.
 * @throws when a required property is missing.
 */
export function policyConfiguration(info: Info, config: PolicyConfig) {
  const request = new messages.ConfigureAnalyzerRequest();
  for (const policy of info.getPoliciesList()) {
    request.getPolicyconfigMap().set(policy.getName(), configurationOf(info, policy, config));
  }
  return request;
}

function configurationOf(info: Info, policy: Policy, config: PolicyConfig) {
  const name = policy.getName();
  const initial = info.getInitialconfigMap().get(name);
  const { enforcementLevel: ownLevel, ...properties } = asObject(config[name]);
  const enforcementLevel = ownLevel ?? asObject(config["all"]).enforcementLevel;
  const merged: Properties = {
    ...schemaDefaults(policy),
    ...fromStruct(initial?.getProperties()),
    ...(properties as Properties),
  };
  const missing = (policy.getConfigschema()?.getRequiredList() ?? []).filter(
    (key) => merged[key] === undefined,
  );
  if (missing.length > 0)
    throw new Error(`policy ${name} lacks the required ${missing.join(", ")}`);
  const message = new messages.PolicyConfig();
  message.setEnforcementlevel(
    enforcementLevel ? levels[enforcementLevel] : policy.getEnforcementlevel(),
  );
  message.setProperties(toStruct(merged));
  return message;
}

function asObject(given: PolicyConfig[string] = {}): Properties & { enforcementLevel?: Level } {
  return typeof given === "string" ? { enforcementLevel: given } : given;
}

const levels = {
  advisory: messages.EnforcementLevel.ADVISORY,
  mandatory: messages.EnforcementLevel.MANDATORY,
  disabled: messages.EnforcementLevel.DISABLED,
  remediate: messages.EnforcementLevel.REMEDIATE,
} as const;

function schemaDefaults(policy: Policy): Properties {
  const schemas = fromStruct(policy.getConfigschema()?.getProperties()) as Record<
    string,
    Properties
  >;
  const entries = Object.entries(schemas).flatMap(([key, schema]) =>
    schema["default"] === undefined ? [] : [[key, schema["default"]] as const],
  );
  return Object.fromEntries(entries);
}
