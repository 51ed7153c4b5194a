import type { Output } from "@pulumi/pulumi";
import { core } from "@pulumi/kubernetes";
import type { Settings } from "../read-settings.ts";

/** What the Pods are: replicas of the control plane, or the migration before them. */
export type Component = "control-plane" | "migration";

/** Who is meant by selectors. Nothing of ours is `managed-by: aifactory`: that is what tenants run. */
export const selector = (component: Component) => ({
  "app.kubernetes.io/name": "aifactory",
  "app.kubernetes.io/component": component,
});

export const labels = (component?: Component) => ({
  "app.kubernetes.io/name": "aifactory",
  "app.kubernetes.io/managed-by": "pulumi",
  ...(component && selector(component)),
});

/** The namespace of everything here, in which no Pod can ask for more than these do. */
export function makeNamespace({ namespace }: Settings): Output<string> {
  const made = new core.v1.Namespace("namespace", {
    metadata: {
      name: namespace,
      labels: {
        ...labels(),
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
      },
    },
  });
  return made.metadata.name;
}
