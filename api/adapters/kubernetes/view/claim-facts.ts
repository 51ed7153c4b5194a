import type { KubernetesObject } from "../api/object.ts";
import { ANNOTATION, LABEL } from "../names.ts";
import { GIB, quantity } from "./quantity.ts";

/** What is kept of a PersistentVolumeClaim of ours. */
export interface ClaimFacts {
  namespace: string;
  name: string;
  uid: string;
  /** Kubernetes' own count of its changes. */
  version: string;
  workspaceId: string;
  volumeId: string;
  bound: boolean;
  askedGib: number;
  /** 0 before it is bound. */
  sizeGib: number;
  removed: boolean;
  /** When its status was last written: bound, or grown to this size. */
  statusSince: string;
  /** When it was first bound, noted when it was made larger. */
  provisionedAt: string | null;
}

export function claimFacts(object: KubernetesObject): ClaimFacts {
  const { spec = {}, status = {} } = object as any;
  const { metadata } = object;
  const { labels = {}, annotations = {}, managedFields = [] } = metadata;
  const bound = status.phase === "Bound";
  const written = managedFields.flatMap(({ subresource, time }) =>
    subresource === "status" && time !== undefined ? [time] : [],
  );
  return {
    namespace: metadata.namespace!,
    name: metadata.name,
    uid: metadata.uid ?? "",
    version: metadata.resourceVersion ?? "",
    workspaceId: labels[LABEL.workspace] ?? "",
    volumeId: labels[LABEL.volume] ?? "",
    bound,
    askedGib: Math.floor(quantity(spec.resources?.requests?.storage) / GIB),
    sizeGib: bound ? Math.floor(quantity(status.capacity?.storage) / GIB) : 0,
    removed: metadata.deletionTimestamp !== undefined,
    statusSince: new Date(written.toSorted().at(-1) ?? metadata.creationTimestamp!).toISOString(),
    provisionedAt: annotations[ANNOTATION.provisionedAt] ?? null,
  };
}
