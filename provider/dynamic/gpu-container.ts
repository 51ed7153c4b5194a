import { output, secret } from "@pulumi/pulumi";
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { EnvEntry, Port } from "../resources/gpu-container-fields.ts";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";
import { COMPUTE_OUTPUTS, type ComputeArgs } from "./compute-args.ts";

export interface EnvArgs {
  readonly name: Input<string>;
  readonly value: Input<string>;
  /** Write-only in the API, and secret in the state (IAC-6). */
  readonly secret?: Input<boolean>;
}

export interface RegistryCredentialsArgs {
  readonly server: Input<string>;
  readonly username: Input<string>;
  /** Secret in the state (IAC-6). */
  readonly password: Input<string>;
}

export interface GpuContainerArgs extends ComputeArgs {
  /** An OCI reference, or the id of a catalogue image; this or `template`. */
  readonly image?: Input<string>;
  /** A template of the catalogue or of the Workspace; this or `image`. Another one makes another container. */
  readonly template?: Input<string>;
  readonly ports?: Input<
    readonly Input<{ readonly port: Input<number>; readonly protocol: Input<Port["protocol"]> }>[]
  >;
  readonly env?: Input<readonly Input<EnvArgs>[]>;
  readonly command?: Input<readonly Input<string>[]>;
  /** Grows in place and never shrinks (RES-3); another mount path makes another container. */
  readonly disk?: Input<{ readonly sizeGib: Input<number>; readonly mountPath: Input<string> }>;
  readonly registryCredentials?: Input<RegistryCredentialsArgs>;
  readonly maxRunningSeconds?: Input<number>;
}

/** A GPU Container: an image or template on GPUs (RES-2). */
export class GpuContainer extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("GpuContainer");
  declare readonly workspaceId: Output<string>;
  declare readonly name: Output<string>;
  declare readonly region: Output<string>;
  declare readonly flavor: Output<string>;
  declare readonly image: Output<string>;
  declare readonly template: Output<string | undefined>;
  declare readonly ports: Output<Port[]>;
  declare readonly env: Output<EnvEntry[]>;
  declare readonly command: Output<string[] | undefined>;
  declare readonly disk: Output<{ sizeGib: number; mountPath: string } | undefined>;
  declare readonly maxRunningSeconds: Output<number | undefined>;
  declare readonly tags: Output<Record<string, string>>;
  /** Whether it is asked to run. */
  declare readonly running: Output<boolean>;
  declare readonly status: Output<string>;
  declare readonly createdBy: Output<string>;
  declare readonly createdAt: Output<string>;

  constructor(name: string, args: GpuContainerArgs, options?: CustomResourceOptions) {
    const { env, registryCredentials, ...rest } = args;
    const secrets = {
      ...(env === undefined ? {} : { env: secretEnv(env) }),
      ...(registryCredentials === undefined
        ? {}
        : { registryCredentials: secretPassword(registryCredentials) }),
    };
    const outputs = [...COMPUTE_OUTPUTS, "image", "ports", "env", "command", "disk"];
    super("GpuContainer", name, { args: { ...rest, ...secrets }, outputs }, options);
  }
}

/** Marks the values of secret entries; as far as it is not known which they are, all of it. */
function secretEnv(env: NonNullable<GpuContainerArgs["env"]>): unknown {
  if (!Array.isArray(env))
    return secretWhere(env, (list: readonly { secret?: boolean }[]) => list.some(isSecret));
  return (env as readonly Input<EnvArgs>[]).map((entry) => {
    if (!isPlain(entry)) return secretWhere(entry, isSecret);
    const open = entry.secret === undefined || entry.secret === false;
    return open ? entry : { ...entry, value: secret(entry.value) };
  });
}

function secretPassword(credentials: Input<RegistryCredentialsArgs>): unknown {
  if (!isPlain(credentials)) return secret(credentials);
  return { ...credentials, password: secret(credentials.password) };
}

const isSecret = (entry: { readonly secret?: boolean }): boolean => entry.secret === true;

function secretWhere<T>(value: Input<T>, isSecretValue: (value: never) => boolean): unknown {
  return output(value).apply((known) => (isSecretValue(known as never) ? secret(known) : known));
}

function isPlain<T extends object>(value: Input<T>): value is T {
  return Object.getPrototypeOf(value) === Object.prototype;
}
