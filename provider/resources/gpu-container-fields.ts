import { commonFields, type ComputeInputs, type ComputeOutputs } from "./compute.ts";
import { mountablePath, variableName } from "./container-rules.ts";
import type { Field, Fields } from "./fields.ts";
import type { Draft } from "./resource.ts";
import * as rules from "./rules.ts";
import { sameItems } from "./same.ts";

export interface Port {
  readonly port: number;
  readonly protocol: "HTTP" | "TCP";
}

export interface EnvEntry {
  readonly name: string;
  readonly value: string;
  /** Write-only in the API (RBAC-3), and secret in the state. */
  readonly secret?: boolean;
}

interface ContainerSpec {
  readonly ports?: readonly Port[];
  readonly env?: readonly EnvEntry[];
  readonly command?: readonly string[];
  readonly disk?: { readonly sizeGib: number; readonly mountPath: string };
  readonly registryCredentials?: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
  readonly maxRunningSeconds?: number;
}

export interface GpuContainerInputs extends ComputeInputs, ContainerSpec {
  readonly image?: string;
  readonly template?: string;
}

export interface GpuContainerOutputs extends ComputeOutputs, ContainerSpec {
  readonly image: string;
  readonly template?: string;
  /** Which of what a template may give the program gave itself. */
  readonly __declared: readonly string[];
}

/** What a template gives where the program says nothing. */
export const FROM_TEMPLATE = ["image", "ports", "env", "command", "disk"];

export const containerFields: Fields = {
  ...commonFields,
  image: { rule: rules.image },
  template: { rule: rules.name, default: null, replaces: true },
  ports: {
    rule: rules.list(
      rules.shape({ port: rules.integer(1, 65_535), protocol: rules.oneOf("HTTP", "TCP") }),
    ),
    default: [],
    same: sameItems(({ port, protocol }: Port) => [port, protocol]),
  },
  env: {
    rule: rules.list(
      rules.shape({
        name: variableName,
        value: secretText,
        "secret?": rules.boolean,
      }),
    ),
    default: [],
    same: sameItems(({ name, value, secret = false }: EnvEntry) => [name, value, secret]),
  },
  command: { rule: rules.list(rules.text(/^.*$/s, "must be a text"), 1), default: null },
  disk: {
    rule: rules.shape({
      sizeGib: rules.sizeGib,
      mountPath: mountablePath,
    }),
    default: null,
    replaces: (old, asked) => mountPath(old) !== mountPath(asked),
  },
  registryCredentials: {
    rule: rules.shape({ server: secretText, username: secretText, password: secretText }),
    default: null,
  },
  maxRunningSeconds: { rule: rules.integer(60, 31_622_400), default: null },
};

/** The table for these inputs: where there is a template, it may give what the program does not. */
export function fieldsOf(inputs: object): Fields {
  if ((inputs as Draft)["template"] === undefined) return containerFields;
  const open = FROM_TEMPLATE.map((key): [string, Field] => {
    const { default: _, ...field } = containerFields[key]!;
    return [key, field];
  });
  return { ...containerFields, ...Object.fromEntries(open) };
}

/** A text of which nothing is shown in a message. */
function secretText(value: unknown) {
  const fine = typeof value === "string" || typeof value === "symbol";
  return fine ? [] : [{ path: "", reason: "must be a text" }];
}

function mountPath(disk: unknown): unknown {
  return typeof disk === "object" && disk !== null && "mountPath" in disk ? disk.mountPath : null;
}
