import type { V1ContainerStatus, V1Pod, V1PodCondition } from "@kubernetes/client-node";
import { isCode, STRATEGIC, type Connection } from "./connect.ts";

export interface PodName {
  namespace: string;
  name: string;
}

export interface PodStatusChange {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: V1PodCondition[];
  containerStatuses?: V1ContainerStatus[];
}

/**
 * Writes a Pod's status as its kubelet would: computed from what is there, and again when somebody was faster. `change`
 * answers null to leave it alone. False when that is so, or the Pod is gone or being deleted.
 */
export async function changePodStatus(
  { core }: Connection,
  pod: PodName,
  change: (pod: V1Pod) => PodStatusChange | null,
): Promise<boolean> {
  for (;;) {
    try {
      const current = await core.readNamespacedPod(pod);
      if (current.metadata!.deletionTimestamp !== undefined) return false;
      const status = change(current);
      if (status === null) return false;
      const { resourceVersion } = current.metadata!;
      const body = { metadata: { resourceVersion }, status };
      await core.patchNamespacedPodStatus({ ...pod, body }, STRATEGIC);
      return true;
    } catch (error) {
      if (isCode(error, 404)) return false;
      if (!isCode(error, 409)) throw error;
    }
  }
}

/** Conditions that are as they were keep the time of their last change. */
export function conditions(
  pod: V1Pod,
  status: "True" | "False",
  reason: string | null = null,
): V1PodCondition[] {
  const now = new Date();
  return ["Ready", "ContainersReady"].map((type) => {
    const before = pod.status?.conditions?.find((it) => it.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime! : now;
    return { type, status, lastTransitionTime, reason: reason as string };
  });
}
