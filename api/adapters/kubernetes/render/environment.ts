import type { Workload } from "#ports/cluster.ts";
import { ACCESS_TOKEN_KEY, envKey } from "./secret.ts";

/** Where a container runtime of NVIDIA's looks for the GPUs to show; a workload that sets it would see its neighbours'. */
export const GPU_VARIABLE = "NVIDIA_VISIBLE_DEVICES";
/** By these it hands out devices of the node that others use too, to any image that asks; what we say counts more. */
export const NODE_DEVICES = ["NVIDIA_GDS", "NVIDIA_MOFED", "NVIDIA_NVSWITCH", "NVIDIA_GDRCOPY"];

const TOKEN_VARIABLE = { notebook: "JUPYTER_TOKEN", container: "AIFACTORY_ACCESS_TOKEN" } as const;

/** The environment of a workload; secret values stay in its Secret. What the product sets, nobody else sets. */
export function environmentOf({ kind, env, size }: Workload, secretName: string): object[] {
  const fromSecret = (name: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: secretName, key } },
  });
  const token = TOKEN_VARIABLE[kind];
  const ours = new Set([token, GPU_VARIABLE, ...NODE_DEVICES]);
  const given = env.filter(({ name }) => !ours.has(name));
  return [
    ...given.map(({ name, value, secret }) =>
      secret ? fromSecret(name, envKey(name)) : { name, value: literal(value) },
    ),
    fromSecret(token, ACCESS_TOKEN_KEY),
    ...(size.gpu === null
      ? [{ name: GPU_VARIABLE, value: "void" }]
      : NODE_DEVICES.map((name) => ({ name, value: "disabled" }))),
  ];
}

// Kubernetes reads `$(NAME)` and `$$` in values; a value is what was given, as it is where it is secret.
const literal = (value: string): string => value.replaceAll("$", "$$$$");
