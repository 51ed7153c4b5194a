import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ApiextensionsV1Api,
  loadYaml,
  type V1CustomResourceDefinition,
} from "@kubernetes/client-node";
import { isCode, type Connection } from "./connect.ts";
import { gatewayDefinitions } from "./go.ts";
import { until } from "./until.ts";

const KINDS = ["gatewayclasses", "gateways", "httproutes", "referencegrants"];

/** The kinds beside Kubernetes' own: the Gateway API's. */
export async function installDefinitions({ config }: Connection): Promise<void> {
  const api = config.makeApiClient(ApiextensionsV1Api);
  const folder = gatewayDefinitions();
  const files = KINDS.map((kind) => join(folder, `gateway.networking.k8s.io_${kind}.yaml`));
  const names: string[] = [];
  for (const file of files) {
    const body = loadYaml<V1CustomResourceDefinition>(readFileSync(file, "utf8"));
    names.push(body.metadata!.name!);
    try {
      await api.createCustomResourceDefinition({ body });
    } catch (error) {
      if (!isCode(error, 409)) throw error;
    }
  }
  for (const name of names)
    await until(
      async () => (await api.readCustomResourceDefinition({ name })).status?.conditions ?? [],
      (it) => it.some(({ type, status }) => type === "Established" && status === "True"),
    );
}
