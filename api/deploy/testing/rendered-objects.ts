import { setTimeout as sleep } from "node:timers/promises";
import { runtime } from "@pulumi/pulumi";
import { program } from "../program.ts";

/** An object as it is sent to the API server, secrets in plain text. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: any;
}

/** What the program made of a stack's configuration. */
export interface Rendered {
  readonly objects: readonly KubernetesObject[];
  /** The same as the engine is given it: in the place of each secret stands `SECRET`, no name where Pulumi gives one. */
  readonly inputs: readonly Readonly<Record<string, any>>[];
  readonly url: string;
}

const PROJECT = "aifactory-site";
export const SECRET = "(a secret)";

/**
 * Runs the program on Pulumi's mocks and answers every object, in the order in which they are made.
 * @throws what `pulumi preview` would refuse the configuration for.
 */
export async function renderedObjects(
  config: Readonly<Record<string, string>>,
  secretKeys: readonly string[],
): Promise<Rendered> {
  const objects: KubernetesObject[] = [];
  const inputs: Record<string, any>[] = [];
  const full = (key: string) => `${PROJECT}:${key}`;
  await runtime.setMocks(
    {
      call: ({ token }) => Promise.reject(new Error(`The program calls ${token}.`)),
      newResource: async ({ name, inputs: given }) => {
        const { metadata } = given;
        const named = { ...metadata, name: metadata.name ?? `${name}-0a1b2c3d` };
        const state = { ...given, metadata: named };
        // What does not wait for the migration comes before it.
        if (given.kind === "Job") await sleep(20);
        inputs.push(mapSecrets(given, () => SECRET));
        objects.push(mapSecrets(state, (inner) => inner) as KubernetesObject);
        return { id: named.name, state };
      },
    },
    PROJECT,
    "test",
  );
  runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [full(key), value])),
    secretKeys.map(full),
  );
  const { url } = program(secretKeys.map(full));
  await runtime.disconnect();
  return { objects, inputs, url };
}

function mapSecrets(value: any, onSecret: (inner: any) => any): any {
  if (runtime.isRpcSecret(value))
    return onSecret(mapSecrets(runtime.unwrapRpcSecret(value), onSecret));
  if (Array.isArray(value)) return value.map((each) => mapSecrets(each, onSecret));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapSecrets(each, onSecret)]),
  );
}
