import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { connect, type Connection } from "./connect.ts";
import { addNodes, removeNodes, type TestNode } from "./nodes.ts";

/** A test file's part of the run's cluster: names and a GPU model that no other file has. */
export interface TestCluster {
  readonly kubeconfigs: { admin: string; controlPlane: string };
  readonly storageClass: string;
  readonly admin: Connection;
  /** Starts the names of everything that is the file's own. */
  readonly prefix: string;
  /** A GPU product of which only this file has nodes. */
  readonly gpuModel: string;
  /** Adds nodes of 8 GPUs each; answers their names. */
  addGpuNodes(count: number, change?: Partial<TestNode>): Promise<string[]>;
  /** Removes the file's nodes and namespaces. */
  close(): Promise<void>;
}

/** Opens the run's cluster for one test file. */
export function openTestCluster(): TestCluster {
  const { kubeconfigs, storageClass } = inject("cluster");
  const admin = connect(kubeconfigs.admin);
  const id = randomUUID().slice(0, 8);
  const prefix = `t-${id}-`;
  const gpuModel = `NVIDIA-H100-80GB-HBM3-${id}`;
  const names: string[] = [];
  return {
    kubeconfigs,
    storageClass,
    admin,
    prefix,
    gpuModel,
    async addGpuNodes(count, change = {}) {
      const node = { gpuModel, gpus: 8, cpu: 64, memoryGib: 512, ...change };
      const nodes = Array.from({ length: count }, (_, index) => ({
        name: `${prefix}${names.length + index}`,
        ...node,
      }));
      names.push(...nodes.map(({ name }) => name));
      await addNodes(admin, nodes);
      return nodes.map(({ name }) => name);
    },
    async close() {
      await removeNamespaces(admin, prefix);
      await removeNodes(admin, names);
    },
  };
}

async function removeNamespaces({ core }: Connection, prefix: string): Promise<void> {
  const { items } = await core.listNamespace();
  for (const { metadata } of items)
    if (metadata!.name!.startsWith(prefix)) await core.deleteNamespace({ name: metadata!.name! });
}
