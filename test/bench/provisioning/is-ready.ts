import type { KubernetesObject } from "../../../api/adapters/kubernetes/api/object.ts";

/** Whether a Pod says that it is ready. */
export function isReady({ status }: KubernetesObject): boolean {
  const { conditions = [] } = status as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
}
