import type { Output } from "@pulumi/pulumi";
import { apiextensions, core } from "@pulumi/kubernetes";
import { SERVICE_PORT } from "../environment.ts";
import type { Settings } from "../read-settings.ts";
import { labels, selector } from "./place.ts";

/** The Service, and the way from the operator's Gateway to it. */
export function makeRoute(
  { host, gateway, accessCheck }: Settings,
  namespace: Output<string>,
): void {
  const name = "control-plane";
  const service = new core.v1.Service(name, {
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      selector: selector(name),
      ports: [
        { name: "http", port: SERVICE_PORT, targetPort: "http" },
        ...(accessCheck
          ? [{ name: "access-check", port: accessCheck.port, targetPort: "access-check" }]
          : []),
      ],
    },
  });
  new apiextensions.CustomResource(name, {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      hostnames: [host],
      parentRefs: [
        {
          name: gateway.name,
          namespace: gateway.namespace,
          ...(gateway.section && { sectionName: gateway.section }),
        },
      ],
      rules: [{ backendRefs: [{ name: service.metadata.name, port: SERVICE_PORT }] }],
    },
  });
}
