import type { ClusterCause } from "#ports/cluster.ts";
import type { OwnPod } from "../view/pod-facts.ts";

/** Why the scheduler has no place for a Pod; null before it has looked. Its words are the only thing it tells. */
export function causeOfWaiting({ scheduled }: Pick<OwnPod, "scheduled">): ClusterCause | null {
  if (scheduled === null || scheduled.status) return null;
  const said = scheduled.message ?? "";
  if (/ReadWriteOncePod/i.test(said))
    return { code: "volumeInUse", message: "A volume is still in use by another workload." };
  if (/persistentvolumeclaim|persistent volume|unbound/i.test(said) && !/insufficient/i.test(said))
    return { code: "volumePending", message: "A volume is not provisioned yet." };
  return {
    code: "waitingForCapacity",
    message: "No node of the cluster has enough free capacity.",
  };
}
