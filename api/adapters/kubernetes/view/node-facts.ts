import type { KubernetesObject } from "../api/object.ts";
import { GIB, quantity } from "./quantity.ts";

export interface NodeFacts {
  name: string;
  labels: Record<string, string>;
  ready: boolean;
  /** Takes new Pods, as far as taints and cordon say. */
  cordoned: boolean;
  taints: { key: string; effect: string }[];
  allocatable: { cpu: number; memoryGib: number; pods: number; extended: Record<string, number> };
}

export function nodeFacts(object: KubernetesObject): NodeFacts {
  const { spec = {}, status = {} } = object as any;
  const { cpu, memory, pods, ...others } = status.allocatable ?? {};
  const ready = (status.conditions ?? []).find((it: any) => it.type === "Ready");
  return {
    name: object.metadata.name,
    labels: object.metadata.labels ?? {},
    ready: ready?.status === "True",
    cordoned: spec.unschedulable === true,
    taints: spec.taints ?? [],
    allocatable: {
      cpu: quantity(cpu),
      memoryGib: quantity(memory) / GIB,
      pods: quantity(pods),
      extended: Object.fromEntries(
        Object.entries(others).map(([name, value]) => [name, quantity(value as string)]),
      ),
    },
  };
}
