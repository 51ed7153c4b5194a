import type { KubernetesObject } from "../../../api/adapters/kubernetes/api/object.ts";
import { namespaceOf } from "../../../api/adapters/kubernetes/names.ts";
import { keyOf } from "../../../api/domain/ids.ts";
import { connect } from "../../support/cluster/connect.ts";
import type { Stage } from "./stage.ts";

/** Throws unless the product's Pods are what the raw client's are, but for ids and places. */
export async function requireSamePod(
  { admin, config }: Stage,
  workspaceId: string,
  raw: KubernetesObject,
): Promise<void> {
  const namespace = namespaceOf(config, keyOf(workspaceId));
  const { items } = await connect(admin).core.listNamespacedPod({ namespace, limit: 1 });
  const [ours, theirs] = [items[0] as unknown as KubernetesObject, raw].map(substance);
  if (ours !== theirs) throw new Error(`the two make different Pods:\n${ours}\n${theirs}`);
}

function substance({ metadata: { labels, annotations }, spec }: KubernetesObject): string {
  const { nodeName: _, ...rest } = spec as Record<string, unknown>;
  const text = JSON.stringify([labels, annotations, rest], (_key, value) =>
    // Clients order the fields of objects as they like.
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/hanoi-\d/g, "hanoi");
}
